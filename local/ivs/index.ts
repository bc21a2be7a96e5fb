import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Administered, administer, setActiveSession } from './administer.ts';
import type { Authorize } from './authorize.ts';
import type { Call } from './calls.ts';
import { type Emulation, type Stage, stageEndpoints } from './emulation.ts';
import { createEventSender, type EventDelivery, postTo } from './event-delivery.ts';
import { createFaultPlanner, type FaultPlan } from './fault-plan.ts';
import type { Intercept } from './faults.ts';
import { setIngestPublishing } from './live/ingests.ts';
import type { LiveStages } from './live/live-stages.ts';
import { openLiveStages } from './live/open-live-stages.ts';
import { closeIdleSessions } from './live/stage-sessions.ts';
import type { StageUpdate } from './live/stage-updates.ts';
import { type MediaOptions, openMedia, pointStagesAt } from './media/open-media.ts';
import { type Gate, performCall } from './perform-call.ts';
import { createRateLimiter } from './rate-limits.ts';
import { createIvsServer } from './server.ts';
import { type EmulatorState, restoreSnapshot, takeSnapshot } from './state.ts';

export type { AuthorizationRequest, Authorize } from './authorize.ts';
export type { Call } from './calls.ts';
export type { OperationName } from './constraints.ts';
export type { Stage } from './emulation.ts';
export type { EventDelivery } from './event-delivery.ts';
export type { FaultPlan, FaultRule } from './fault-plan.ts';
export type { Fault, Intercept, InterceptedCall } from './faults.ts';
export * from './live/live-stages.ts';
export type { StageUpdate, StageUpdateDetail } from './live/stage-updates.ts';
export type { MediaOptions } from './media/open-media.ts';
export type { EmulatorState } from './state.ts';

export type OnEvent = (event: StageUpdate) => void | Promise<void>;

export interface IvsEmulatorOptions {
  /** On 127.0.0.1. Default 0: any free port. */
  readonly port?: number;
  /** Appears in ARNs. Default `us-east-1`. */
  readonly region?: string;
  /** Twelve digits that appear in ARNs. Default `000000000000`. */
  readonly accountId?: string;
  /** How many stages may exist at once. Default 1,000, as on AWS. */
  readonly stageQuota?: number;
  /** `real` refuses calls beyond AWS's rate of each operation, `off` refuses none. Default `real`. */
  readonly quotas?: 'real' | 'off';
  /** With real quotas: whether a call that is refused for its rate counts towards the rate too. Default false. */
  readonly limiterCountsRefusedCalls?: boolean;
  /** Decides about every permission that a call needs. Default: everything is allowed. */
  readonly authorize?: Authorize;
  /** Makes chosen calls fail; see the property of the same name. Default: no call fails. */
  readonly intercept?: Intercept;
  /** A plan for faults; see `setFaults`. Default: no call fails. */
  readonly faults?: FaultPlan;
  /** How long a stage session goes on when nobody keeps it, in milliseconds. Default 180,000 (3 minutes). */
  readonly sessionEndDelayMs?: number;
  /** Told every event that AWS would send to EventBridge; see the property of the same name. Default: nobody is told. */
  readonly onEvent?: OnEvent;
  /** Every event is posted there as JSON. Default: nowhere. */
  readonly eventUrl?: string;
  /** How events get lost and late on their way. Default: each arrives once, in order. */
  readonly eventDelivery?: EventDelivery;
  /** WHIP, WHEP and event streams on the same port, in a process of their own. Default false: nobody can join but by `live`. */
  readonly media?: MediaOptions | false;
  /** What an earlier emulator's `snapshot()` answered. Default: no stages. */
  readonly state?: EmulatorState;
  /** The time, for rates and for the expiry of tokens. Default: the machine's. */
  readonly clock?: () => Date;
  /** Answers `length` letters and digits, never the same again. Default: random ones. */
  readonly newId?: (length: number) => string;
  /** Answers the id of an event, never the same again. Default: a random UUID. */
  readonly newEventId?: () => string;
  /** Signs participant tokens (HMAC SHA-256). Default: random, so tokens do not outlive the emulator. */
  readonly tokenSecret?: string;
}

export interface IvsEmulator {
  /** The `endpoint` for the SDK's client. */
  readonly url: string;
  readonly port: number;
  /** The last 100,000 calls of emulated operations, oldest first. */
  readonly calls: readonly Readonly<Call>[];
  /** Asked about every call before it is applied, for a fault. May be set and removed at any time. */
  intercept: Intercept | undefined;
  /** Of the media plane's process. Undefined without one, and while it is being restarted. */
  readonly mediaProcessId: number | undefined;
  stages(): readonly Stage[];
  /** Who is on the stages, for a media plane, or for tests that join without media. */
  readonly live: LiveStages;
  /** Told every event; may be set and removed at any time. An event waits until the one before is dealt with. */
  onEvent: OnEvent | undefined;
  /** Makes chosen calls fail from now on, in place of an earlier plan. `intercept` is asked first. */
  setFaults(plan: FaultPlan): void;
  /** How events travel from now on. */
  setEventDelivery(plan: EventDelivery): void;
  /** What a broadcast with the stream key, or its end, would bring about. Throws where the broadcast would be refused. */
  setIngestPublishing(arn: string, isPublishing: boolean): void;
  /** Gives a stage an active session (`st-` and 13 letters or digits), or ends it. */
  setActiveSession(arn: string, sessionId: string | undefined): void;
  /** What the option `state` takes. */
  snapshot(): EmulatorState;
  /** Ends every connection, those of hanging calls included. May be called twice. */
  close(): Promise<void>;
}

export async function startIvsEmulator(options: IvsEmulatorOptions = {}): Promise<IvsEmulator> {
  const closing = new AbortController();
  const faults = createFaultPlanner();
  if (options.faults) faults.set(options.faults);
  const tellListener = (event: StageUpdate) => emulator.onEvent?.(event);
  const events = createEventSender([tellListener, ...(options.eventUrl ? [postTo(options.eventUrl)] : [])]);
  if (options.eventDelivery) events.set(options.eventDelivery);
  const emulation = createEmulation(options, events.send);
  const gate: Gate = {
    emulation,
    calls: [],
    passed: new Map(),
    admit: createAdmission(options, emulation),
    authorize: options.authorize,
    intercept: (call) => emulator.intercept?.(call) ?? faults.decide(call.operation),
    closing: closing.signal,
  };
  const administered: Administered = { emulation, calls: gate.calls, faults, events };
  const server = createIvsServer({
    perform: (request) => performCall(gate, request),
    administer: (method, path, body) => administer(administered, method, path, body),
    media: (request, response) => media?.handle(request, response) ?? false,
  });
  const live = openLiveStages(emulation);
  const media = options.media ? await openMedia(live, options.media) : undefined;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening').catch(async (error: unknown) => {
    await media?.close();
    throw error;
  });
  const closed = once(server, 'close');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  if (media) pointStagesAt(url, emulation);

  const emulator: IvsEmulator = {
    url,
    port,
    intercept: options.intercept,
    onEvent: options.onEvent,
    calls: gate.calls,
    live,
    get mediaProcessId() {
      return media?.engine.processId;
    },
    stages() {
      closeIdleSessions(emulation);
      return structuredClone([...emulation.stages.values()]);
    },
    setFaults: faults.set,
    setEventDelivery: events.set,
    setIngestPublishing: (arn, isPublishing) => setIngestPublishing(emulation, arn, isPublishing),
    setActiveSession: (arn, sessionId) => void setActiveSession(emulation, arn, sessionId),
    snapshot() {
      closeIdleSessions(emulation);
      return takeSnapshot(emulation);
    },
    async close() {
      closing.abort();
      events.close();
      server.close();
      await media?.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return emulator;
}

function createEmulation(options: IvsEmulatorOptions, emit: Emulation['emit']): Emulation {
  const { region = 'us-east-1', accountId = '000000000000', sessionEndDelayMs = 180_000 } = options;
  if (!/^[a-z0-9-]+$/.test(region)) throw new RangeError(`Not a region: ${region}`);
  if (!/^[0-9]{12}$/.test(accountId)) throw new RangeError(`Not an account id of twelve digits: ${accountId}`);
  const emulation: Emulation = {
    region,
    accountId,
    clock: options.clock ?? (() => new Date()),
    newId: options.newId ?? randomId,
    newEventId: options.newEventId ?? randomUUID,
    tokenSecret: options.tokenSecret ?? randomBytes(32).toString('base64url'),
    stageQuota: options.stageQuota ?? 1000,
    sessionEndDelayMs,
    endpoints: stageEndpoints(accountId, region),
    stages: new Map(),
    publicKeys: new Map(),
    ingestConfigurations: new Map(),
    sessions: new Map(),
    rooms: new Map(),
    replications: [],
    burntTokens: new Set(),
    emit,
  };
  if (options.state) restoreSnapshot(emulation, options.state);
  return emulation;
}

function createAdmission(options: IvsEmulatorOptions, { clock }: Emulation): Gate['admit'] {
  if (options.quotas === 'off') return () => true;
  return createRateLimiter({ clock, countsRefusedCalls: options.limiterCountsRefusedCalls ?? false });
}

const letters = 'abcdefghijklmnopqrstuvwxyz';
const lettersAndDigits = `${letters}${letters.toUpperCase()}0123456789`;

function randomId(length: number): string {
  return Array.from({ length }, () => lettersAndDigits.charAt(randomInt(lettersAndDigits.length))).join('');
}
