import {
  aborted,
  answer,
  connectionReset,
  requestTimeout,
  type Service,
  serverError,
  throttle,
} from './aws-refusals.ts';
import { type Call, CallLog } from './call-log.ts';
import type { Fault } from './fault.ts';
import {
  type Answer,
  drop,
  type Handler,
  type HandlerOptions,
  nothingProcessed,
  type WireRequest,
} from './http-handler.ts';
import type { TimedClock } from './timed-clock.ts';

/** As lambdas/adapters/aws-clients.ts sets them; calls to IVS end with the caller's signal. */
const REQUEST_TIMEOUTS_MS: Readonly<Record<Service, number>> = {
  DynamoDB: 1_000,
  SQS: 1_000,
  'Secrets Manager': 1_000,
  Cognito: 3_000,
  IVS: Number.POSITIVE_INFINITY,
};

interface Server {
  readonly service: Service;
  readonly url: () => string;
  /** Has indexes answer without the last writes, during a call. */
  readonly whileStale?: <T>(call: () => Promise<T>) => Promise<T>;
}

export interface WireOptions {
  readonly clock: TimedClock;
  /** How long Lambda lets the function run. */
  readonly timeLimitMs: number;
  readonly fault?: Fault | undefined;
}

/** All that one process says to AWS: its calls are counted, and one of them meets a fault. */
export class Wire {
  readonly clock: TimedClock;
  readonly fault: Fault | undefined;
  readonly timeLimitMs: number;
  #calls: CallLog | undefined;
  #endsAtMs = Number.POSITIVE_INFINITY;
  #struck = 0;
  #underWay = 0;
  #isDead = false;
  /** Resolves when the process ends before its answer. */
  readonly death: Promise<void>;
  #die: () => void = () => undefined;

  constructor({ clock, timeLimitMs, fault }: WireOptions) {
    this.clock = clock;
    this.fault = fault;
    this.timeLimitMs = timeLimitMs;
    this.death = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  /** What comes now is the invocation that meets the fault. */
  watch(): CallLog {
    this.#calls = new CallLog();
    this.#endsAtMs = this.clock.now().getTime() + this.timeLimitMs;
    return this.#calls;
  }

  get remainingMs(): number {
    return this.#endsAtMs === Number.POSITIVE_INFINITY ? this.timeLimitMs : this.#endsAtMs - this.clock.now().getTime();
  }

  /** A call is at its server, though nobody may wait for its answer any more. */
  get isBusy(): boolean {
    return this.#underWay > 0;
  }

  get struck(): number {
    return this.#struck;
  }

  /** The handler of a client, with this wire between it and its server. */
  through(handler: Handler, server: Server): Handler {
    // Time is the clock's alone: a slow machine must not look like a silent server.
    handler.updateHttpClientConfig('connectionTimeout', 0);
    handler.updateHttpClientConfig('requestTimeout', 0);
    const forward = (request: WireRequest, options?: HandlerOptions) => {
      const { hostname, port, host } = new URL(server.url());
      const headers = { ...request.headers, host };
      Object.assign(request, { hostname, port: Number(port), protocol: 'http:', headers });
      this.#underWay += 1;
      return handler.handle(request, options).finally(() => {
        this.#underWay -= 1;
      });
    };
    const handle: Handler['handle'] = async (request, options) => {
      if (this.#isDead) return never();
      const call = this.#calls?.note(server.service, request);
      if (!call) return forward(request, options);
      call.tries += 1;
      call.succeeded = false;
      const fault = this.#faultOf(call);
      const given = await (fault
        ? this.#strike(fault.kind, server, request, options, forward)
        : forward(request, options));
      if (this.#isDead) return never();
      const { statusCode } = given.response;
      call.wasRefused = statusCode >= 400 && statusCode < 500;
      call.succeeded = statusCode < 500 && fault?.kind !== 'throttled';
      return given;
    };
    return Object.assign(Object.create(handler), { handle });
  }

  #faultOf({ name, number, tries }: Call): Fault | undefined {
    const { fault } = this;
    if (!fault || fault.site.name !== name || fault.site.number !== number) return undefined;
    return tries === 1 || fault.lasts ? fault : undefined;
  }

  async #strike(
    kind: Fault['kind'],
    server: Server,
    request: WireRequest,
    options: HandlerOptions | undefined,
    forward: Handler['handle'],
  ): Promise<Answer> {
    this.#struck += 1;
    switch (kind) {
      case 'throttled':
        return throttle(server.service);
      case 'server error':
        return serverError(server.service);
      case 'timeout':
        return this.#hang(REQUEST_TIMEOUTS_MS[server.service], options?.abortSignal);
      case 'reset':
        throw connectionReset();
      case 'answer lost':
        await drop(await forward(request, options));
        throw connectionReset();
      case 'crash before':
        return this.#end();
      case 'crash after':
        await drop(await forward(request, options));
        return this.#end();
      case 'not processed':
        return answer(200, nothingProcessed(request));
      case 'stale index':
        return server.whileStale ? server.whileStale(() => forward(request, options)) : forward(request, options);
    }
  }

  /** Until the first of those who wait gives up: the SDK, the use case, or Lambda. */
  #hang(timeoutMs: number, signal: AbortSignal | undefined): Promise<never> {
    const timesOutAt = this.clock.now().getTime() + timeoutMs;
    const abortsAt = this.clock.endOf(signal);
    this.clock.advanceTo(Math.min(timesOutAt, abortsAt, this.#endsAtMs));
    if (abortsAt <= Math.min(timesOutAt, this.#endsAtMs)) return Promise.reject(aborted());
    return timesOutAt <= this.#endsAtMs ? Promise.reject(requestTimeout()) : this.#end();
  }

  #end(): Promise<never> {
    this.#isDead = true;
    this.#die();
    return never();
  }
}

const never = (): Promise<never> => new Promise(() => undefined);
