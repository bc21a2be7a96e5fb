import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createAuthorizer } from '../../../../local/cloud/iam/authorize.ts';
import { ARN, connect, ROTATION, startTestSecrets } from './start-test-secrets.ts';

const cleanUps: (() => unknown)[] = [];
const onEnd = (cleanUp: () => unknown) => void cleanUps.push(cleanUp);
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const SecretId = 'keys';
const id = (letter: string) => letter.repeat(32);
const [A, B, C] = [id('a'), id('b'), id('c')];

const put = (client: SecretsManagerClient, ClientRequestToken: string, ...VersionStages: string[]) =>
  client.send(
    new PutSecretValueCommand({
      SecretId,
      ClientRequestToken,
      SecretString: `value of ${ClientRequestToken}`,
      ...(VersionStages.length > 0 && { VersionStages }),
    }),
  );
const get = (client: SecretsManagerClient, which: { VersionId?: string; VersionStage?: string } = {}) =>
  client.send(new GetSecretValueCommand({ SecretId, ...which }));
const move = (client: SecretsManagerClient, VersionStage: string, to?: string, from?: string) =>
  client.send(
    new UpdateSecretVersionStageCommand({ SecretId, VersionStage, MoveToVersionId: to, RemoveFromVersionId: from }),
  );
const stages = async (client: SecretsManagerClient) =>
  (await client.send(new DescribeSecretCommand({ SecretId }))).VersionIdsToStages;

describe('a secret', () => {
  it('is found by its name and by its ARN, with its current value', async () => {
    const { client } = await startTestSecrets(onEnd, { createValue: () => 'first' });
    for (const SecretId of ['keys', ARN]) {
      const answer = await client.send(new GetSecretValueCommand({ SecretId }));
      expect(answer).toMatchObject({
        ARN,
        Name: 'keys',
        SecretString: 'first',
        VersionStages: ['AWSCURRENT'],
        CreatedDate: new Date('2026-01-01T00:00:00Z'),
      });
    }
  });

  it('has no value until one is put', async () => {
    const { client } = await startTestSecrets(onEnd);
    await expect(get(client)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    });
    await expect(get(client, { VersionId: A })).rejects.toThrow(`secret value for VersionId: ${A}`);
    expect(await stages(client)).toEqual({});
  });

  it('makes the value that was put last the current one, and the one before the previous', async () => {
    const { client, clock } = await startTestSecrets(onEnd);
    await put(client, A);
    await put(client, B);
    clock.now += 1_500;
    expect(await put(client, C)).toMatchObject({ VersionId: C, VersionStages: ['AWSCURRENT'] });
    expect(await stages(client)).toEqual({ [B]: ['AWSPREVIOUS'], [C]: ['AWSCURRENT'] });
    expect(await get(client, { VersionStage: 'AWSPREVIOUS' })).toMatchObject({ SecretString: `value of ${B}` });
    const described = await client.send(new DescribeSecretCommand({ SecretId }));
    expect(described.LastChangedDate).toEqual(new Date('2026-01-01T00:00:01.500Z'));
    expect(described.RotationEnabled).toBeUndefined();
  });

  it('gives the first value AWSCURRENT too, whatever label was asked for', async () => {
    const { client } = await startTestSecrets(onEnd);
    await put(client, A, 'AWSPENDING');
    await put(client, B, 'AWSPENDING');
    expect(await stages(client)).toEqual({ [A]: ['AWSCURRENT'], [B]: ['AWSPENDING'] });
  });

  it('takes the same value with the same token again, and no other', async () => {
    const { client } = await startTestSecrets(onEnd);
    await put(client, A);
    await put(client, B);
    await put(client, A);
    expect(await stages(client)).toEqual({ [A]: ['AWSPREVIOUS'], [B]: ['AWSCURRENT'] });
    const other = { SecretId, ClientRequestToken: A, SecretString: 'other' };
    await expect(client.send(new PutSecretValueCommand(other))).rejects.toMatchObject({
      name: 'ResourceExistsException',
      message: expect.stringContaining(`already in use for a version of secret ${ARN}`),
    });
  });

  it('lists versions without a label only when asked for, and still gives their values', async () => {
    const { client } = await startTestSecrets(onEnd);
    for (const token of [A, B, C]) await put(client, token);
    const list = async (IncludeDeprecated: boolean) => {
      const answer = await client.send(new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated }));
      return answer.Versions?.map(({ VersionId, VersionStages }) => [VersionId, VersionStages]);
    };
    const labelled = [
      [B, ['AWSPREVIOUS']],
      [C, ['AWSCURRENT']],
    ];
    expect(await list(false)).toEqual(labelled);
    expect(await list(true)).toEqual([[A, undefined], ...labelled]);
    expect(await get(client, { VersionId: A })).toMatchObject({ SecretString: `value of ${A}` });
  });

  it('gives a version only with a label that is on it', async () => {
    const { client } = await startTestSecrets(onEnd);
    await put(client, A);
    await put(client, B);
    expect(await get(client, { VersionId: A, VersionStage: 'AWSPREVIOUS' })).toMatchObject({ VersionId: A });
    await expect(get(client, { VersionId: A, VersionStage: 'AWSCURRENT' })).rejects.toMatchObject({
      name: 'InvalidRequestException',
    });
  });
});

describe('moving a staging label', () => {
  const start = async () => {
    const { client } = await startTestSecrets(onEnd);
    for (const token of [A, B, C]) await put(client, token);
    await put(client, id('d'), 'AWSPENDING');
    return client;
  };

  it('moves AWSPREVIOUS along with AWSCURRENT', async () => {
    const client = await start();
    await move(client, 'AWSCURRENT', id('d'), C);
    expect(await stages(client)).toEqual({ [C]: ['AWSPREVIOUS'], [id('d')]: ['AWSPENDING', 'AWSCURRENT'] });
    await move(client, 'AWSCURRENT', C, id('d'));
    expect(await stages(client)).toEqual({ [C]: ['AWSCURRENT'], [id('d')]: ['AWSPENDING', 'AWSPREVIOUS'] });
    await move(client, 'AWSPENDING', undefined, id('d'));
    await move(client, 'mine', A);
    expect(await stages(client)).toEqual({ [A]: ['mine'], [C]: ['AWSCURRENT'], [id('d')]: ['AWSPREVIOUS'] });
  });

  it.each([
    ['without the version that has it', 'AWSCURRENT', A, undefined, `is currently attached to version ${C}`],
    ['from a version that does not have it', 'AWSCURRENT', A, B, `AWSCURRENT is not attached to version ${B}`],
    ['AWSCURRENT to nowhere', 'AWSCURRENT', undefined, C, 'You can only move staging label AWSCURRENT'],
    ['from nowhere to nowhere', 'AWSCURRENT', undefined, undefined, 'MoveToVersionId, RemoveFromVersionId'],
  ])('is refused %s', async (_kind, stage, to, from, message) => {
    const refusal = { name: 'InvalidParameterException', message: expect.stringContaining(message) };
    await expect(move(await start(), stage, to, from)).rejects.toMatchObject(refusal);
  });

  it('is refused to a version that does not exist', async () => {
    await expect(move(await start(), 'mine', id('e'))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('a request', () => {
  it('about a secret that does not exist is refused', async () => {
    const { client } = await startTestSecrets(onEnd);
    const refusal = {
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
    };
    const command = new GetSecretValueCommand({ SecretId: 'other' });
    await expect(client.send(command)).rejects.toMatchObject(refusal);
  });

  it('for what is not emulated is refused by name', async () => {
    const { client } = await startTestSecrets(onEnd, { rotation: ROTATION });
    await expect(client.send(new ListSecretsCommand({}))).rejects.toThrow(
      'Secrets Manager ListSecrets is not emulated',
    );
    const rules = new RotateSecretCommand({ SecretId, RotationRules: { AutomaticallyAfterDays: 1 } });
    await expect(client.send(rules)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('"RotationRules"'),
    });
    await expect(put(client, 'short')).rejects.toThrow(/^ClientRequestToken: /);
  });

  it('needs the right for its operation on the ARN of the secret, with the conditions of the policy', async () => {
    const Condition = { StringEquals: { 'secretsmanager:VersionStage': 'AWSCURRENT' } };
    const policies = [
      { Statement: { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: ARN, Condition } },
    ];
    const principal = { arn: 'arn:aws:sts::111122223333:assumed-role/Role/tokens', policies };
    const authorize = createAuthorizer(new Map([['KEYOFTOKENS', principal]]));
    const { secrets } = await startTestSecrets(onEnd, { createValue: () => 'first' }, { authorize });
    const client = connect(secrets.url, onEnd, 'KEYOFTOKENS');
    expect(await get(client, { VersionStage: 'AWSCURRENT' })).toMatchObject({ SecretString: 'first' });
    const refused = { name: 'AccessDeniedException', message: expect.stringContaining(`on resource: ${ARN}`) };
    await expect(get(client, { VersionStage: 'AWSPENDING' })).rejects.toMatchObject(refused);
    await expect(put(client, A)).rejects.toMatchObject(refused);
    const unknown = new GetSecretValueCommand({ SecretId: 'other' });
    await expect(client.send(unknown)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('RotateSecret', () => {
  it('needs the right to invoke the rotation function too', async () => {
    const mayRotate = { Effect: 'Allow', Action: 'secretsmanager:RotateSecret', Resource: ARN };
    const policies = [{ Statement: mayRotate }];
    const principal = { arn: 'arn:aws:sts::111122223333:assumed-role/Role/tokens', policies };
    const authorize = createAuthorizer(new Map([['KEYOFTOKENS', principal]]));
    const { secrets } = await startTestSecrets(onEnd, { rotation: ROTATION }, { authorize });
    const client = connect(secrets.url, onEnd, 'KEYOFTOKENS');
    await expect(client.send(new RotateSecretCommand({ SecretId }))).rejects.toThrow(
      `lambda:InvokeFunction on resource: ${ROTATION.functionArn}`,
    );
  });
});

describe('kept secrets', () => {
  it('come back with their versions, from a file that only its owner reads', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'secrets-test-'));
    onEnd(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'secrets.json');
    const first = await startTestSecrets(onEnd, { createValue: () => 'first' }, { file });
    await put(first.client, B);
    await first.secrets.close();
    cleanUps.splice(1);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const second = await startTestSecrets(onEnd, { createValue: () => 'another first' }, { file });
    expect(await get(second.client)).toMatchObject({ SecretString: `value of ${B}` });
    expect(await get(second.client, { VersionStage: 'AWSPREVIOUS' })).toMatchObject({ SecretString: 'first' });
  });
});
