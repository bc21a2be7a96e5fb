import { IvsError } from '../../lambdas/stages/errors.ts';
import type {
  CreateStageRequest,
  IvsModeration,
  IvsParticipants,
  IvsRealTime,
  IvsStage,
} from '../../lambdas/stages/ports.ts';
import { DEPLOYMENT_TAG, type Tags } from '../../lambdas/stages/stage-tags.ts';
import type { OperationName } from '../../local/ivs/index.ts';
import { MemorySessions } from './memory-sessions.ts';
import type { VirtualClock } from './virtual-clock.ts';

export type IvsOperation =
  | 'createStage'
  | 'getStage'
  | 'renameStage'
  | 'deleteStage'
  | 'listStages'
  | 'listPublishers'
  | 'listPublishing'
  | 'listParticipants'
  | 'attributesOf'
  | 'disconnect';

/** By IVS's own names, by which it counts them. */
const OPERATION_NAMES = {
  createStage: 'CreateStage',
  getStage: 'GetStage',
  renameStage: 'UpdateStage',
  deleteStage: 'DeleteStage',
  listStages: 'ListStages',
  listPublishers: 'ListParticipants',
  listPublishing: 'ListParticipantEvents',
  listParticipants: 'ListParticipants',
  attributesOf: 'GetParticipant',
  disconnect: 'DisconnectParticipant',
} as const satisfies Record<IvsOperation, OperationName>;

const PER_PAGE = 2;

const ENDPOINTS = {
  whip: 'https://whip.invalid',
  rtmp: 'rtmp://ingest.invalid/app/',
  rtmps: 'rtmps://ingest.invalid:443/app/',
};

/** What a call shall meet: a reason to fail, a failure after it was carried out, or an answer that takes so long. */
export type IvsTrouble = IvsError['reason'] | 'applied-then-lost' | { readonly slowMs: number };

/**
 * The twin of AwsIvsRealTime, AwsIvsParticipants and AwsIvsModeration: stages in memory, trouble on demand, and a deployment's tag guarded as
 * IAM does it.
 */
export class MemoryIvs extends MemorySessions implements IvsRealTime, IvsParticipants, IvsModeration {
  readonly calls: { readonly operation: IvsOperation; readonly at: number }[] = [];
  /** Asked at each call. */
  trouble: (operation: IvsOperation, number: number) => IvsTrouble | undefined = () => undefined;
  /** Whether the account's rate lets a call pass. */
  admit: (operation: OperationName) => boolean = () => true;
  /** How often a permission was missing, because a resource has not our tag or is gone. */
  denials = 0;
  /** How many stages the region allows. */
  stageQuota = 1000;
  readonly #deployment: string;
  #made = 0;

  constructor(clock: VirtualClock, deployment: string) {
    super(clock);
    this.#deployment = deployment;
  }

  async createStage({ name, tags, hostToken }: CreateStageRequest, signal: AbortSignal) {
    return this.#call('createStage', signal, () => {
      if (this.stages.size >= this.stageQuota) throw new IvsError('quota-reached', 'CreateStage');
      const arn = this.add(name, tags);
      const issued = {
        issuedBy: 'ivs-api' as const,
        token: `token-of-${arn}`,
        participantId: `participant-${this.#made}`,
        expiresAt: this.clock.now(),
      };
      return { arn, endpoints: ENDPOINTS, ...(hostToken && { hostToken: issued }) };
    });
  }

  async getStage(arn: string, signal: AbortSignal) {
    return this.#call('getStage', signal, () => {
      const stage = this.stages.get(arn);
      const tag = stage?.tags[DEPLOYMENT_TAG];
      if (tag !== undefined && tag !== this.#deployment) throw this.#denied('GetStage');
      return stage && { ...stage, endpoints: ENDPOINTS };
    });
  }

  async renameStage(arn: string, name: string, signal: AbortSignal): Promise<void> {
    await this.#call('renameStage', signal, () => {
      this.#assertTagged(arn, 'UpdateStage');
      const stage = this.stages.get(arn);
      if (stage) stage.name = name;
    });
  }

  async deleteStage(arn: string, signal: AbortSignal): Promise<void> {
    await this.#call('deleteStage', signal, () => {
      const tag = this.stages.get(arn)?.tags[DEPLOYMENT_TAG];
      if (this.stages.has(arn) && tag !== this.#deployment) throw this.#denied('DeleteStage');
      this.removeStage(arn);
    });
  }

  async listStages(cursor: string | undefined, signal: AbortSignal) {
    return this.#call('listStages', signal, () => {
      const { items, ...rest } = cutPage([...this.stages.values()], cursor);
      const stages: IvsStage[] = items.map((stage) => ({ ...stage }));
      return { stages, ...rest };
    });
  }

  async listPublishers(arn: string, sessionId: string, cursor: string | undefined, signal: AbortSignal) {
    return this.#call('listPublishers', signal, () => {
      this.#assertTagged(arn, 'ListParticipants');
      const { items, ...rest } = cutPage(this.publishersOf(arn, sessionId), cursor);
      return { participants: items, ...rest };
    });
  }

  async listPublishing(
    arn: string,
    sessionId: string,
    participantId: string,
    cursor: string | undefined,
    signal: AbortSignal,
  ) {
    return this.#call('listPublishing', signal, () => {
      this.#assertTagged(arn, 'ListParticipantEvents');
      const { items, ...rest } = cutPage(this.publishingOf(arn, sessionId, participantId), cursor);
      return { changes: items, ...rest };
    });
  }

  async listParticipants(
    arn: string,
    sessionId: string,
    userId: string | undefined,
    cursor: string | undefined,
    signal: AbortSignal,
  ) {
    return this.#call('listParticipants', signal, () => {
      this.#assertTagged(arn, 'ListParticipants');
      const { items, ...rest } = cutPage(this.everybodyOf(arn, sessionId, userId), cursor);
      return { participants: items, ...rest };
    });
  }

  async attributesOf(arn: string, sessionId: string, participantId: string, signal: AbortSignal) {
    return this.#call('attributesOf', signal, () => {
      this.#assertTagged(arn, 'GetParticipant');
      return this.identityOf(arn, sessionId, participantId)?.attributes;
    });
  }

  async disconnect(arn: string, participantId: string, _reason: string, signal: AbortSignal): Promise<void> {
    await this.#call('disconnect', signal, () => {
      this.#assertTagged(arn, 'DisconnectParticipant');
      this.putOut(arn, participantId);
    });
  }

  add(name: string, tags: Tags): string {
    this.#made++;
    const arn = `arn:aws:ivs:us-east-1:000000000000:stage/stage${this.#made}`;
    this.stages.set(arn, { arn, name, tags });
    return arn;
  }

  /** A strict condition on the tag: also of a stage that is gone, which has none. */
  #assertTagged(arn: string, operation: string): void {
    if (this.stages.get(arn)?.tags[DEPLOYMENT_TAG] !== this.#deployment) throw this.#denied(operation);
  }

  #denied(operation: string): IvsError {
    this.denials++;
    return new IvsError('denied', operation);
  }

  async #call<T>(operation: IvsOperation, signal: AbortSignal, apply: () => T): Promise<T> {
    this.calls.push({ operation, at: this.clock.now().getTime() });
    if (signal.aborted) throw new IvsError('unknown', operation);
    if (!this.admit(OPERATION_NAMES[operation])) throw new IvsError('throttled', operation);
    const trouble = this.trouble(operation, this.calls.length);
    if (typeof trouble === 'object') {
      this.clock.advance(trouble.slowMs);
      if (signal.aborted) throw new IvsError('unknown', operation);
    } else if (trouble === 'applied-then-lost') {
      apply();
      throw new IvsError('unknown', operation);
    } else if (trouble) {
      throw new IvsError(trouble, operation);
    }
    return apply();
  }
}

const cutPage = <T>(all: readonly T[], cursor = '0') => {
  const from = Number(cursor);
  const to = from + PER_PAGE;
  return { items: all.slice(from, to), ...(to < all.length && { cursor: String(to) }) };
};
