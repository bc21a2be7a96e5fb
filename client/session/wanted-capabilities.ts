import type { Capability, ParticipantToken, StageSummary } from '../../contract/stages.ts';
import type { Clock } from '../api/stagedoor-api.ts';
import { sameCapabilities, withoutOthers } from './granted-media.ts';

const ASK_FOR_ROOM_EVERY_MS = 30_000;

/** What this session wants to be allowed, as far as its role allows it. */
export class WantedCapabilities {
  /** Undefined: all that the role allows. */
  requested: readonly Capability[] | undefined;
  /** The present token is without the right to publish for this reason alone. */
  lacksRoom = false;
  readonly #clock: Clock;
  #growFromMs = Number.NEGATIVE_INFINITY;

  constructor(requested: readonly Capability[] | undefined, clock: Clock) {
    this.requested = requested;
    this.#clock = clock;
  }

  /** The stage takes no more publishers: what is missing is not asked for again for a while. */
  waitForRoom(): void {
    this.#growFromMs = this.#clock.now() + ASK_FOR_ROOM_EVERY_MS;
  }

  within(stage: StageSummary): readonly Capability[] {
    return withoutOthers(this.requested ?? stage.capabilities, stage.capabilities);
  }

  /** What to ask for instead of what the token allows; null if that is still right, or may not be asked for yet. */
  insteadOf(token: ParticipantToken, stage: StageSummary): readonly Capability[] | null {
    const wanted = this.within(stage);
    const kept = withoutOthers(token.capabilities, wanted);
    const isLess = kept.length < token.capabilities.length;
    if (this.#clock.now() < this.#growFromMs) return isLess ? (kept.length === 0 ? wanted : kept) : null;
    return token.role === stage.role && sameCapabilities(wanted, token.capabilities) ? null : wanted;
  }
}
