import { beforeEach, describe, expect, it } from '@jest/globals';
import { retirePublicKeys } from '../../../../lambdas/stages/keys/retire-public-keys.ts';
import { ROTATION_STEPS, rotateSigningKey } from '../../../../lambdas/stages/keys/rotate-signing-key.ts';
import { keyToSignWith } from '../../../../lambdas/stages/keys/signing-key-times.ts';
import { createWorld, type World } from '../../../support/world.ts';

const MINUTE_MS = 60_000;
/** Its successor waits 5 minutes, signers may know that 5 minutes late, tokens live an hour; 5 minutes more. */
const PREDECESSOR_LIFE_MS = 75 * MINUTE_MS;

let world: World;
beforeEach(async () => {
  world = createWorld();
  await rotate('v1');
});

async function rotate(versionId: string): Promise<void> {
  world.signingSecret.startRotation(versionId);
  for (const step of ROTATION_STEPS) await rotateSigningKey(world)(step, versionId);
}
const retire = (dryRun = false) => retirePublicKeys(world)(dryRun);
const keyNames = () => [...world.publicKeys.keys.values()].map(({ name }) => name);
const tags = { 'stagedoor:deployment': 'Stagedoor' };

describe('the predecessor of a signing key', () => {
  beforeEach(() => rotate('v2'));

  it('stays until the last token that it may have signed has run out, to the millisecond', async () => {
    world.clock.advance(PREDECESSOR_LIFE_MS - 1);
    expect(await retire()).toEqual({ kept: 2, deleted: 0, failed: 0 });
    world.clock.advance(1);
    expect(await retire()).toEqual({ kept: 1, deleted: 1, failed: 0 });
    expect(keyNames()).toEqual(['Stagedoor-v2']);
  });

  it('stays longer when tokens live longer', async () => {
    const patient: World = { ...world, settings: { ...world.settings, tokenMinutes: 20_160 } };
    world.clock.advance(20_160 * MINUTE_MS);
    expect(await retirePublicKeys(patient)(false)).toMatchObject({ deleted: 0 });
  });

  it('stays in a dry run, which says that it would go', async () => {
    world.clock.advance(PREDECESSOR_LIFE_MS);
    expect(await retire(true)).toEqual({ kept: 1, deleted: 1, failed: 0 });
    expect(keyNames()).toHaveLength(2);
  });

  it('stays when the secret does not tell what is current', async () => {
    world.clock.advance(PREDECESSOR_LIFE_MS);
    world.signingSecret.describe = () => Promise.reject(new Error('not now'));
    expect(await retire()).toEqual({ kept: 0, deleted: 0, failed: 1 });
    world.signingSecret.describe = async () => ({ versions: {}, promotedAt: new Date(0) });
    expect(await retire()).toMatchObject({ deleted: 0 });
    expect(keyNames()).toHaveLength(2);
  });

  it('is counted and logged when IVS does not delete it', async () => {
    world.clock.advance(PREDECESSOR_LIFE_MS);
    world.publicKeys.delete = () => Promise.reject(new Error('not now'));
    expect(await retire()).toEqual({ kept: 1, deleted: 0, failed: 1 });
    expect(world.log.messages('error')).toEqual(['a signing key could not be retired']);
  });
});

it('never retires the current key, nor the one that is about to be', async () => {
  world.clock.advance(PREDECESSOR_LIFE_MS);
  world.signingSecret.startRotation('v2');
  await rotateSigningKey(world)('createSecret', 'v2');
  expect(await retire()).toEqual({ kept: 2, deleted: 0, failed: 0 });
});

it('deletes what a broken rotation left, and nothing of others', async () => {
  await world.publicKeys.import('Stagedoor-lost', 'lost', tags);
  await world.publicKeys.import('by-hand', 'by hand', tags);
  world.clock.advance(PREDECESSOR_LIFE_MS);
  expect(await retire()).toEqual({ kept: 1, deleted: 1, failed: 0 });
  expect(keyNames()).toEqual(['Stagedoor-v1', 'by-hand']);
});

describe('the key to sign with', () => {
  const at = (minutes: number) => new Date(minutes * MINUTE_MS);
  const [previous, current] = [{ importedAt: at(0) }, { importedAt: at(100) }];

  it.each([
    ['the first key, at once', current, undefined, 100, current],
    ['the predecessor, while the successor is younger than 5 minutes', current, previous, 104.99, previous],
    ['the successor from then on', current, previous, 105, current],
    ['none, while there is none', undefined, undefined, 100, undefined],
  ])('is %s', (_what, newer, older, minutes, expected) => {
    expect(keyToSignWith(newer, older, at(minutes))).toBe(expected);
  });
});
