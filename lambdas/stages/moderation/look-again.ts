import { LONGEST_FOR_OTHERS_MINUTES } from '../access/token-life.ts';
import type { RightsCheck, Services } from '../ports.ts';

/** Joined clients ask for their role every few seconds, and exchange their token when it differs: only who did not is put out. */
export const TIME_TO_EXCHANGE_SECONDS = 10;
/** Tokens of guests and viewers live no longer; it is also the longest delay that SQS knows. */
const LIFE_OF_TOKENS_SECONDS = LONGEST_FOR_OTHERS_MINUTES * 60;

/**
 * After rights were taken away: looks at who is there once clients had time to exchange, and again when nobody can join with
 * a token of before any more.
 */
export async function lookAgain(
  { rightsChecks }: Pick<Services, 'rightsChecks'>,
  check: Omit<RightsCheck, 'cursor'>,
): Promise<void> {
  for (const delaySeconds of [TIME_TO_EXCHANGE_SECONDS, LIFE_OF_TOKENS_SECONDS]) {
    await rightsChecks.send(check, delaySeconds);
  }
}
