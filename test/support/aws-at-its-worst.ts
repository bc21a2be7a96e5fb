import type { DynamoDbFaults } from '../../local/cloud/dynamodb/index.ts';
import type { Fault, Intercept } from '../../local/ivs/index.ts';
import { seededRandom } from '../../local/ivs/seeded-random.ts';
import type { LocalSystem } from './local-system.ts';
import type { Tally } from './tally.ts';

/** All that the services of the local run can do at their worst. */
export const HARDSHIPS = [
  'the answer of a DynamoDB call is lost',
  'keys are left unprocessed',
  'an index lags',
  'a call to IVS is throttled',
  'a call to IVS fails',
  'a call to IVS is slow',
  'the answer of a call to IVS is lost',
  'a call to IVS never answers',
] as const;

/** Befalls calls, each kind as often as the seed says; the function that is answered ends it. */
export function makeAwsHard({ cloud }: LocalSystem, seed: number, befell: Tally): () => void {
  const random = seededRandom(seed);
  const dice = (kind: (typeof HARDSHIPS)[number], mostOften: number) => {
    // Half of the highest rate at least, so that each kind strikes in every run.
    const rate = mostOften * (0.5 + random() / 2);
    return () => {
      const strikes = random() < rate;
      if (strikes) befell.count(kind);
      return strikes;
    };
  };
  cloud.dynamoDb.faults = rollForDynamoDb(dice);
  cloud.ivs.intercept = rollForIvs(dice);
  return () => {
    cloud.dynamoDb.faults = {};
    cloud.ivs.intercept = undefined;
  };
}

type Dice = (kind: (typeof HARDSHIPS)[number], mostOften: number) => () => boolean;

const isOfFunction = ({ accessKeyId }: { readonly accessKeyId: string | undefined }) => accessKeyId !== 'operator';

function rollForDynamoDb(dice: Dice): Required<DynamoDbFaults> {
  const [losesAnswer, leavesKeys, lags] = [
    dice('the answer of a DynamoDB call is lost', 0.04),
    dice('keys are left unprocessed', 0.2),
    dice('an index lags', 2),
  ];
  return {
    loseAnswer: (call) => isOfFunction(call) && losesAnswer(),
    unprocessedKeys: (call) => isOfFunction(call) && leavesKeys(),
    indexLag: (call) => isOfFunction(call) && lags(),
    // No read of the functions is of this kind: those that are not of an index are consistent.
    staleReads: isOfFunction,
  };
}

function rollForIvs(dice: Dice): Intercept {
  const faults: readonly (readonly [() => boolean, Fault])[] = [
    [dice('a call to IVS is throttled', 0.1), { kind: 'throttle' }],
    [dice('a call to IVS fails', 0.08), { kind: 'error', status: 500, name: 'InternalServerException' }],
    [dice('a call to IVS is slow', 0.1), { kind: 'delay', ms: 1_000 }],
    [dice('the answer of a call to IVS is lost', 0.08), { kind: 'lose-answer' }],
    [dice('a call to IVS never answers', 0.06), { kind: 'hang' }],
  ];
  // The SDK asks again, and what is gone by then has no tags: permission is denied.
  const losesDeletion = dice('the answer of a call to IVS is lost', 1);
  return ({ operation }) =>
    operation === 'DeleteStage' && losesDeletion()
      ? { kind: 'lose-answer' }
      : faults.find(([strikes]) => strikes())?.[1];
}
