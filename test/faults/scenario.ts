import type { StageSettings } from '../../lambdas/stages/ports.ts';
import type { Cloud } from './cloud.ts';
import type { Outcome } from './outcome.ts';
import type { FunctionName, Process } from './process.ts';

export type Act = (process: Process) => Promise<Outcome>;

export interface Prepared {
  readonly act: Act;
  /** What the caller does naturally when that did not succeed. @default the same again */
  readonly repeat?: Act;
  /** Before the invocation that meets the fault, in the same process. */
  readonly warmUp?: Act;
  /** The act goes on when the process dies: whoever called it calls again by themselves. */
  readonly outlivesProcess?: true;
  /** Ends trouble that belongs to the scenario, before the repeat. */
  readonly calmDown?: () => void;
}

/** One invocation of one function, with all that must be there before it. */
export interface Scenario {
  readonly name: string;
  readonly function: FunctionName;
  readonly settings?: Partial<StageSettings>;
  /** Until the caller tries again. @default 70: past all leases of a request */
  readonly repeatAfterSeconds?: number;
  /** The repeat belongs to the scenario even without a fault. */
  readonly alwaysRepeats?: true;
  /** A simpler one whose calls are tried there; only what comes on top of them is tried here. */
  readonly besides?: Scenario;
  readonly prepare: (cloud: Cloud, healthy: Process) => Promise<Prepared>;
}
