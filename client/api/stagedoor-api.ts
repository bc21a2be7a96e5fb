import type {
  BanRequest,
  BansPage,
  ChangeStageRequest,
  ExchangeTokenRequest,
  GuestsPage,
  IngestsPage,
  InviteRequest,
  IssueTokenRequest,
  LiveStagesPage,
  OpenedIngest,
  OpenIngestRequest,
  ParticipantsPage,
  ParticipantToken,
  StageSummary,
  UserId,
  UserStage,
} from '../../contract/stages.ts';

/** Aborts a call, its retries and its waits. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface PageOptions extends CallOptions {
  /** Of the page before; left out: the first page. */
  readonly cursor?: string | undefined;
}

/** Stagedoor's HTTP API. Every method rejects with an `ApiError`, of the class that belongs to its `code`. */
export interface StagedoorApi {
  getMyStage(options?: CallOptions): Promise<UserStage>;
  /**
   * Opens the caller's stage: `PUT /me/stage`, again after each `Retry-After` until it is there. Call it before going live.
   *
   * @throws StageQuotaReachedError, …; with `signal` its reason
   */
  openMyStage(options?: CallOptions): Promise<UserStage>;
  changeMyStage(change: ChangeStageRequest, options?: CallOptions): Promise<UserStage>;
  /** Deletes all that is known of the caller but their Cognito account. */
  deleteMe(options?: CallOptions): Promise<void>;
  /** `limit`: 1 to 50, default 20. */
  listLiveStages(options?: PageOptions & { readonly limit?: number | undefined }): Promise<LiveStagesPage>;
  getStage(ownerId: UserId, options?: CallOptions): Promise<StageSummary>;
  issueToken(ownerId: UserId, request?: IssueTokenRequest, options?: CallOptions): Promise<ParticipantToken>;
  exchangeToken(ownerId: UserId, request: ExchangeTokenRequest, options?: CallOptions): Promise<ParticipantToken>;
  listParticipants(ownerId: UserId, options?: PageOptions): Promise<ParticipantsPage>;
  kick(ownerId: UserId, participantId: string, options?: CallOptions): Promise<void>;
  listGuests(options?: PageOptions): Promise<GuestsPage>;
  invite(userId: UserId, request?: InviteRequest, options?: CallOptions): Promise<void>;
  withdrawInvitation(userId: UserId, options?: CallOptions): Promise<void>;
  listBans(ownerId: UserId, options?: PageOptions): Promise<BansPage>;
  ban(ownerId: UserId, userId: UserId, request?: BanRequest, options?: CallOptions): Promise<void>;
  liftBan(ownerId: UserId, userId: UserId, options?: CallOptions): Promise<void>;
  listIngests(options?: CallOptions): Promise<IngestsPage>;
  /** The stream key is in this answer only: a call whose answer is lost is not repeated. */
  openIngest(request?: OpenIngestRequest, options?: CallOptions): Promise<OpenedIngest>;
  closeIngest(ingestId: string, options?: CallOptions): Promise<void>;
}

export interface StagedoorApiOptions {
  /** `ApiUrl` of the deployment's outputs. */
  readonly url: string;
  /**
   * Gets a valid Cognito access token, from Amplify, amazon-cognito-identity-js or anything else. Called for each request, so it
   * should keep one; `refresh` is true after the API refused the one before. Resolves with null when nobody is signed in, or not any
   * more. A rejection is taken for a network that fails: the call is tried again, and then rejects with an `ApiUnreachableError`.
   */
  readonly getAccessToken: (options: { readonly refresh: boolean }) => Promise<string | null>;
  /** How long one try may take, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /** Default: the browser's. */
  readonly fetch?: typeof fetch;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** At least 0 and below 1, for jitter. Default `Math.random`. */
  readonly random?: () => number;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after the delay; rejects with the signal's reason when it is aborted before. */
  delay(delayMs: number, signal?: AbortSignal): Promise<void>;
}
