import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { type CleanUpEvent, cleanUp } from '../../lambdas/events/clean-up/clean-up.ts';
import { provision } from '../../lambdas/events/provision/provision.ts';
import { reconcile } from '../../lambdas/events/reconcile/reconcile.ts';
import { signIn } from '../../lambdas/events/sign-in/sign-in.ts';
import { status } from '../../lambdas/events/status/status.ts';
import { me } from '../../lambdas/http/me/endpoints.ts';
import { moderation } from '../../lambdas/http/moderation/endpoints.ts';
import { read } from '../../lambdas/http/read/endpoints.ts';
import { tokens } from '../../lambdas/http/tokens/endpoints.ts';
import { routes } from '../../lambdas/routes.ts';
import { call, type EventParts, type LambdaFunction } from '../support/http-event.ts';
import { cleanUpOutcome, httpOutcome, OK, type Outcome, reconcileOutcome } from './outcome.ts';
import type { Process } from './process.ts';

const API_FUNCTIONS = { me, moderation, read, tokens };

/** Asks the API as API Gateway does. */
export function request(process: Process, routeKey: string, parts: EventParts = {}) {
  const route = routes.find(({ method, path }) => `${method} ${path}` === routeKey);
  if (!route) throw new Error(`there is no route ${routeKey}`);
  const fn = API_FUNCTIONS[route.function](process.services) as unknown as LambdaFunction;
  return call(fn, routeKey, parts);
}

/** Succeeds, because nothing goes wrong. */
export async function requestOk(process: Process, routeKey: string, parts: EventParts = {}) {
  const answer = await request(process, routeKey, parts);
  if ((answer.status ?? 500) >= 300) throw new Error(`${routeKey}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** `alsoDone`: answers to a repeat that tell that an earlier try got through. */
export const askApi =
  (routeKey: string, parts: EventParts = {}, alsoDone: readonly string[] = []) =>
  async (process: Process): Promise<Outcome> => {
    const outcome = unlessUnchecked(process, httpOutcome(await request(process, routeKey, parts)));
    return alsoDone.includes(outcome.word) ? { ...outcome, isDone: true } : outcome;
  };

/** IVS did not tell whether the stage exists: the visit goes on with what is known, and the next one asks again. */
const unlessUnchecked = ({ log }: Process, outcome: Outcome): Outcome =>
  outcome.isDone && log.lines.some(({ message }) => message === 'a stage could not be checked')
    ? { word: 'unchecked', isDone: false }
    : outcome;

/** `refused` never happens: Cognito would refuse the login. */
export const signInAs =
  (userId: string) =>
  async (process: Process): Promise<Outcome> => {
    const { services, metrics } = process;
    const event = {
      triggerSource: 'PostAuthentication_Authentication',
      callerContext: { clientId: 'client1' },
      request: { userAttributes: { sub: userId, name: userId, email: `${userId}@example.com` } },
    };
    try {
      await signIn(services)(event as unknown as Parameters<ReturnType<typeof signIn>>[0]);
    } catch (error) {
      return { word: 'refused', isDone: false, wrong: `the login was refused: ${error}` };
    }
    if (metrics.sum('SignInsWithoutStage') > 0) return { word: 'without a stage', isDone: false };
    if (metrics.sum('StageQuotaReached') > 0) return { word: 'region full', isDone: false };
    if (metrics.sum('VisitsQueued') > 0) return { word: 'queued', isDone: true };
    return unlessUnchecked(process, OK);
  };

type Deliver = (process: Process, records: readonly SQSRecord[]) => Promise<SQSBatchResponse>;

export const deliverToProvision: Deliver = ({ services, context }, Records) =>
  provision(services)({ Records: [...Records] }, context);

export const deliverToStatus: Deliver = ({ services, context }, Records) =>
  status(services)({ Records: [...Records] } as SQSEvent, context);

/** Through a queue; what failed comes back. */
export const deliver = async (
  process: Process,
  to: Deliver,
  records: readonly SQSRecord[],
): Promise<Outcome & { readonly failed: readonly string[] }> => {
  const { batchItemFailures } = await to(process, records);
  const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  return failed.length === 0 ? { ...OK, failed } : { word: 'redelivered', isDone: false, failed };
};

export const record = (body: string): SQSRecord =>
  ({
    messageId: 'message-1',
    receiptHandle: 'receipt-1',
    body,
    attributes: { ApproximateReceiveCount: '1' },
  }) as SQSRecord;

/** A function that nobody waits for: Lambda counts its error, and the next run comes by itself. */
const scheduled =
  <T>(run: (process: Process) => Promise<T>, outcomeOf: (answer: T) => Outcome) =>
  async (process: Process): Promise<Outcome> => {
    try {
      return outcomeOf(await run(process));
    } catch {
      return { word: 'failed', isDone: false };
    }
  };

export const runCleanUp = (event: CleanUpEvent = {}) =>
  scheduled(({ services, context }) => cleanUp(services)(event, context), cleanUpOutcome);

export const runReconcile = scheduled(
  ({ services, context }: Process) => reconcile(services)(undefined, context),
  reconcileOutcome,
);
