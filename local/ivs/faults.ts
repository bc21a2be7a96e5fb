import type { OperationName } from './constraints.ts';

/** What goes wrong with one call. */
export type Fault =
  /** The call is refused with a ThrottlingException. */
  | { readonly kind: 'throttle' }
  /** The call is refused with this error. */
  | { readonly kind: 'error'; readonly status: number; readonly name: string }
  /** The call waits, then takes its normal course. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The call is never applied and never answered. */
  | { readonly kind: 'hang' }
  /** The call is applied, then its connection is cut. */
  | { readonly kind: 'lose-answer' };

export interface InterceptedCall {
  readonly operation: OperationName;
  /** The input as it was sent. */
  readonly input: unknown;
  /** Which call of this operation it is, from 1. Refused calls (rate, form, permission) are not counted. */
  readonly number: number;
}

/** Asked about every call that rate, form and permissions let through, right before it is applied. */
export type Intercept = (call: InterceptedCall) => Fault | undefined;
