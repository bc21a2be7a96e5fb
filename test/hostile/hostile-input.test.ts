import { afterAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { routes } from '../../lambdas/routes.ts';
import { recordProof, seed, times } from '../support/proof.ts';
import { atHandIn } from './at-hand.ts';
import { BODY_FIELDS } from './border.ts';
import { type HostileCase, KINDS } from './hostile-case.ts';
import { hostileCases } from './hostile-cases.ts';
import { Tally } from './tally.ts';
import { CASES_A_HOUSE, visitHouse } from './visit-house.ts';

const tally = new Tally();

afterAll(() => recordProof('hostile-input', { figures: tally.figures() }));

it(
  'answers no input with 500, tells nobody what is not theirs to know, and changes nothing that is not theirs',
  async () => {
    const atHand = await atHandIn();
    const visits = fc.array(hostileCases(atHand), { minLength: CASES_A_HOUSE, maxLength: CASES_A_HOUSE });
    await fc.assert(
      fc.asyncProperty(visits, async (cases) => {
        const findings = await visitHouse(cases, atHand.tokens, tally);
        if (findings.length > 0) throw new Error(findings.join('\n\n'));
      }),
      {
        ...seed,
        numRuns: times({ quick: 3_000, long: 95_000 }) / CASES_A_HOUSE,
        endOnFailure: true,
        asyncReporter: report,
      },
    );
    expect(tally.kinds()).toEqual([...KINDS].sort());
  },
  times({ quick: 60_000, long: 900_000 }),
);

it('knows what a body may have, on every route that takes one', () => {
  const takesBody = routes.filter(({ method, path }) => !['GET', 'DELETE'].includes(method) && path !== '/me/stage');
  const expected = [...takesBody.map(({ method, path }) => `${method} ${path}`), 'PATCH /me/stage'];
  expect(Object.keys(BODY_FIELDS).sort()).toEqual(expected.sort());
});

/** The findings name their requests: fast-check would print all that were sent to the house, up to 10 kB each. */
async function report({
  failed,
  seed: used,
  counterexamplePath,
  errorInstance,
}: fc.RunDetails<[HostileCase[]]>): Promise<void> {
  if (!failed) return;
  throw new Error(`seed ${used}, path ${counterexamplePath}\n${errorInstance}`);
}
