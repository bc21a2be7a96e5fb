import { IvsError } from '../../lambdas/stages/errors.ts';
import type {
  CreateIngestRequest,
  IngestRecord,
  IngestSlot,
  IngestSlotStore,
  IvsIngests,
} from '../../lambdas/stages/ports.ts';
import { DEPLOYMENT_TAG } from '../../lambdas/stages/stage-tags.ts';
import type { OperationName } from '../../local/ivs/index.ts';
import type { IvsTrouble, MemoryIvs } from './memory-ivs.ts';

const PER_PAGE = 2;

const OPERATION_NAMES = {
  create: 'CreateIngestConfiguration',
  delete: 'DeleteIngestConfiguration',
  tagsOf: 'ListTagsForResource',
  list: 'ListIngestConfigurations',
} as const satisfies Record<keyof IvsIngests, OperationName>;

export interface MemoryIngest extends CreateIngestRequest {
  readonly arn: string;
  readonly participantId: string;
}

/** The twin of AwsIvsIngests, beside the stages of a MemoryIvs; a deployment's tag is guarded as IAM does it. */
export class MemoryIngests implements IvsIngests {
  readonly configurations = new Map<string, MemoryIngest>();
  readonly calls: (keyof IvsIngests)[] = [];
  /** Asked at each call. */
  trouble: (operation: keyof IvsIngests) => Exclude<IvsTrouble, object> | undefined = () => undefined;
  /** How many the region allows. */
  quota = 100;
  readonly #ivs: MemoryIvs;
  readonly #deployment: string;
  #made = 0;

  constructor(ivs: MemoryIvs, deployment: string) {
    this.#ivs = ivs;
    this.#deployment = deployment;
  }

  async create(request: CreateIngestRequest, signal: AbortSignal) {
    return this.#call('create', signal, () => {
      if (this.configurations.size >= this.quota) throw new IvsError('quota-reached', 'CreateIngestConfiguration');
      if (!this.#ivs.stages.has(request.stageArn)) throw new Error('ValidationException: no such stage');
      const { arn, participantId } = this.add(request);
      return { arn, participantId, streamKey: `key-of-${arn}` };
    });
  }

  async delete(arn: string, signal: AbortSignal): Promise<void> {
    await this.#call('delete', signal, () => {
      const found = this.configurations.get(arn);
      // A strict condition on the tag: also of one that is gone, which has none.
      if (found?.tags[DEPLOYMENT_TAG] !== this.#deployment) throw new IvsError('denied', 'DeleteIngestConfiguration');
      this.stopBroadcast(arn);
      this.configurations.delete(arn);
    });
  }

  async tagsOf(arn: string, signal: AbortSignal) {
    return this.#call('tagsOf', signal, () => {
      const tags = this.configurations.get(arn)?.tags;
      const tag = tags?.[DEPLOYMENT_TAG];
      if (tag !== undefined && tag !== this.#deployment) throw new IvsError('denied', 'ListTagsForResource');
      return tags;
    });
  }

  async list(stageArn: string | undefined, cursor: string | undefined, signal: AbortSignal) {
    return this.#call('list', signal, () => {
      const all = [...this.configurations.values()]
        .map(({ arn, name, stageArn, userId }) => ({ arn, name, stageArn, userId }))
        .filter((ingest) => stageArn === undefined || ingest.stageArn === stageArn);
      const from = Number(cursor ?? 0);
      const to = from + PER_PAGE;
      return { ingests: all.slice(from, to), ...(to < all.length && { cursor: String(to) }) };
    });
  }

  add(request: CreateIngestRequest): MemoryIngest {
    this.#made++;
    const arn = `arn:aws:ivs:us-east-1:000000000000:ingest-configuration/ingest${this.#made}`;
    const ingest = { ...request, arn, participantId: `encoder-${this.#made}` };
    this.configurations.set(arn, ingest);
    return ingest;
  }

  /** What an encoder with the stream key brings about. */
  startBroadcast(arn: string): void {
    const { stageArn = '', participantId = '' } = this.configurations.get(arn) ?? {};
    this.#ivs.join(stageArn, participantId);
    this.#ivs.publish(stageArn, participantId);
  }

  stopBroadcast(arn: string): void {
    const { stageArn = '', participantId = '' } = this.configurations.get(arn) ?? {};
    if (this.#ivs.publishing(stageArn).includes(participantId)) this.#ivs.leave(stageArn, participantId);
  }

  async #call<T>(operation: keyof IvsIngests, signal: AbortSignal, apply: () => T): Promise<T> {
    this.calls.push(operation);
    if (signal.aborted) throw new IvsError('unknown', operation);
    if (!this.#ivs.admit(OPERATION_NAMES[operation])) throw new IvsError('throttled', operation);
    const trouble = this.trouble(operation);
    if (trouble === 'applied-then-lost') apply();
    if (trouble) throw new IvsError(trouble === 'applied-then-lost' ? 'unknown' : trouble, operation);
    return apply();
  }
}

/** The twin of DynamoIngestSlotStore: passes the same contract suite. A slot lives as long as its row beside the profile. */
export class MemoryIngestSlots implements IngestSlotStore {
  readonly #slots = new Map<string, IngestSlot>();
  readonly #rows: Map<string, string>;

  constructor(rows: Map<string, string> = new Map()) {
    this.#rows = rows;
  }

  async get(ownerId: string): Promise<IngestSlot | undefined> {
    return this.#rows.has(keyOf(ownerId)) ? this.#slots.get(ownerId) : undefined;
  }

  async reserve(ownerId: string, attemptId: string, until: Date, now: Date): Promise<boolean> {
    const held = await this.get(ownerId);
    const free = !held || (!held.ingest && (held.until <= now.getTime() || held.attemptId === attemptId));
    if (free) this.#put(ownerId, { attemptId, until: until.getTime() });
    return free;
  }

  async commit(ownerId: string, attemptId: string, ingest: IngestRecord, now: Date): Promise<boolean> {
    const held = await this.get(ownerId);
    const allowed = held?.attemptId === attemptId && (held.until > now.getTime() || held.ingest?.arn === ingest.arn);
    if (held && allowed) this.#put(ownerId, { ...held, ingest });
    return allowed;
  }

  async free(ownerId: string, attemptId: string): Promise<void> {
    if ((await this.get(ownerId))?.attemptId === attemptId) this.#rows.delete(keyOf(ownerId));
  }

  #put(ownerId: string, slot: IngestSlot): void {
    this.#rows.set(keyOf(ownerId), ownerId);
    this.#slots.set(ownerId, slot);
  }
}

const keyOf = (ownerId: string): string => `${ownerId}/ingest#slot`;
