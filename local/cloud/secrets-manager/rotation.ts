import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Lambda } from '../lambda/index.ts';
import type { Secret } from './secret.ts';

export interface RotationDefinition {
  readonly functionArn: string;
  /** As DescribeSecret shows them. */
  readonly rules: object;
  readonly periodMs: number;
  /** Whether a secret that was never rotated is at once, or after a period. */
  readonly rotatesAtOnce: boolean;
}

export interface RotationOptions {
  readonly secret: Secret;
  readonly definition: RotationDefinition;
  readonly invoke: Lambda['invoke'];
  readonly log: (line: string) => void;
  readonly now: () => number;
  /** Pauses before a failed rotation is tried again from its first step, in milliseconds. */
  readonly retryDelaysMs: readonly number[];
}

export interface Rotation {
  readonly definition: RotationDefinition;
  /** Waits for one that runs, then rotates, or brings the one to its end that broke off. */
  rotate(): Promise<void>;
  /** Whether one runs or has broken off: then no other may begin. */
  isUnfinished(): boolean;
  /** Begins one with this version, or without an id goes on with the one that is unfinished. Failures are logged. */
  runInBackground(versionId?: string): void;
  /** Only asks the function to test, with a version that goes away again. Failures are logged. */
  testInBackground(versionId: string): void;
  /** Rotates when it is time, the first time perhaps now. */
  startSchedule(): void;
  close(): void;
}

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
type Step = (typeof STEPS)[number];

/** A timer of Node's cannot wait longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createRotation({ secret, definition, log, now, ...options }: RotationOptions): Rotation {
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  function runOnly(work: () => Promise<void>): Promise<void> {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  }

  async function rotate(): Promise<void> {
    // How that one ended is told to those who started it.
    await running?.catch(() => {});
    await runOnly(() => tryRepeatedly());
  }

  async function tryRepeatedly(newVersionId: string = randomUUID()): Promise<void> {
    const versionId = secret.unfinishedRotation() ?? secret.beginRotation(newVersionId);
    for (const delayMs of options.retryDelaysMs) {
      if (await succeeds(versionId)) return;
      await pause(delayMs, undefined, { signal: closing.signal });
    }
    if (!(await succeeds(versionId))) throw new Error(`The rotation of ${secret.name} failed`);
  }

  /** A failure is logged by its name alone: its message may hold what is secret. */
  async function succeeds(versionId: string): Promise<boolean> {
    for (const step of STEPS) {
      const failure = await run(step, versionId);
      if (failure === undefined) continue;
      log(`The rotation of ${secret.name} failed at ${step}: ${failure}`);
      return false;
    }
    if (secret.unfinishedRotation() === versionId) {
      log(`The rotation of ${secret.name} failed: after finishSecret, AWSPENDING is still not on AWSCURRENT`);
      return false;
    }
    secret.noteRotation();
    return true;
  }

  async function run(step: Step, versionId: string): Promise<string | undefined> {
    closing.signal.throwIfAborted();
    const event = { Step: step, SecretId: secret.arn, ClientRequestToken: versionId };
    const result = await options.invoke(definition.functionArn, event);
    closing.signal.throwIfAborted();
    return 'error' in result ? result.error.errorType : undefined;
  }

  async function test(versionId: string): Promise<void> {
    secret.beginRotationTest(versionId);
    const failure = await run('testSecret', versionId).finally(() => secret.endRotationTest(versionId));
    if (failure !== undefined) log(`The test of the rotation of ${secret.name} failed: ${failure}`);
  }

  function inBackground(work: () => Promise<void>): void {
    runOnly(work).catch((error: unknown) => {
      if (!closing.signal.aborted) log(String(error));
    });
  }

  function waitUntil(dueAt: number): void {
    timer = setTimeout(() => fire(dueAt), Math.min(dueAt - now(), LONGEST_TIMER_MS));
  }

  function fire(plannedAt: number): void {
    // One by hand since then counts, as on AWS.
    const dueAt = Math.max(plannedAt, (secret.state.rotatedAt ?? 0) + definition.periodMs);
    const isDue = dueAt <= now();
    if (isDue) inBackground(() => tryRepeatedly());
    waitUntil(isDue ? now() + definition.periodMs : dueAt);
  }

  return {
    definition,
    rotate,
    isUnfinished: () => running !== undefined || secret.unfinishedRotation() !== undefined,
    runInBackground: (versionId) => inBackground(() => tryRepeatedly(versionId)),
    testInBackground: (versionId) => inBackground(() => test(versionId)),
    startSchedule: () => {
      const { createdAt, rotatedAt } = secret.state;
      const isDue = (rotatedAt === undefined && definition.rotatesAtOnce) || secret.unfinishedRotation() !== undefined;
      if (isDue) inBackground(() => tryRepeatedly());
      waitUntil(isDue ? now() + definition.periodMs : (rotatedAt ?? createdAt) + definition.periodMs);
    },
    close: () => {
      closing.abort();
      clearTimeout(timer);
    },
  };
}
