import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, realpath, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { AwsError, readBody, startHttpServer } from '../aws-json-server.ts';
import { createEnvironment } from './environment.ts';
import type { InvokeResult } from './messages.ts';
import { createSandbox } from './sandbox.ts';
import { createSandboxPool, type SandboxPool } from './sandbox-pool.ts';

export type { InvokeResult } from './messages.ts';

export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  /** The asset folder that holds the bundle. */
  readonly directory: string;
  /** For example `index.handler`. */
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Signs the function's own AWS calls. */
  readonly accessKeyId: string;
}

export interface LambdaOptions {
  /** Default 0: a free one. */
  readonly port?: number;
  readonly region: string;
  readonly accountId: string;
  readonly functions: readonly FunctionDefinition[];
  /** Given to every function: the run's AWS_ENDPOINT_URL_*. */
  readonly environment: Readonly<Record<string, string>>;
  /** Gets every line that a function writes, and what befalls its sandboxes. */
  readonly log: (functionName: string, line: string) => void;
  /** Sandboxes a function; further calls wait their turn. Default 4. */
  readonly maxSandboxes?: number;
  /** Waits before an asynchronous invocation is tried again, in milliseconds. Default 1 and 2 minutes, as at AWS. */
  readonly retryDelaysMs?: readonly number[];
}

export interface Lambda {
  /** Speaks the Invoke API: `POST /2015-03-31/functions/NAME/invocations`, RequestResponse and Event. */
  readonly url: string;
  /** Throws ResourceNotFoundException for an unknown function; a function's own failure is a result. */
  invoke(nameOrArn: string, event: unknown): Promise<InvokeResult>;
  /** Retries as AWS does; what still fails then is logged as discarded. */
  invokeAsync(nameOrArn: string, event: unknown): void;
  close(): Promise<void>;
}

const MINUTE_MS = 60_000;

export async function startLambda(options: LambdaOptions): Promise<Lambda> {
  const { port = 0, region, accountId, log, retryDelaysMs = [MINUTE_MS, 2 * MINUTE_MS] } = options;
  const tasks = await realpath(await mkdtemp(join(tmpdir(), 'stagedoor-functions-')));
  const pools = new Map<string, SandboxPool>();
  for (const definition of options.functions) pools.set(definition.name, await createPool(definition, tasks, options));
  const closing = new AbortController();

  function findFunction(nameOrArn: string): { name: string; pool: SandboxPool } {
    const name = nameOrArn.replace(/^arn:aws:lambda:[^:]*:[^:]*:function:/, '').split(':')[0] ?? '';
    const pool = pools.get(name);
    if (pool !== undefined) return { name, pool };
    const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}`;
    throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, { status: 404 });
  }

  function invokeAsync(nameOrArn: string, event: unknown): void {
    const { name, pool } = findFunction(nameOrArn);
    tryRepeatedly(name, pool, toJson(event)).catch((error: unknown) => log(name, `Asynchronous event lost: ${error}`));
  }

  async function tryRepeatedly(name: string, pool: SandboxPool, event: string): Promise<void> {
    let result = await pool.invoke(event);
    for (const delayMs of retryDelaysMs) {
      if (!('error' in result)) return;
      // Closing ends the pause with an AbortError.
      await setTimeout(delayMs, undefined, { signal: closing.signal }).catch(() => {});
      if (closing.signal.aborted) return;
      result = await pool.invoke(event);
    }
    if (!('error' in result)) return;
    const { errorType, errorMessage } = result.error;
    log(name, `Asynchronous event discarded after ${retryDelaysMs.length + 1} tries: ${errorType}: ${errorMessage}`);
  }

  const invoke = async (nameOrArn: string, event: unknown) => findFunction(nameOrArn).pool.invoke(toJson(event));
  const server = await startHttpServer(port, (request, response) => answer(request, response, { invoke, invokeAsync }));

  return {
    url: server.url,
    invoke,
    invokeAsync,
    close: async () => {
      closing.abort();
      await server.close();
      await Promise.all([...pools.values()].map((pool) => pool.close()));
      await rm(tasks, { recursive: true });
    },
  };
}

/** An invocation without a payload gets an empty event. */
function toJson(event: unknown): string {
  return JSON.stringify(event) ?? '{}';
}

/** The bundle is run from a copy: under this repository's package.json its CommonJS would be read as a module. */
async function createPool(definition: FunctionDefinition, tasks: string, options: LambdaOptions): Promise<SandboxPool> {
  const taskRoot = join(tasks, definition.name);
  await cp(definition.directory, taskRoot, { recursive: true });
  return createSandboxPool(options.maxSandboxes ?? 4, () =>
    createSandbox({
      setup: { taskRoot, handler: definition.handler, functionArn: definition.arn },
      environment: createEnvironment(definition, taskRoot, options),
      memoryMb: definition.memoryMb,
      timeoutSeconds: definition.timeoutSeconds,
      log: (line) => options.log(definition.name, line),
    }),
  );
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { invoke, invokeAsync }: Pick<Lambda, 'invoke' | 'invokeAsync'>,
): Promise<void> {
  const [, name] = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?|$)/.exec(request.url ?? '') ?? [];
  if (request.method !== 'POST' || name === undefined) {
    throw new AwsError('UnknownOperationException', `Lambda ${request.method} ${request.url} is not emulated`, {
      status: 404,
    });
  }
  const event = parseEvent(await readBody(request));
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  if (type === 'RequestResponse') {
    sendResult(response, await invoke(decodeURIComponent(name), event));
  } else if (type === 'Event') {
    invokeAsync(decodeURIComponent(name), event);
    response.writeHead(202, { 'x-amzn-requestid': randomUUID() }).end();
  } else {
    throw new AwsError('InvalidParameterValueException', `Lambda invocation type ${type} is not emulated`);
  }
}

function parseEvent(body: string): unknown {
  try {
    return JSON.parse(body === '' ? '{}' : body);
  } catch {
    throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json');
  }
}

function sendResult(response: ServerResponse, result: InvokeResult): void {
  const headers = {
    'content-type': 'application/json',
    'x-amzn-requestid': randomUUID(),
    'x-amz-executed-version': '$LATEST',
  };
  if ('error' in result) {
    response.writeHead(200, { ...headers, 'x-amz-function-error': 'Unhandled' }).end(JSON.stringify(result.error));
  } else {
    response.writeHead(200, headers).end(result.payload);
  }
}
