import type { SessionState } from './stage-session.ts';

type StateName = SessionState['name'];

/** Where each state may lead. A state that follows itself is another attempt. */
const nextStates: Readonly<Record<StateName, readonly StateName[]>> = {
  idle: ['joining', 'left', 'failed'],
  joining: ['joining', 'live', 'left', 'failed'],
  live: ['reconnecting', 'left', 'failed'],
  reconnecting: ['reconnecting', 'live', 'left', 'failed'],
  left: [],
  failed: [],
};

/** The only place that changes a session's state. */
export class SessionStates {
  #current: SessionState = { name: 'idle' };
  readonly #onChange: (state: SessionState) => void;

  constructor(onChange: (state: SessionState) => void) {
    this.#onChange = onChange;
  }

  get current(): SessionState {
    return this.#current;
  }

  become(next: SessionState): void {
    if (!nextStates[this.#current.name].includes(next.name)) {
      throw new Error(`a session does not go from ${this.#current.name} to ${next.name}`);
    }
    this.#current = next;
    this.#onChange(next);
  }
}
