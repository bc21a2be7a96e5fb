import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { administer, setActiveSession } from './administer.ts';
import type { Authorize } from './authorize.ts';
import type { Call } from './calls.ts';
import { type Emulation, type Stage, stageEndpoints } from './emulation.ts';
import type { Intercept } from './faults.ts';
import { type Gate, performCall } from './perform-call.ts';
import { createRateLimiter } from './rate-limits.ts';
import { createIvsServer } from './server.ts';

export type { AuthorizationRequest, Authorize } from './authorize.ts';
export type { Call } from './calls.ts';
export type { OperationName } from './constraints.ts';
export type { Stage } from './emulation.ts';
export type { Fault, Intercept, InterceptedCall } from './faults.ts';

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
  /** What an earlier emulator's `snapshot()` answered. Default: no stages. */
  readonly state?: EmulatorState;
  /** The time, for rates and for the expiry of tokens. Default: the machine's. */
  readonly clock?: () => Date;
  /** Answers `length` letters and digits, never the same again. Default: random ones. */
  readonly newId?: (length: number) => string;
  /** Signs participant tokens (HMAC SHA-256). Default: random, so tokens do not outlive the emulator. */
  readonly tokenSecret?: string;
}

/** Safe to keep as JSON. */
export interface EmulatorState {
  readonly stages: readonly Stage[];
}

export interface IvsEmulator {
  /** The `endpoint` for the SDK's client. */
  readonly url: string;
  readonly port: number;
  /** The last 100,000 calls of emulated operations, oldest first. */
  readonly calls: readonly Readonly<Call>[];
  /** Asked about every call before it is applied, for a fault. May be set and removed at any time. */
  intercept: Intercept | undefined;
  stages(): readonly Stage[];
  /** Gives a stage an active session (`st-` and 13 letters or digits), or ends it. */
  setActiveSession(arn: string, sessionId: string | undefined): void;
  /** What the option `state` takes. */
  snapshot(): EmulatorState;
  /** Ends every connection, those of hanging calls included. May be called twice. */
  close(): Promise<void>;
}

export async function startIvsEmulator(options: IvsEmulatorOptions = {}): Promise<IvsEmulator> {
  const emulation = createEmulation(options);
  const closing = new AbortController();
  const gate: Gate = {
    emulation,
    calls: [],
    passed: new Map(),
    admit: createAdmission(options, emulation),
    authorize: options.authorize,
    intercept: (call) => emulator.intercept?.(call),
    closing: closing.signal,
  };
  const server = createIvsServer({
    perform: (request) => performCall(gate, request),
    administer: (method, path, body) => administer(emulation, gate.calls, method, path, body),
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const closed = once(server, 'close');
  const { port } = server.address() as AddressInfo;

  const emulator: IvsEmulator = {
    url: `http://127.0.0.1:${port}`,
    port,
    intercept: options.intercept,
    calls: gate.calls,
    stages: () => structuredClone([...emulation.stages.values()]),
    setActiveSession: (arn, sessionId) => void setActiveSession(emulation, arn, sessionId),
    snapshot: () => ({ stages: emulator.stages() }),
    async close() {
      closing.abort();
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return emulator;
}

function createEmulation(options: IvsEmulatorOptions): Emulation {
  const { region = 'us-east-1', accountId = '000000000000', state = { stages: [] } } = options;
  if (!/^[a-z0-9-]+$/.test(region)) throw new RangeError(`Not a region: ${region}`);
  if (!/^[0-9]{12}$/.test(accountId)) throw new RangeError(`Not an account id of twelve digits: ${accountId}`);
  return {
    region,
    accountId,
    clock: options.clock ?? (() => new Date()),
    newId: options.newId ?? randomId,
    tokenSecret: options.tokenSecret ?? randomBytes(32).toString('base64url'),
    stageQuota: options.stageQuota ?? 1000,
    endpoints: stageEndpoints(accountId, region),
    stages: new Map(structuredClone(state.stages).map((stage) => [stage.arn, stage])),
  };
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
