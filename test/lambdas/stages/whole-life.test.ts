import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitrarySteps, comeToRest, type Life, newLife } from '../../support/whole-life.ts';

/** Sequences of up to 40 steps; `npm run prove` runs 20,000. */
const SEQUENCES = Number(process.env.LIFE_SEQUENCES ?? 300);

describe('the whole life of stages, in any order, with crashes, lost answers, pauses and lost, late and doubled events', () => {
  it('comes to rest with at most one stage a user, each named by its owner, and live where somebody publishes', () =>
    fc.assert(
      fc.asyncProperty(arbitrarySteps(40), async (steps) => {
        const life: Life = newLife();
        await fc.asyncModelRun(() => ({ model: {}, real: life }), steps);
        expect(await comeToRest(life)).toEqual([]);
      }),
      { numRuns: SEQUENCES },
    ));
});
