import { beforeEach, describe, expect, it } from '@jest/globals';
import { rotation } from '../../../../lambdas/events/rotation/rotation.ts';
import { IvsError } from '../../../../lambdas/stages/errors.ts';
import { ROTATION_STEPS } from '../../../../lambdas/stages/keys/rotate-signing-key.ts';
import { memoryKeyPairs } from '../../../support/memory-signing-keys.ts';
import { createWorld, type World } from '../../../support/world.ts';

let world: World;
beforeEach(() => {
  world = createWorld();
});

const step = (Step: string, versionId = 'v1') =>
  rotation(world)({ Step, SecretId: 'arn', ClientRequestToken: versionId });

async function rotate(versionId: string): Promise<void> {
  world.signingSecret.startRotation(versionId);
  for (const name of ROTATION_STEPS) await step(name, versionId);
}
const stagesOf = (versionId: string) => world.signingSecret.versions.get(versionId)?.stages;
const keyNames = () => [...world.publicKeys.keys.values()].map(({ name }) => name);

describe('a rotation', () => {
  it('makes a pair, gives IVS the public half, keeps the private one in the secret, and promotes it', async () => {
    await rotate('v1');
    const [key] = world.publicKeys.keys.values();
    expect(key).toMatchObject({ name: 'Stagedoor-v1', tags: { 'stagedoor:deployment': 'Stagedoor' } });
    const stored = await world.signingSecret.read('v1');
    expect(stored).toMatchObject({ publicKeyArn: key?.arn, importedAt: '2026-01-01T00:00:00.000Z' });
    expect(memoryKeyPairs.belongTogether(key?.material ?? '', stored?.privateKey ?? '')).toBe(true);
    expect([stagesOf('v1'), stagesOf('first')]).toEqual([['AWSCURRENT'], ['AWSPREVIOUS']]);
  });

  it('comes to the same when every step is taken three times', async () => {
    world.signingSecret.startRotation('v1');
    for (const name of ROTATION_STEPS) for (let i = 0; i < 3; i++) await step(name);
    expect([keyNames(), stagesOf('v1')]).toEqual([['Stagedoor-v1'], ['AWSCURRENT']]);
  });

  it('keeps the key before it', async () => {
    await rotate('v1');
    await rotate('v2');
    expect([keyNames(), stagesOf('v1')]).toEqual([['Stagedoor-v1', 'Stagedoor-v2'], ['AWSPREVIOUS']]);
  });

  it('is refused for a version that is not pending, and for a step that does not exist', async () => {
    await expect(step('createSecret', 'unknown')).rejects.toThrow('version unknown of the secret is not pending');
    await expect(step('deleteSecret')).rejects.toThrow('Step must be one of createSecret, setSecret');
  });
});

describe('a rotation that broke off', () => {
  beforeEach(() => world.signingSecret.startRotation('v1'));

  it('between import and secret: the next try leaves its own key only', async () => {
    const putPending = world.signingSecret.putPending.bind(world.signingSecret);
    world.signingSecret.putPending = () => Promise.reject(new Error('no answer'));
    await expect(step('createSecret')).rejects.toThrow('no answer');
    const [left] = world.publicKeys.keys.keys();
    world.signingSecret.putPending = putPending;
    await step('createSecret');
    await step('testSecret');
    expect(keyNames()).toEqual(['Stagedoor-v1']);
    expect(world.publicKeys.keys.has(left ?? '')).toBe(false);
  });

  it('leaves keys of other versions, deployments and people alone', async () => {
    const others = [
      ['Stagedoor-v0', 'Stagedoor'],
      ['Stagedoor-v1', 'Stagedoor-test'],
    ] as const;
    for (const [name, deployment] of others) {
      await world.publicKeys.import(name, `${name} of ${deployment}`, { 'stagedoor:deployment': deployment });
    }
    await step('createSecret');
    expect(keyNames()).toEqual(['Stagedoor-v0', 'Stagedoor-v1', 'Stagedoor-v1']);
  });

  it('because the answer of the import got lost: takes the key that is there, and tells the log', async () => {
    const importKey = world.publicKeys.import.bind(world.publicKeys);
    world.publicKeys.import = async (...args) => {
      await importKey(...args);
      throw new IvsError('unknown', 'ImportPublicKey');
    };
    await step('createSecret');
    await step('testSecret');
    expect(keyNames()).toEqual(['Stagedoor-v1']);
    expect(world.log.messages('warn')).toEqual(['a signing key was imported though its import seemed to fail']);
  });

  it('because IVS did not take the key: says so, and keeps nothing', async () => {
    world.publicKeys.import = () => Promise.reject(new IvsError('throttled', 'ImportPublicKey'));
    await expect(step('createSecret')).rejects.toThrow('ImportPublicKey: throttled');
    expect(await world.signingSecret.read('v1')).toBeUndefined();
  });
});

describe('the first step, taken a second time beside itself,', () => {
  beforeEach(() => world.signingSecret.startRotation('v1'));

  /** Another attempt goes through all of its steps when this one has just made this call. */
  function meanwhile(after: 'list' | 'import'): void {
    const call = world.publicKeys[after].bind(world.publicKeys) as (...args: unknown[]) => Promise<never>;
    world.publicKeys[after] = async (...args: unknown[]) => {
      Object.assign(world.publicKeys, { [after]: call });
      const answer = await call(...args);
      for (const name of ROTATION_STEPS) await step(name);
      return answer;
    };
  }

  it.each(['list', 'import'] as const)('leaves the key that signs in place, whichever wrote it (%s)', async (after) => {
    meanwhile(after);
    await expect(step('createSecret')).rejects.toThrow('ResourceExistsException');
    const current = await world.signingSecret.read('v1');
    expect(stagesOf('v1')).toEqual(['AWSCURRENT']);
    expect(world.publicKeys.keys.has(current?.publicKeyArn ?? '')).toBe(true);
  });

  it('writes nothing after its deadline', async () => {
    const putPending = world.signingSecret.putPending.bind(world.signingSecret);
    world.signingSecret.putPending = async (...args) => {
      world.clock.advance(10_000);
      return putPending(...args);
    };
    await expect(step('createSecret')).rejects.toThrow();
    expect(await world.signingSecret.read('v1')).toBeUndefined();
  });
});

it.each([
  [119_999, 'ImportPublicKey: quota-reached'],
  [120_000, undefined],
])('takes back the slot of an attempt that has certainly ended: after %i ms', async (ms, error) => {
  await world.publicKeys.import('other', 'other', {});
  world.signingSecret.startRotation('v1');
  const putPending = world.signingSecret.putPending.bind(world.signingSecret);
  world.signingSecret.putPending = () => Promise.reject(new Error('no answer'));
  for (let i = 0; i < 2; i++) await expect(step('createSecret')).rejects.toThrow('no answer');
  world.signingSecret.putPending = putPending;
  world.clock.advance(ms);
  const outcome = await step('createSecret').catch(({ message }: Error) => message);
  expect(outcome).toBe(error);
});

it('leaves the current key in place and rings when the region has three keys', async () => {
  await rotate('v1');
  for (const name of ['a', 'b']) await world.publicKeys.import(name, name, {});
  world.signingSecret.startRotation('v2');
  await expect(step('createSecret', 'v2')).rejects.toThrow('ImportPublicKey: quota-reached');
  expect(world.metrics.sum('SigningKeySlotsFull')).toBe(1);
  expect(world.log.messages('error')).toEqual(['the region has no room for another signing key']);
  expect([stagesOf('v1'), await world.signingSecret.read('v2')]).toEqual([['AWSCURRENT'], undefined]);
});

describe('the test of a new key', () => {
  beforeEach(async () => {
    world.signingSecret.startRotation('v1');
    await step('createSecret');
  });

  it('fails when IVS has no such key', async () => {
    world.publicKeys.keys.clear();
    await expect(step('testSecret')).rejects.toThrow(/^IVS has no public key arn:/);
  });

  it('fails when IVS has another key under its ARN', async () => {
    const [key] = world.publicKeys.keys.values();
    if (key) world.publicKeys.keys.set(key.arn, { ...key, material: 'public-other' });
    await expect(step('testSecret')).rejects.toThrow(/^what the new key signs is not verified by arn:/);
  });
});

it('logs no key', async () => {
  await rotate('v1');
  expect(JSON.stringify(world.log.lines)).not.toMatch(/private|public-/);
});
