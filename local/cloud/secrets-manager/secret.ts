import { AwsError } from '../aws-json-server.ts';

export interface SecretVersion {
  readonly id: string;
  /** Undefined until the rotation function has put one. */
  value: string | undefined;
  stages: string[];
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
}

export interface SecretState {
  readonly versions: SecretVersion[];
  readonly createdAt: number;
  changedAt: number;
  rotatedAt?: number;
}

export interface MoveStage {
  readonly stage: string;
  readonly moveToVersionId?: string | undefined;
  readonly removeFromVersionId?: string | undefined;
}

/** The versions of one secret, and the staging labels on them. */
export class Secret {
  readonly arn: string;
  readonly name: string;
  readonly state: SecretState;
  readonly #now: () => number;

  constructor(options: { arn: string; name: string; state: SecretState | undefined; now: () => number }) {
    this.arn = options.arn;
    this.name = options.name;
    this.#now = options.now;
    const createdAt = options.now();
    this.state = options.state ?? { versions: [], createdAt, changedAt: createdAt };
  }

  /** Without an id: the one that has the stage. Throws when there is no such version, or nothing in it yet. */
  get(id: string | undefined, stage: string | undefined): SecretVersion & { readonly value: string } {
    const version = id === undefined ? this.#holderOf(stage ?? 'AWSCURRENT') : this.#find(id);
    if (version?.value === undefined) {
      const wanted = id === undefined ? `staging label: ${stage ?? 'AWSCURRENT'}` : `VersionId: ${id}`;
      throw secretError(
        'ResourceNotFoundException',
        `Secrets Manager can't find the specified secret value for ${wanted}`,
      );
    }
    if (id !== undefined && stage !== undefined && !version.stages.includes(stage)) {
      const message = 'You provided a VersionStage that is not associated to the provided VersionId.';
      throw secretError('InvalidRequestException', message);
    }
    return { ...version, value: version.value };
  }

  /** Puts a value once: again with the same id, it must be the same value. */
  put(id: string, value: string, stages: readonly string[] = ['AWSCURRENT']): SecretVersion {
    const known = this.#find(id);
    if (known?.value !== undefined) {
      if (known.value === value) return known;
      const message = `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${this.arn}.`;
      throw secretError('ResourceExistsException', message);
    }
    const isFirst = this.state.versions.length === 0;
    const version = known ?? this.#add(id);
    version.value = value;
    this.state.changedAt = this.#now();
    for (const stage of isFirst ? new Set([...stages, 'AWSCURRENT']) : stages) this.#attach(stage, version);
    return version;
  }

  moveStage({ stage, moveToVersionId, removeFromVersionId }: MoveStage): void {
    const holder = this.#holderOf(stage);
    const target = moveToVersionId === undefined ? undefined : this.#require(moveToVersionId);
    const source = removeFromVersionId === undefined ? undefined : this.#require(removeFromVersionId);
    if (target === undefined && source === undefined) {
      throw invalidParameter('You must provide MoveToVersionId, RemoveFromVersionId or both.');
    }
    if (source !== undefined && source !== holder) {
      throw invalidParameter(`Staging label ${stage} is not attached to version ${source.id}.`);
    }
    if (target === undefined && stage === 'AWSCURRENT') {
      const message = `You can only move staging label ${stage} to a different secret version.`;
      throw invalidParameter(`${message} It can't be completely removed.`);
    }
    if (target !== undefined && source === undefined && holder !== undefined && holder !== target) {
      const reason = `Staging label ${stage} is currently attached to version ${holder.id}`;
      throw invalidParameter(
        `The parameter RemoveFromVersionId can't be empty. ${reason}, so you must explicitly reference that version in RemoveFromVersionId.`,
      );
    }
    if (target === undefined) this.#detach(stage);
    else this.#attach(stage, target);
  }

  hasVersion(id: string): boolean {
    return this.#find(id) !== undefined;
  }

  /** The version of a rotation that has not come to its end: AWSPENDING is on it, and AWSCURRENT is not. */
  unfinishedRotation(): string | undefined {
    const pending = this.#holderOf('AWSPENDING');
    return pending === undefined || pending.stages.includes('AWSCURRENT') ? undefined : pending.id;
  }

  beginRotation(id: string): string {
    this.#attach('AWSPENDING', this.#add(id));
    return id;
  }

  /** For a test of the rotation function, the value of now stands in as the pending one. */
  beginRotationTest(id: string): void {
    const version = this.#add(id);
    version.value = this.#holderOf('AWSCURRENT')?.value;
    this.#attach('AWSPENDING', version);
  }

  endRotationTest(id: string): void {
    const index = this.state.versions.findIndex((version) => version.id === id);
    if (index >= 0) this.state.versions.splice(index, 1);
  }

  noteRotation(): void {
    this.state.rotatedAt = this.#now();
    this.state.changedAt = this.#now();
  }

  #find(id: string): SecretVersion | undefined {
    return this.state.versions.find((version) => version.id === id);
  }

  #require(id: string): SecretVersion {
    const version = this.#find(id);
    if (version !== undefined) return version;
    throw secretError('ResourceNotFoundException', "Secrets Manager can't find the specified secret version.");
  }

  #holderOf(stage: string): SecretVersion | undefined {
    return this.state.versions.find(({ stages }) => stages.includes(stage));
  }

  #add(id: string): SecretVersion {
    const version = { id, value: undefined, stages: [], createdAt: this.#now() };
    this.state.versions.push(version);
    return version;
  }

  #attach(stage: string, version: SecretVersion): void {
    const former = this.#holderOf(stage);
    if (former === version) return;
    this.#detach(stage);
    version.stages.push(stage);
    if (stage === 'AWSCURRENT' && former !== undefined) this.#attach('AWSPREVIOUS', former);
  }

  #detach(stage: string): void {
    for (const version of this.state.versions) version.stages = version.stages.filter((other) => other !== stage);
    this.state.changedAt = this.#now();
  }
}

export function secretError(name: string, message: string): AwsError {
  return new AwsError(name, message);
}

export function invalidParameter(message: string): AwsError {
  return secretError('InvalidParameterException', message);
}
