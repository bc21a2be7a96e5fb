import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { EngineReport, EngineRequest, EngineSettings, RefusedWhy } from './engine-messages.ts';

/** Moves media between one publisher and its viewers. */
export interface MediaEngine {
  /** Throws an EngineError, as `view` does. */
  publish(offer: string): Promise<MediaSession>;
  view(publicationId: string, offer: string): Promise<MediaSession>;
  /** `onClosed` is told about it, as about any other end. */
  close(id: string): void;
  /** Undefined while it is being restarted. */
  readonly processId: number | undefined;
  /** Resolves when its process has ended. */
  stop(): Promise<void>;
}

export interface MediaSession {
  readonly id: string;
  /** The session description for the client. */
  readonly answer: string;
}

export interface EngineListeners {
  onClosed(id: string, reason: string): void;
  /** Its process died, and all sessions with it. */
  onLost(): void;
}

export type StartEngine = (listeners: EngineListeners) => Promise<MediaEngine>;

export class EngineError extends Error {
  readonly why: RefusedWhy;

  constructor(why: RefusedWhy, message: string) {
    super(message);
    this.why = why;
  }
}

/** Both a slow native call and a process that hangs. */
const answerWithinMs = 5000;

/** Resolves when the process is ready. It is started again whenever it ends by itself. */
export async function startEngine(settings: EngineSettings, listeners: EngineListeners): Promise<MediaEngine> {
  const waiting = new Map<string, PromiseWithResolvers<string>>();
  let isStopping = false;
  let running = startProcess();
  await running.ready;

  function startProcess() {
    const child = forkEngine(settings);
    const ready = Promise.withResolvers<void>();
    // Whoever sends a request awaits it; a failure while nobody does is reported by the next request.
    ready.promise.catch(() => {});
    let state: 'starting' | 'ready' | 'failed' = 'starting';
    child.on('message', (message: EngineReport) => {
      if (message.type === 'ready') {
        state = 'ready';
        ready.resolve();
      } else take(message);
    });
    child.on('error', (error) => ready.reject(new EngineError('engine-failed', error.message)));
    child.on('exit', (code, signal) => {
      ready.reject(new EngineError('engine-failed', `The media process ended (${signal ?? code}) before it was ready`));
      if (!isStopping && state === 'ready') replaceProcess(signal ?? code);
      state = 'failed';
    });
    return { child, ready: ready.promise, hasFailed: () => state === 'failed' };
  }

  function replaceProcess(cause: string | number | null): void {
    console.error(`The media process ended (${cause}) and is started again`);
    for (const { reject } of waiting.values()) reject(new EngineError('engine-failed', 'The media process ended'));
    running = startProcess();
    listeners.onLost();
  }

  function take(message: Exclude<EngineReport, { type: 'ready' }>): void {
    // Whoever awaits an answer goes on before the session's end is told.
    if (message.type === 'closed') setImmediate(() => listeners.onClosed(message.id, message.reason));
    if (message.type === 'answered') waiting.get(message.id)?.resolve(message.answer);
    if (message.type === 'refused') waiting.get(message.id)?.reject(new EngineError(message.why, message.message));
  }

  async function ask(request: Exclude<EngineRequest, { type: 'close' }>): Promise<MediaSession> {
    if (isStopping) throw new EngineError('engine-failed', 'The media plane is closing');
    if (running.hasFailed()) running = startProcess();
    await running.ready;
    const { id } = request;
    const answered = Promise.withResolvers<string>();
    waiting.set(id, answered);
    const timer = setTimeout(() => giveUp(id, answered), answerWithinMs);
    try {
      tell(request);
      return { id, answer: await answered.promise };
    } finally {
      clearTimeout(timer);
      waiting.delete(id);
    }
  }

  function giveUp(id: string, answered: PromiseWithResolvers<string>): void {
    answered.reject(new EngineError('engine-failed', 'The media process did not answer in time'));
    tell({ type: 'close', id });
  }

  /** A message that comes too late for a dying process is lost; its exit ends what waits for an answer. */
  function tell(request: EngineRequest): void {
    if (running.child.connected) running.child.send(request, () => {});
  }

  return {
    publish: (offer) => ask({ type: 'publish', id: randomUUID(), offer }),
    view: (publicationId, offer) => ask({ type: 'view', id: randomUUID(), publicationId, offer }),
    close: (id) => tell({ type: 'close', id }),
    get processId() {
      return running.child.exitCode === null && running.child.signalCode === null ? running.child.pid : undefined;
    },
    async stop() {
      isStopping = true;
      await endProcess(running.child);
    },
  };
}

/** Its errors go to the terminal; it writes nothing else. */
function forkEngine(settings: EngineSettings): ChildProcess {
  // TypeScript here, JavaScript in the package.
  const program = `engine-process${path.extname(import.meta.filename)}`;
  return fork(path.join(import.meta.dirname, program), [JSON.stringify(settings)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once('exit', () => resolve());
  // It keeps nothing that would be worth an orderly end.
  child.kill('SIGKILL');
  await promise;
}
