import type { HeldToken, IssuedToken, ParticipantTokenIssuer, TokenRequest } from '../../lambdas/stages/ports.ts';
import type { StageRecord } from '../../lambdas/stages/profile.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** The twin of KeyPairTokenIssuer and of IvsApiTokenIssuer: tokens are remembered instead of signed. */
export class MemoryTokenIssuer implements ParticipantTokenIssuer {
  issuedBy: IssuedToken['issuedBy'] = 'key-pair';
  readonly #clock: VirtualClock;
  readonly #exists: (stageArn: string) => boolean;
  readonly #held = new Map<string, HeldToken>();
  #participants = 0;
  #tokens = 0;

  constructor(clock: VirtualClock, exists: (stageArn: string) => boolean) {
    this.#clock = clock;
    this.#exists = exists;
  }

  async prepare(): Promise<void> {}

  /** Only IVS itself notices that a stage is gone. */
  async issue({ arn }: StageRecord, request: TokenRequest, _signal?: AbortSignal): Promise<IssuedToken | undefined> {
    if (this.issuedBy === 'ivs-api' && !this.#exists(arn)) return undefined;
    const participantId = `participant-${++this.#participants}`;
    const urls = { eventsUrl: 'wss://events.invalid', whipUrl: 'https://whip.invalid' };
    return this.#keep({ participantId, stageArn: arn, ...urls }, request);
  }

  async read(token: string): Promise<HeldToken | 'foreign' | 'refused'> {
    if (this.issuedBy === 'ivs-api') return 'foreign';
    return this.#held.get(token) ?? 'refused';
  }

  async reissue(held: HeldToken, request: TokenRequest): Promise<IssuedToken | undefined> {
    return this.issuedBy === 'key-pair' ? this.#keep(held, request) : undefined;
  }

  #keep(
    { participantId, stageArn, eventsUrl, whipUrl }: Omit<HeldToken, 'userId' | 'capabilities' | 'expiresAt'>,
    { userId, capabilities, durationMinutes }: TokenRequest,
  ): IssuedToken {
    const expiresAt = new Date(this.#clock.now().getTime() + durationMinutes * 60_000);
    const token = `secret-${++this.#tokens}-of-${participantId}`;
    this.#held.set(token, { participantId, stageArn, eventsUrl, whipUrl, userId, capabilities, expiresAt });
    return { issuedBy: this.issuedBy, token, participantId, expiresAt };
  }
}
