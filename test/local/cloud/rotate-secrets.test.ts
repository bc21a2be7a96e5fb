import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startLocalCloud } from '../../../local/cloud/index.ts';
import { arnOf, functionResources, LEAST_RESOURCES, writeAssembly } from './write-assembly.ts';

const MAY_ROTATE = {
  Effect: 'Allow',
  Action: ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'].map(
    (operation) => `secretsmanager:${operation}`,
  ),
  Resource: { Ref: 'TokenKeys' },
};

const RESOURCES = {
  ...LEAST_RESOURCES,
  ...functionResources('Rotate', [MAY_ROTATE], { SECRET: { Ref: 'TokenKeys' } }),
  TokenKeys: { Type: 'AWS::SecretsManager::Secret', Properties: { Description: 'signs tokens' } },
  Schedule: {
    Type: 'AWS::SecretsManager::RotationSchedule',
    Properties: {
      SecretId: { Ref: 'TokenKeys' },
      RotationLambdaARN: arnOf('Rotate'),
      RotationRules: { ScheduleExpression: 'rate(30 days)' },
    },
  },
  Permission: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: arnOf('Rotate'),
      Principal: 'secretsmanager.amazonaws.com',
      SourceArn: { Ref: 'TokenKeys' },
    },
  },
};

/** Fails once at the first step, with a message that nobody may read in a log. */
const ROTATE = `
  const { createRequire } = require('node:module');
  const { SecretsManagerClient, DescribeSecretCommand, PutSecretValueCommand, UpdateSecretVersionStageCommand } =
    createRequire(${JSON.stringify(import.meta.url)})('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient();
  let hasFailed = false;
  exports.handler = async ({ Step, SecretId, ClientRequestToken }) => {
    if (SecretId !== process.env.SECRET) throw new Error('another secret');
    if (Step === 'createSecret') {
      if (!hasFailed) {
        hasFailed = true;
        throw Object.assign(new Error('hidden'), { name: 'NotYet' });
      }
      const value = { SecretString: 'value of ' + ClientRequestToken, VersionStages: ['AWSPENDING'] };
      await client.send(new PutSecretValueCommand({ SecretId, ClientRequestToken, ...value }));
    }
    if (Step === 'finishSecret') {
      const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId }));
      const current = Object.keys(VersionIdsToStages).find((id) => VersionIdsToStages[id].includes('AWSCURRENT'));
      const move = { MoveToVersionId: ClientRequestToken, RemoveFromVersionId: current };
      await client.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSCURRENT', ...move }));
    }
  }`;

const cleanUps: (() => unknown)[] = [];
const onEnd = (cleanUp: () => unknown) => void cleanUps.push(cleanUp);
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(resources: object = RESOURCES, options: { readonly dataDirectory?: string } = {}) {
  const assemblyDirectory = writeAssembly(onEnd, resources, { Rotate: ROTATE });
  const lines: string[] = [];
  const cloud = await startLocalCloud({ assemblyDirectory, log: (line) => lines.push(line), ...options });
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'operator' };
  const endpoint = String(cloud.outputs.SecretsManagerEndpoint);
  const client = new SecretsManagerClient({ region: 'eu-west-1', credentials, endpoint });
  const close = async () => {
    client.destroy();
    await cloud.close();
  };
  return { cloud, client, lines, close };
}

const SecretId = 'TokenKeys';
const rotatedAt = async (client: SecretsManagerClient) =>
  (await client.send(new DescribeSecretCommand({ SecretId }))).LastRotatedDate;

async function untilRotated(client: SecretsManagerClient): Promise<Date> {
  for (let tries = 0; tries < 500; tries++) {
    const at = await rotatedAt(client);
    if (at !== undefined) return at;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('The secret was not rotated');
}

describe('a secret of the template', () => {
  it('is rotated by its function soon after the start, which fails at first, and again when a test wants it', async () => {
    const { cloud, client, lines, close } = await start();
    onEnd(close);
    await untilRotated(client);
    const { VersionId: first, SecretString, ARN } = await client.send(new GetSecretValueCommand({ SecretId }));
    expect(SecretString).toBe(`value of ${first}`);
    expect(ARN).toMatch(/^arn:aws:secretsmanager:eu-west-1:000000000000:secret:TokenKeys-[0-9a-z]{6}$/);
    await cloud.rotateSecret(String(ARN));
    expect(await client.send(new GetSecretValueCommand({ SecretId, VersionStage: 'AWSPREVIOUS' }))).toMatchObject({
      VersionId: first,
    });
    const own = lines.filter((line) => !line.startsWith('['));
    expect(own).toEqual(['The rotation of TokenKeys failed at createSecret: NotYet']);
  }, 20_000);

  it('is not rotated at once by an instance that starts again with it', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'stagedoor-test-data-'));
    onEnd(() => rmSync(dataDirectory, { recursive: true }));
    const first = await start(RESOURCES, { dataDirectory });
    const at = await untilRotated(first.client);
    await first.close();
    const kept = readFileSync(join(dataDirectory, 'secrets.json'), 'utf8');
    const second = await start(RESOURCES, { dataDirectory });
    expect(await rotatedAt(second.client)).toEqual(at);
    await second.close();
    expect(readFileSync(join(dataDirectory, 'secrets.json'), 'utf8')).toBe(kept);
  }, 20_000);

  it('is not there where AWS would not let its rotation function be called', async () => {
    const { Permission, ...rest } = RESOURCES;
    await expect(start(rest)).rejects.toThrow(
      /^secretsmanager.amazonaws.com may not invoke .*:Rotate for .*:secret:TokenKeys-/,
    );
  });
});
