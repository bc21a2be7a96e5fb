import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type LocalSigningKey, startLocalSigningKey } from '../../support/local-signing-key.ts';

let local: LocalSigningKey;
beforeEach(async () => {
  local = await startLocalSigningKey();
});
afterEach(() => local.close());

const importedKeys = () => local.ivs.snapshot().publicKeys ?? [];

it('rotates through Secrets Manager: pending, tested, current, and the one before is kept', async () => {
  await local.rotate();
  local.clock.advance(60_000);
  await local.rotate();
  const { versions, promotedAt } = await local.secret.describe();
  const stages = Object.values(versions).flat();
  expect(stages.filter((stage) => stage === 'AWSCURRENT')).toHaveLength(1);
  expect(stages.filter((stage) => stage === 'AWSPREVIOUS')).toHaveLength(1);
  expect(promotedAt).toEqual(local.clock.now());
  const ofVersions = Object.keys(versions).map((versionId) => `Stagedoor-${versionId}`);
  for (const { name, tags } of importedKeys()) {
    expect(ofVersions).toContain(name);
    expect(tags).toEqual({
      'stagedoor:deployment': 'Stagedoor',
      'stagedoor:createdAt': expect.stringMatching(/^2026-01-01T00:0[01]:00/),
    });
  }
  expect(importedKeys()).toHaveLength(2);
});

it('has nothing to tell of a promotion before the first one', async () => {
  expect((await local.secret.describe()).promotedAt).toBeUndefined();
});

it('keeps the old key, and is done by the next rotation, when IVS fails in between', async () => {
  await local.rotate();
  local.ivs.setFaults({ rules: [{ kind: 'throttle', operations: ['ImportPublicKey'] }] });
  await expect(local.rotate()).rejects.toThrow();
  expect(importedKeys()).toHaveLength(1);
  local.ivs.setFaults({ rules: [] });
  await local.rotate();
  expect(importedKeys()).toHaveLength(2);
});

it('loses no slot when the answers of all imports get lost', async () => {
  local.ivs.intercept = ({ operation }) => (operation === 'ImportPublicKey' ? { kind: 'lose-answer' } : undefined);
  await local.rotate();
  expect(importedKeys()).toHaveLength(1);
  local.ivs.intercept = undefined;
});

it('finds no value in a version that has none, and the first value to be no key', async () => {
  const { versions } = await local.secret.describe();
  const [first = ''] = Object.keys(versions);
  expect(await local.secret.read(first)).toBeUndefined();
  expect(await local.secret.read('0'.repeat(36))).toBeUndefined();
});
