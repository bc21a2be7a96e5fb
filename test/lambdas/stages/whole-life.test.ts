import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MISHAPS } from '../../support/fates.ts';
import { arbitrarySteps } from '../../support/life-steps.ts';
import { isLongForm, recordProof, seed, times } from '../../support/proof.ts';
import { comeToRest } from '../../support/rest-of-life.ts';
import { Tally } from '../../support/tally.ts';
import { newLife } from '../../support/whole-life.ts';

/** Of up to 40 steps. */
const SEQUENCES = times({ quick: 300, long: 20_000 });

const befell = new Tally([
  'steps',
  ...MISHAPS,
  'an index lags',
  'a call is refused for its rate',
  'a permission is missing',
  "another deployment's stage and event",
  'two pollers share a queue',
  'processes take turns',
  'one overtakes another',
  'an event is lost',
  'an event comes twice',
  'a token is issued',
  'a token is exchanged',
  'somebody is put out',
]);

describe('the whole life of stages, in any order, with people, moderators, keys, and AWS at its worst', () => {
  it('comes to rest with at most one stage a user, each named by its owner, live where somebody publishes, and nobody there who may not', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySteps(40), async (steps) => {
        const life = newLife(befell);
        await fc.asyncModelRun(() => ({ model: {}, real: life }), steps);
        expect(await comeToRest(life)).toEqual([]);
        befell.count('a permission is missing', life.world.ivs.denials);
      }),
      { ...seed, numRuns: SEQUENCES },
    );
    if (isLongForm) expect(befell.missing).toEqual([]);
    recordProof('lives', { figures: [['sequences', SEQUENCES], ...befell.figures] });
  }, 600_000);
});
