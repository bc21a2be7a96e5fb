import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeSecretCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createRotation } from '../../../../local/cloud/secrets-manager/rotation.ts';
import { Secret } from '../../../../local/cloud/secrets-manager/secret.ts';
import { ARN, DAY_MS, ROTATION, type RotationEvent, startTestSecrets } from './start-test-secrets.ts';

const cleanUps: (() => unknown)[] = [];
const onEnd = (cleanUp: () => unknown) => void cleanUps.push(cleanUp);
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const SecretId = 'keys';
const TOKEN = 'f'.repeat(32);
const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];
const REFUSAL = {
  name: 'InvalidRequestException',
  message: "A previous rotation isn't complete. That rotation will be reattempted.",
};

const describeSecret = (client: SecretsManagerClient) => client.send(new DescribeSecretCommand({ SecretId }));
const rotate = (client: SecretsManagerClient, rest: object = {}) =>
  client.send(new RotateSecretCommand({ SecretId, ...rest }));

async function until(condition: () => boolean) {
  for (let tries = 0; !condition() && tries < 500; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition()).toBe(true);
}

/** What `beforeStep` waits for until it is opened. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: resolve };
}

describe('a rotation', () => {
  it('makes a version, then calls the function step by step, and the new version is the current one', async () => {
    const { secrets, client, events, clock } = await startTestSecrets(onEnd, {
      createValue: () => 'first',
      rotation: ROTATION,
    });
    clock.now += 2_000;
    await secrets.rotateSecret(SecretId);
    const token = events[0]?.ClientRequestToken ?? '';
    expect(events).toEqual(STEPS.map((Step) => ({ Step, SecretId: ARN, ClientRequestToken: token })));
    const described = await describeSecret(client);
    expect(described).toMatchObject({
      RotationEnabled: true,
      RotationLambdaARN: ROTATION.functionArn,
      RotationRules: { AutomaticallyAfterDays: 30 },
      LastRotatedDate: new Date('2026-01-01T00:00:02Z'),
    });
    expect(described.VersionIdsToStages?.[token]).toEqual(['AWSPENDING', 'AWSCURRENT']);
  });

  it('gives a secret without any version its first one', async () => {
    const { secrets, client } = await startTestSecrets(onEnd, { rotation: ROTATION });
    await secrets.rotateSecret(ARN);
    expect(Object.values((await describeSecret(client)).VersionIdsToStages ?? {})).toEqual([
      ['AWSPENDING', 'AWSCURRENT'],
    ]);
  });

  it('runs in the background of RotateSecret, which is idempotent with its token, and refuses another', async () => {
    const { passed, open } = gate();
    const { secrets, client, events } = await startTestSecrets(onEnd, { rotation: ROTATION }, {}, () => passed);
    expect(await rotate(client, { ClientRequestToken: TOKEN })).toMatchObject({ ARN, VersionId: TOKEN });
    expect((await describeSecret(client)).VersionIdsToStages).toEqual({ [TOKEN]: ['AWSPENDING'] });
    await rotate(client, { ClientRequestToken: TOKEN });
    await expect(rotate(client)).rejects.toMatchObject(REFUSAL);
    open();
    await secrets.rotateSecret(SecretId);
    await rotate(client, { ClientRequestToken: TOKEN });
    expect(events.map(({ Step }) => Step)).toEqual([...STEPS, ...STEPS]);
    expect(events[4]?.ClientRequestToken).not.toBe(TOKEN);
  });

  it('is refused while the last step of another still runs, though its label has moved already', async () => {
    const { passed, open } = gate();
    let isFinishing = false;
    const invoke = async (_functionArn: string, event: unknown) => {
      const { Step, ClientRequestToken } = event as RotationEvent;
      const value = { SecretId, ClientRequestToken, SecretString: 'x', VersionStages: ['AWSCURRENT'] };
      if (Step === 'createSecret') await client.send(new PutSecretValueCommand(value));
      isFinishing = Step === 'finishSecret';
      if (isFinishing) await passed;
      return { payload: 'null' };
    };
    const { secrets, client } = await startTestSecrets(onEnd, { rotation: ROTATION }, { invoke });
    await rotate(client);
    await until(() => isFinishing);
    await expect(rotate(client)).rejects.toMatchObject(REFUSAL);
    open();
    await secrets.rotateSecret(SecretId);
  });

  it('comes to its end with the same version, though the function fails once at each step', async () => {
    const failed = new Set<string>();
    const { secrets, events, lines } = await startTestSecrets(onEnd, { rotation: ROTATION }, {}, ({ Step }) => {
      if (failed.has(Step)) return;
      failed.add(Step);
      throw new RangeError('the secret is 12345');
    });
    await secrets.rotateSecret(SecretId);
    const attempts = [1, 2, 3, 4, 4].flatMap((count) => STEPS.slice(0, count));
    expect(events.map(({ Step }) => Step)).toEqual(attempts);
    expect(new Set(events.map(({ ClientRequestToken }) => ClientRequestToken)).size).toBe(1);
    expect(lines).toEqual(STEPS.map((step) => `The rotation of keys failed at ${step}: RangeError`));
  });

  it('is given up after a few tries, and taken up again by the next', async () => {
    let isBroken = true;
    const { secrets, client, events } = await startTestSecrets(onEnd, { rotation: ROTATION }, {}, () => {
      if (isBroken) throw new RangeError();
    });
    await expect(secrets.rotateSecret(SecretId)).rejects.toThrow('The rotation of keys failed');
    expect(events.length).toBe(5);
    isBroken = false;
    await expect(rotate(client)).rejects.toMatchObject(REFUSAL);
    await until(() => events.some(({ Step }) => Step === 'finishSecret'));
    expect(new Set(events.map(({ ClientRequestToken }) => ClientRequestToken)).size).toBe(1);
  });

  it('has failed when its version is not the current one after the last step', async () => {
    const invoke = async () => ({ payload: 'null' });
    const { secrets, lines } = await startTestSecrets(onEnd, { rotation: ROTATION }, { invoke, retryDelaysMs: [] });
    await expect(secrets.rotateSecret(SecretId)).rejects.toThrow('The rotation of keys failed');
    expect(lines).toEqual([expect.stringContaining('AWSPENDING is still not on AWSCURRENT')]);
  });

  it('is only tested, with a version that goes away again, where it shall not be immediate', async () => {
    const { passed, open } = gate();
    const { secrets, client, events } = await startTestSecrets(
      onEnd,
      { createValue: () => 'first', rotation: ROTATION },
      {},
      () => passed,
    );
    const before = (await describeSecret(client)).VersionIdsToStages;
    await rotate(client, { ClientRequestToken: TOKEN, RotateImmediately: false });
    expect((await describeSecret(client)).VersionIdsToStages).toEqual({ ...before, [TOKEN]: ['AWSPENDING'] });
    open();
    await until(() => events.length === 1);
    await secrets.rotateSecret(SecretId);
    expect(events.map(({ Step }) => Step)).toEqual(['testSecret', ...STEPS]);
    expect(Object.keys((await describeSecret(client)).VersionIdsToStages ?? {})).not.toContain(TOKEN);
  });

  it('is refused where none is configured', async () => {
    const { secrets, client } = await startTestSecrets(onEnd);
    await expect(rotate(client)).rejects.toThrow('No Lambda rotation function ARN is associated with this secret.');
    await expect(secrets.rotateSecret('other')).rejects.toThrow('There is no secret other that is rotated');
  });

  it('ends with the service, in the middle of its pauses', async () => {
    const broken = () => {
      throw new RangeError();
    };
    const { secrets, events } = await startTestSecrets(
      onEnd,
      { rotation: ROTATION },
      { retryDelaysMs: [60_000] },
      broken,
    );
    const rotating = secrets.rotateSecret(SecretId);
    const rejected = expect(rotating).rejects.toThrow('aborted');
    await until(() => events.length === 1);
    secrets.stopRotating();
    await rejected;
  });
});

describe('the schedule of a rotation', () => {
  const start = (rotatedAt?: number, definition = ROTATION) => {
    jest.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') });
    onEnd(() => jest.useRealTimers());
    const times: string[] = [];
    const now = () => Date.now();
    const state = { versions: [], createdAt: Date.now() - DAY_MS, changedAt: 0, ...(rotatedAt && { rotatedAt }) };
    const secret = new Secret({ arn: ARN, name: 'keys', state, now });
    const rotation = createRotation({
      secret,
      definition,
      now,
      log: () => {},
      retryDelaysMs: [],
      invoke: async (_functionArn, event) => {
        const { Step, ClientRequestToken: token } = event as RotationEvent;
        if (Step === 'createSecret') times.push(new Date().toISOString().slice(0, 10));
        if (Step === 'finishSecret') secret.put(token, 'x', ['AWSCURRENT']);
        return { payload: 'null' };
      },
    });
    onEnd(() => rotation.close());
    rotation.startSchedule();
    return { rotation, times };
  };

  it('rotates at once, and again after each period, also one longer than a timer can wait', async () => {
    const { times } = start();
    await jest.advanceTimersByTimeAsync(61 * DAY_MS);
    expect(times).toEqual(['2026-01-01', '2026-01-31', '2026-03-02']);
  });

  it('waits for the rest of the period where the secret was rotated in an earlier run', async () => {
    const { times } = start(Date.parse('2025-12-12T00:00:00Z'));
    await jest.advanceTimersByTimeAsync(11 * DAY_MS);
    expect(times).toEqual(['2026-01-11']);
  });

  it('rotates soon where the period has passed while nothing ran', async () => {
    const { times } = start(Date.parse('2025-11-01T00:00:00Z'));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(times).toEqual(['2026-01-01']);
  });

  it('counts a period from when the secret was made where it shall not rotate at once', async () => {
    const { times } = start(undefined, { ...ROTATION, rotatesAtOnce: false });
    await jest.advanceTimersByTimeAsync(30 * DAY_MS);
    expect(times).toEqual(['2026-01-30']);
  });

  it('counts from a rotation by hand', async () => {
    const { rotation, times } = start();
    await jest.advanceTimersByTimeAsync(10 * DAY_MS);
    await rotation.rotate();
    await jest.advanceTimersByTimeAsync(25 * DAY_MS);
    expect(times).toEqual(['2026-01-01', '2026-01-11']);
    await jest.advanceTimersByTimeAsync(6 * DAY_MS);
    expect(times.at(-1)).toBe('2026-02-10');
  });

  it('goes on at the start with what broke off in an earlier run', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rotation-test-'));
    onEnd(() => rmSync(directory, { recursive: true }));
    const options = { file: join(directory, 'secrets.json'), retryDelaysMs: [] };
    const first = await startTestSecrets(onEnd, { rotation: ROTATION }, options, () => {
      throw new RangeError();
    });
    await rotate(first.client, { ClientRequestToken: TOKEN });
    await first.secrets.close();
    cleanUps.splice(1);
    const second = await startTestSecrets(onEnd, { rotation: ROTATION }, options);
    second.secrets.startRotating();
    await until(() => second.events.length === 4);
    expect(second.events[0]?.ClientRequestToken).toBe(TOKEN);
  });
});
