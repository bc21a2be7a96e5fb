import { Pace } from '../pace.ts';
import { throwPassing } from '../passing-trouble.ts';
import type { IvsModeration, IvsRealTime, Services } from '../ports.ts';

export type ModerationOperation = keyof IvsModeration | Extract<keyof IvsRealTime, 'getStage'>;

/** Makes one call to IVS when it is its turn. */
export type CallIvs = <T>(operation: ModerationOperation, call: (signal: AbortSignal) => Promise<T>) => Promise<T>;

type Needs = Pick<Services, 'now' | 'sleep' | 'deadline'>;

/** Leaves the rest of the 10 s that a function of the API has to DynamoDB. */
const REQUEST_DEADLINE_MS = 7_000;
const PER_SECOND_FOR_REQUESTS = 4;

/** For one request of the API: one try each, within one deadline for all its calls. */
export function callForRequest(services: Needs): CallIvs {
  const signal = services.deadline(REQUEST_DEADLINE_MS);
  const paceOf = newPaces(services, PER_SECOND_FOR_REQUESTS);
  return async (operation, call) => {
    await paceOf(operation).turn();
    return call(signal).catch((cause: unknown) => throwPassing(cause));
  };
}

const CALL_DEADLINE_MS = 4_000;

/** For work that can wait: no operation more often than so, and again when it was throttled. */
export function callAtPace(services: Needs, perSecond: number): CallIvs {
  const paceOf = newPaces(services, perSecond);
  return (operation, call) => paceOf(operation).run(() => call(services.deadline(CALL_DEADLINE_MS)));
}

/** IVS counts each operation by itself. */
function newPaces(services: Needs, perSecond: number): (operation: ModerationOperation) => Pace {
  const paces = new Map<ModerationOperation, Pace>();
  return (operation) => {
    const pace = paces.get(operation) ?? new Pace(services, perSecond);
    paces.set(operation, pace);
    return pace;
  };
}
