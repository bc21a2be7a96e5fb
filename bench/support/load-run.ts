import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { LocalCloud } from '../../local/cloud/index.ts';
import { isRefusal, type Presence } from '../../local/ivs/index.ts';
import { addUser, targetOf } from './load-crowd.ts';
import type { GeneratorMessage, GeneratorSetup, Outcome, Schedule } from './load-generator.ts';
import { type Crowd, createMix, eventWork, firstSignIn } from './load-mix.ts';
import { findUndoneWork, type WorkDone } from './lost-work.ts';

/** Some time at one rate. */
export interface Stretch {
  readonly outcomes: readonly Outcome[];
  readonly events: readonly EventTime[];
  readonly seconds: number;
  readonly generatorCpuMs: number;
}

export interface EventTime {
  readonly dueAt: number;
}

export interface Load {
  /** Everything since the start. */
  readonly done: WorkDone;
  /** Sends work at a fixed rate, whatever becomes of it, and waits for the answers. */
  run(perSecond: number, seconds: number): Promise<Stretch>;
  /** Waits until what goes on after the answers is done. What is not, in the end. */
  comeToRest(withinMs: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

export function startLoad(cloud: LocalCloud, crowd: Crowd): Load {
  const setup: GeneratorSetup = { target: targetOf(cloud), crowd };
  const generator = new Worker(new URL('./load-generator.ts', import.meta.url), { workerData: setup });
  const nextWork = createMix();
  const devices = new Map(crowd.map((member) => [member, member.hostTokens.map((token) => join(cloud, token))]));
  const outcomes: Outcome[] = [];
  const events: (EventTime & { readonly turn: number })[] = [];

  function tell(turn: number, dueAt: number): void {
    const { owner, device, publishes } = eventWork(crowd, turn);
    const presence = devices.get(owner)?.[device];
    if (publishes) presence?.publish();
    else presence?.unpublish();
    events.push({ turn, dueAt });
  }

  function answered(schedule: Schedule): Promise<Extract<GeneratorMessage, { type: 'done' }>> {
    const { promise, resolve, reject } = Promise.withResolvers<Extract<GeneratorMessage, { type: 'done' }>>();
    const listen = (message: GeneratorMessage) => {
      if (message.type === 'event') tell(message.turn, message.dueAt);
      else resolve(message);
    };
    generator.on('message', listen).once('error', reject);
    generator.postMessage(schedule);
    return promise.finally(() => generator.off('message', listen).off('error', reject));
  }

  return {
    done: { outcomes, events },
    run: async (perSecond, seconds) => {
      const works = Array.from({ length: Math.round(perSecond * seconds) }, nextWork);
      for (const { kind, turn } of works) if (kind === 'first sign-in') await addUser(cloud, firstSignIn(turn));
      const firstEvent = events.length;
      const startedAt = performance.now();
      const answer = await answered({ works, perSecond });
      outcomes.push(...answer.outcomes);
      return {
        outcomes: answer.outcomes,
        events: events.slice(firstEvent),
        seconds: (performance.now() - startedAt) / 1000,
        generatorCpuMs: answer.cpuMs,
      };
    },
    comeToRest: async (withinMs) => {
      const giveUpAt = Date.now() + withinMs;
      for (;;) {
        const undone = await findUndoneWork(cloud, crowd, { outcomes, events });
        if (undone.length === 0 || Date.now() > giveUpAt) return undone;
        await delay(200);
      }
    },
    close: async () => {
      for (const presence of [...devices.values()].flat()) presence.leave('user-initiated');
      const ended = once(generator, 'exit');
      await generator.terminate();
      await ended;
    },
  };
}

function join({ ivs }: LocalCloud, token: string): Presence {
  const admission = ivs.live.verify(token);
  const presence = isRefusal(admission) ? admission : ivs.live.join(admission, { end: () => undefined });
  if (isRefusal(presence)) throw new Error(presence.message);
  return presence;
}
