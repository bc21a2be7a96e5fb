/** What a sandbox's worker is started with. */
export interface SandboxSetup {
  /** The folder that holds the handler's module. */
  readonly taskRoot: string;
  /** For example `index.handler`. */
  readonly handler: string;
  readonly functionArn: string;
  /** Counts the invocations handed over; the worker sleeps on it while it is frozen. */
  readonly handedOver: Int32Array<SharedArrayBuffer>;
}

export interface Invocation {
  readonly requestId: string;
  /** JSON. */
  readonly event: string;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
}

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type InvokeResult = { readonly payload: string } | { readonly error: FunctionError };

export type WorkerMessage =
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'ready' }
  | { readonly type: 'failed-init'; readonly error: FunctionError }
  | { readonly type: 'answer'; readonly result: InvokeResult };
