// Runs in the worker of one sandbox: loads the handler, then answers one invocation after another.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { FunctionError, Invocation, InvokeResult, SandboxSetup, WorkerMessage } from './messages.ts';

type Handler = (event: unknown, context: object) => unknown;

const setup: SandboxSetup = workerData;
const { env } = process;

const CALLBACK_HANDLER =
  'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. ' +
  'You need to modify this function to use a supported handler signature to use Node.js 24 or later.';

forwardOutput();
// No top-level await: Node would complain about it on the terminal when a handler never settles.
loadHandler().then(serve, (error: unknown) => post({ type: 'failed-init', error: describe(error) }));

async function serve(handler: Handler): Promise<never> {
  post({ type: 'ready' });
  for (;;) {
    const invocation = waitFrozen();
    post({ type: 'answer', result: await invoke(handler, invocation) });
  }
}

/** A frozen thread flushes no stream, so every write goes out as a message at once. */
function forwardOutput(): void {
  const write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    for (const line of text.replace(/\n$/, '').split('\n')) post({ type: 'log', line });
    const done = typeof encoding === 'function' ? encoding : callback;
    if (typeof done === 'function') done();
    return true;
  };
  process.stdout.write = write;
  process.stderr.write = write;
}

async function loadHandler(): Promise<Handler> {
  if (env.NODE_OPTIONS?.includes('--enable-source-maps')) process.setSourceMapsEnabled(true);
  const [, file = '', name = ''] = /^(.*)\.([^./]+)$/.exec(setup.handler) ?? [];
  const path = ['.js', '.mjs', '.cjs'].map((extension) => join(setup.taskRoot, file + extension)).find(existsSync);
  if (path === undefined) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  const module = await import(pathToFileURL(path).href);
  const handler: unknown = module[name] ?? module.default?.[name];
  if (handler === undefined) {
    throw named('Runtime.HandlerNotFound', `${setup.handler} is undefined or not exported`);
  }
  if (typeof handler !== 'function') throw named('Runtime.HandlerNotFound', `${setup.handler} is not a function`);
  if (handler.length >= 3) throw named('Runtime.CallbackHandlerDeprecated', CALLBACK_HANDLER);
  return handler as Handler;
}

/**
 * Between two invocations a sandbox is frozen: nothing that the last one left behind (timers, sockets, pending
 * promises) runs on until the next begins. So this blocks the thread rather than awaiting.
 */
function waitFrozen(): Invocation {
  for (;;) {
    const handedOver = Atomics.load(setup.handedOver, 0);
    const received = parentPort === null ? undefined : receiveMessageOnPort(parentPort);
    if (received !== undefined) return received.message;
    Atomics.wait(setup.handedOver, 0, handedOver);
  }
}

async function invoke(handler: Handler, invocation: Invocation): Promise<InvokeResult> {
  try {
    const result = await handler(JSON.parse(invocation.event), createContext(invocation));
    return { payload: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    const description = describe(error);
    console.error(`${invocation.requestId}\tERROR\tInvoke Error\t${JSON.stringify(description)}`);
    return { error: description };
  }
}

function createContext({ requestId, deadline }: Invocation): object {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: undefined,
    identity: undefined,
    invokedFunctionArn: setup.functionArn,
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function describe(error: unknown): FunctionError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] };
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function post(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}
