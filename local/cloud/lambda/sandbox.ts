import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { FunctionError, InvokeResult, SandboxSetup, WorkerMessage } from './messages.ts';

export interface SandboxOptions {
  readonly setup: Omit<SandboxSetup, 'handedOver'>;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly log: (line: string) => void;
}

/** One execution environment. It takes one invocation at a time. */
export interface Sandbox {
  /** Once it has failed, timed out or exited, a sandbox takes no further invocation. */
  readonly isUsable: boolean;
  /** Waits for the initialization, which has a limit of its own; then the timeout starts with the hand-over. */
  invoke(event: string): Promise<InvokeResult>;
  close(): Promise<void>;
}

const INIT_TIMEOUT_SECONDS = 10;

export function createSandbox({ setup, environment, memoryMb, timeoutSeconds, log }: SandboxOptions): Sandbox {
  const handedOver = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./runtime.ts', import.meta.url), {
    workerData: { ...setup, handedOver } satisfies SandboxSetup,
    env: environment,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    stdout: true,
    stderr: true,
  });
  const initialized = Promise.withResolvers<FunctionError | undefined>();
  let isUsable = true;
  let settle: ((result: InvokeResult) => void) | undefined;

  const fail = (error: FunctionError): void => {
    isUsable = false;
    initialized.resolve(error);
    settle?.({ error });
  };
  const failAndStop = (error: FunctionError): void => {
    fail(error);
    void worker.terminate();
  };

  worker.on('message', (message: WorkerMessage) => {
    if (message.type === 'log') log(message.line);
    else if (message.type === 'ready') initialized.resolve(undefined);
    else if (message.type === 'failed-init') failAndStop(message.error);
    else settle?.(message.result);
  });
  worker.on('error', (error: unknown) => log(`Uncaught ${error instanceof Error ? error.stack : String(error)}`));
  worker.on('exit', (code) => fail(exitError(code)));
  const stopInit = setTimeout(
    () => failAndStop(timeoutError('INIT', INIT_TIMEOUT_SECONDS)),
    INIT_TIMEOUT_SECONDS * 1000,
  );

  return {
    get isUsable() {
      return isUsable;
    },
    invoke: async (event) => {
      const initError = await initialized.promise;
      clearTimeout(stopInit);
      if (initError !== undefined) return { error: initError };
      const requestId = randomUUID();
      const timeoutMs = timeoutSeconds * 1000;
      const { promise, resolve } = Promise.withResolvers<InvokeResult>();
      settle = resolve;
      const stop = setTimeout(() => failAndStop(timeoutError(requestId, timeoutSeconds)), timeoutMs);
      worker.postMessage({ requestId, event, deadline: Date.now() + timeoutMs });
      Atomics.add(handedOver, 0, 1);
      Atomics.notify(handedOver, 0);
      return promise.finally(() => clearTimeout(stop));
    },
    close: async () => {
      clearTimeout(stopInit);
      await worker.terminate();
    },
  };
}

function exitError(code: number): FunctionError {
  const reason = code === 0 ? 'without providing a reason' : `with error: exit status ${code}`;
  return { errorType: 'Runtime.ExitError', errorMessage: `Error: Runtime exited ${reason}` };
}

function timeoutError(requestId: string, seconds: number): FunctionError {
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `${new Date().toISOString()} ${requestId} Task timed out after ${seconds.toFixed(2)} seconds`,
  };
}
