import { randomInt } from 'node:crypto';
import type { HeldToken, IssuedToken, ParticipantTokenIssuer, Services, TokenRequest } from '../stages/ports.ts';
import type { StageRecord } from '../stages/profile.ts';
import { claimsOf, isSignedBy, readToken, signToken, type TokenPlace, toHeldToken } from './participant-token-jwt.ts';
import type { SigningKey, SigningKeys } from './secrets-manager-signing-keys.ts';

/** IVS serves stored endpoints for 14 days; sign-ins and the clean-up renew them long before. */
const ENDPOINTS_AGE_MS = 7 * 86_400_000;

export interface KeyPairTokenIssuerOptions {
  readonly keys: SigningKeys;
  /** Issues where no token can be signed. */
  readonly fallback: Pick<ParticipantTokenIssuer, 'issue'>;
  readonly now: Services['now'];
  /** Ids that nobody can guess: whoever knows one could be kept off a stage by it. @default 16 random letters and digits */
  readonly newParticipantId?: () => string;
}

/** Tokens signed with the deployment's own key pair: no call to IVS, no quota, and they can be exchanged. */
export class KeyPairTokenIssuer implements ParticipantTokenIssuer {
  readonly #keys: SigningKeys;
  readonly #fallback: Pick<ParticipantTokenIssuer, 'issue'>;
  readonly #now: Services['now'];
  readonly #newParticipantId: () => string;

  constructor({ keys, fallback, now, newParticipantId = randomParticipantId }: KeyPairTokenIssuerOptions) {
    this.#keys = keys;
    this.#fallback = fallback;
    this.#now = now;
    this.#newParticipantId = newParticipantId;
  }

  async prepare(): Promise<void> {
    await this.#keys.forSigning();
  }

  async issue(stage: StageRecord, request: TokenRequest, signal: AbortSignal): Promise<IssuedToken | undefined> {
    const urls = this.#freshUrlsOf(stage);
    const key = urls && (await this.#keys.forSigning());
    if (!key) return this.#fallback.issue(stage, request, signal);
    return this.#sign({ participantId: this.#newParticipantId(), stageArn: stage.arn, ...urls }, request, key);
  }

  async read(token: string): Promise<HeldToken | 'foreign' | 'refused'> {
    const readable = readToken(token);
    if (!readable) return 'refused';
    if (readable.algorithm !== 'ES384' || typeof readable.keyId !== 'string') return 'foreign';
    const key = await this.#keys.withArn(readable.keyId);
    if (!key || !isSignedBy(readable, key)) return 'refused';
    return toHeldToken(readable) ?? 'refused';
  }

  async reissue(held: HeldToken, request: TokenRequest): Promise<IssuedToken | undefined> {
    const key = await this.#keys.forSigning();
    return key && this.#sign(held, request, key);
  }

  #sign(place: TokenPlace, request: TokenRequest, key: SigningKey): IssuedToken {
    const claims = claimsOf(place, request, this.#now());
    return {
      issuedBy: 'key-pair',
      token: signToken(claims, key),
      participantId: claims.jti,
      expiresAt: new Date(claims.exp * 1000),
    };
  }

  #freshUrlsOf({ endpoints, endpointsAt }: StageRecord): Pick<TokenPlace, 'eventsUrl' | 'whipUrl'> | undefined {
    if (!endpoints?.events || !endpoints.whip || endpointsAt === undefined) return undefined;
    if (this.#now().getTime() - Date.parse(endpointsAt) > ENDPOINTS_AGE_MS) return undefined;
    return { eventsUrl: endpoints.events, whipUrl: endpoints.whip };
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const randomParticipantId = (): string =>
  Array.from({ length: 16 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
