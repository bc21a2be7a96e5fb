import { setTimeout as delay } from 'node:timers/promises';
import { type Authorize, authorizeNeeds } from './authorize.ts';
import { type Call, noteCall } from './calls.ts';
import type { OperationName } from './constraints.ts';
import type { Emulation } from './emulation.ts';
import { ApiError, asApiError, throttled } from './errors.ts';
import type { Intercept } from './faults.ts';
import { stopLapsedReplications } from './live/replicas.ts';
import { closeIdleSessions } from './live/stage-sessions.ts';
import { planOperation } from './operations/operations.ts';

/** What a call passes through on its way to the emulation. */
export interface Gate {
  readonly emulation: Emulation;
  readonly calls: Call[];
  readonly admit: (operation: OperationName) => boolean;
  readonly authorize: Authorize | undefined;
  /** How many calls of each operation have come as far as `intercept`. */
  readonly passed: Map<OperationName, number>;
  readonly intercept: Intercept;
  /** Aborted when the emulator closes, so that no delayed call is applied after that. */
  readonly closing: AbortSignal;
}

export interface CallRequest {
  readonly operation: OperationName;
  readonly input: unknown;
  readonly accessKeyId: string | undefined;
}

export type Outcome = { readonly kind: 'answer'; readonly output: object } | { readonly kind: 'cut' | 'silence' };

/** Throws an ApiError for a call that is refused, after noting it in the call log. */
export async function performCall(gate: Gate, request: CallRequest): Promise<Outcome> {
  const { operation, accessKeyId } = request;
  const call: Call = { operation, at: gate.emulation.clock(), accessKeyId };
  noteCall(gate.calls, call);
  try {
    return await passGate(gate, request);
  } catch (error) {
    const refusal = asApiError(error);
    call.refused = refusal.name;
    throw refusal;
  }
}

/** The rate comes first: on AWS it is the front door's, which knows the operation before it has read the input. */
async function passGate(gate: Gate, { operation, input, accessKeyId }: CallRequest): Promise<Outcome> {
  const { emulation, admit, authorize, intercept } = gate;
  if (!admit(operation)) throw throttled(operation);
  const plan = planOperation(emulation, operation, input);
  if (authorize) authorizeNeeds(authorize, emulation, accessKeyId, plan.needs);

  const fault = intercept({ operation, input, number: countPassed(gate, operation) });
  if (fault?.kind === 'throttle') throw throttled(operation);
  if (fault?.kind === 'error') throw new ApiError(fault.name, fault.status, `A planned fault of ${operation}`);
  if (fault?.kind === 'hang') return { kind: 'silence' };
  if (fault?.kind === 'delay' && !(await waited(fault.ms, gate.closing))) return { kind: 'silence' };
  settleTime(emulation);
  const output = plan.apply();
  return fault?.kind === 'lose-answer' ? { kind: 'cut' } : { kind: 'answer', output };
}

/** What time has ended since the last call. */
function settleTime(emulation: Emulation): void {
  stopLapsedReplications(emulation);
  closeIdleSessions(emulation);
}

function countPassed({ passed }: Gate, operation: OperationName): number {
  const number = (passed.get(operation) ?? 0) + 1;
  passed.set(operation, number);
  return number;
}

/** Whether the time passed before the emulator closed. */
async function waited(delayMs: number, closing: AbortSignal): Promise<boolean> {
  await delay(delayMs, undefined, { signal: closing }).catch(() => {
    // The signal is the only way in which a timer can fail.
  });
  return !closing.aborted;
}
