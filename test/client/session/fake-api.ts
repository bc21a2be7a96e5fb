import { apiErrorOf } from '../../../client/api/api-errors.ts';
import type { Clock, StagedoorApi } from '../../../client/api/stagedoor-api.ts';
import type { ErrorCode } from '../../../contract/errors.ts';
import type {
  Capability,
  ExchangeTokenRequest,
  IssueTokenRequest,
  ParticipantToken,
  Role,
  StageSummary,
  UserStage,
} from '../../../contract/stages.ts';

type Behaviour = () => void | Promise<void>;
type Call = 'getStage' | 'issueToken' | 'exchangeToken' | 'openMyStage';

export const ALL: readonly Capability[] = ['PUBLISH_AUDIO', 'PUBLISH_VIDEO', 'SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];
export const SUBSCRIBE: readonly Capability[] = ['SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];

export const apiError = (code: ErrorCode, retryAfterMs?: number) =>
  apiErrorOf(code, { status: 500, detail: code, retryAfterMs });

/** An API with one stage and one caller, and with what goes wrong as a test wants it. */
export class FakeApi {
  role: Role | null = 'host';
  capabilities: readonly Capability[] = ALL;
  issuedBy: ParticipantToken['issuedBy'] = 'key-pair';
  lifeMs = 3_600_000;
  /** How far the server's clock is ahead of ours. */
  skewMs = 0;
  readonly calls: Call[] = [];
  readonly issueRequests: IssueTokenRequest[] = [];
  readonly exchangeRequests: ExchangeTokenRequest[] = [];
  /** Tried in this order, and then all works. */
  readonly getting: Behaviour[] = [];
  readonly issuing: Behaviour[] = [];
  readonly exchanging: Behaviour[] = [];
  readonly opening: Behaviour[] = [];
  /** How many calls were under way at once, at most; of exchanges those of one participant. */
  readonly mostAtOnce = { issuing: 0, exchanging: 0 };
  readonly #underWay: string[] = [];
  readonly #clock: Clock;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly getStage = async (): Promise<StageSummary> => {
    this.calls.push('getStage');
    await this.getting.shift()?.();
    return {
      ownerId: 'ada',
      displayName: 'Ada',
      status: 'active',
      live: false,
      liveSince: null,
      publisherCount: 0,
      visibility: 'public',
      role: this.role,
      capabilities: this.capabilities,
    };
  };

  readonly issueToken = async (_ownerId: string, request: IssueTokenRequest = {}): Promise<ParticipantToken> => {
    this.calls.push('issueToken');
    this.issueRequests.push(request);
    await this.#during('issuing', '', this.issuing.shift());
    this.#count += 1;
    return this.#token(`participant-${this.#count}`, request.capabilities ?? this.capabilities);
  };

  readonly exchangeToken = async (_ownerId: string, request: ExchangeTokenRequest): Promise<ParticipantToken> => {
    this.calls.push('exchangeToken');
    this.exchangeRequests.push(request);
    await this.#during('exchanging', request.token.split(' ')[0] ?? '', this.exchanging.shift());
    if (this.issuedBy === 'ivs-api') throw apiError('EXCHANGE_NOT_SUPPORTED');
    const [participantId = '', , had = ''] = request.token.split(' ');
    return this.#token(
      participantId,
      request.capabilities ?? this.capabilities.filter((capability) => had.includes(capability)),
    );
  };

  readonly openMyStage = async (): Promise<UserStage> => {
    this.calls.push('openMyStage');
    await this.opening.shift()?.();
    return { status: 'active' } as UserStage;
  };

  get asStagedoorApi(): StagedoorApi {
    return this as unknown as StagedoorApi;
  }

  count(call: Call): number {
    return this.calls.filter((made) => made === call).length;
  }

  async #during(what: keyof typeof this.mostAtOnce, who: string, behaviour: Behaviour = () => {}): Promise<void> {
    const name = `${what} ${who}`;
    this.#underWay.push(name);
    const sameNow = this.#underWay.filter((other) => other === name).length;
    this.mostAtOnce[what] = Math.max(this.mostAtOnce[what], sameNow);
    try {
      await behaviour();
    } finally {
      this.#underWay.splice(this.#underWay.indexOf(name), 1);
    }
  }

  #token(participantId: string, capabilities: readonly Capability[]): ParticipantToken {
    if (this.role === null) throw apiError('BANNED');
    if (!capabilities.every((capability) => this.capabilities.includes(capability)) || capabilities.length === 0) {
      throw apiError('CAPABILITY_NOT_ALLOWED');
    }
    this.#count += 1;
    return {
      token: `${participantId} ${this.#count} ${capabilities.join()}`,
      participantId,
      userId: 'caller',
      stageArn: 'arn',
      role: this.role,
      capabilities: [...capabilities].sort(),
      expiresAt: new Date(this.#clock.now() + this.skewMs + this.lifeMs).toISOString(),
      issuedBy: this.issuedBy,
    };
  }
}
