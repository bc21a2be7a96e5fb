import type { SessionEvents } from './stage-session.ts';

type EventName = keyof SessionEvents;
type Listener = (...told: readonly unknown[]) => void;

/**
 * The listeners of one session. Events are told one after the other: what a listener causes is told to all after what it was
 * told itself. A listener's error goes where the browser reports those of its own events, and no further.
 */
export class SessionListeners {
  readonly #listeners = new Map<EventName, Set<{ readonly listener: Listener }>>();
  readonly #waiting: (() => void)[] = [];
  #telling = false;
  #closed = false;

  on<Event extends EventName>(event: Event, listener: SessionEvents[Event]): () => void {
    if (this.#closed) return () => {};
    // An entry of its own for each call: who listens twice is told twice, and stops each apart.
    const entry = { listener: listener as Listener };
    const entries = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, entries.add(entry));
    return () => {
      entries.delete(entry);
    };
  }

  emit<Event extends EventName>(event: Event, ...told: Parameters<SessionEvents[Event]>): void {
    this.#enqueue(() => {
      for (const { listener } of [...(this.#listeners.get(event) ?? [])]) tell(listener, told);
    });
  }

  /** Lets all go once they have been told what happened until now. */
  close(): void {
    this.#closed = true;
    this.#enqueue(() => this.#listeners.clear());
  }

  #enqueue(job: () => void): void {
    this.#waiting.push(job);
    if (this.#telling) return;
    this.#telling = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next();
    this.#telling = false;
  }
}

function tell(listener: Listener, told: readonly unknown[]): void {
  try {
    listener(...told);
  } catch (error) {
    if (typeof reportError === 'function') reportError(error);
    else {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
