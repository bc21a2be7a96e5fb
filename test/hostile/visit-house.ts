import type { HostileCase } from './hostile-case.ts';
import type { House } from './house.ts';
import { createHouse } from './house.ts';
import { judge, runCase } from './run-case.ts';
import type { Tally } from './tally.ts';
import type { TokenAtHand } from './tokens-at-hand.ts';

/** What some of them may do, like leaving, makes the house emptier for the rest. */
export const CASES_A_HOUSE = 20;

const LONGEST_TEXT = 1_500;

/** Sends the requests to a new house, one after another, and judges how each was met. */
export async function visitHouse(
  cases: readonly HostileCase[],
  tokens: readonly TokenAtHand[],
  tally?: Tally,
  newHouse: () => Promise<House> = createHouse,
): Promise<readonly string[]> {
  const house = await newHouse();
  const found: string[] = [];
  for (const given of cases) {
    const encounter = await runCase(house, tokens, given);
    const findings = await judge(encounter);
    const { status } = encounter.answer;
    tally?.count(given.kind, status, findings);
    for (const { kind, text } of findings) {
      found.push(`${kind} (${status}): ${cut(text)}\n${cut(JSON.stringify(given))}`);
    }
  }
  return found;
}

const cut = (text: string): string => text.slice(0, LONGEST_TEXT);
