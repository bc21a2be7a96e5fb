import { IvsError } from '../../lambdas/stages/errors.ts';
import type { CreateStageRequest, IvsRealTime, IvsStage } from '../../lambdas/stages/ports.ts';
import { DEPLOYMENT_TAG, type Tags } from '../../lambdas/stages/stage-tags.ts';
import type { VirtualClock } from './virtual-clock.ts';

export type IvsOperation = 'createStage' | 'getStage' | 'renameStage' | 'deleteStage' | 'listStages';

/** What a call shall meet: a reason to fail, a failure after it was carried out, or an answer that takes so long. */
export type IvsTrouble = IvsError['reason'] | 'applied-then-lost' | { readonly slowMs: number };

interface MemoryStage {
  readonly arn: string;
  name: string;
  tags: Tags;
  sessionActive: boolean;
}

/** The twin of AwsIvsRealTime: stages in memory, trouble on demand, and a deployment's tag guarded as IAM does it. */
export class MemoryIvs implements IvsRealTime {
  readonly stages = new Map<string, MemoryStage>();
  readonly calls: { readonly operation: IvsOperation; readonly at: number }[] = [];
  /** Asked at each call. */
  trouble: (operation: IvsOperation, number: number) => IvsTrouble | undefined = () => undefined;
  readonly #clock: VirtualClock;
  readonly #deployment: string;
  #made = 0;

  constructor(clock: VirtualClock, deployment: string) {
    this.#clock = clock;
    this.#deployment = deployment;
  }

  async createStage({ name, tags, hostToken }: CreateStageRequest, signal: AbortSignal) {
    return this.#call('createStage', signal, () => {
      const arn = this.add(name, tags);
      const issued = {
        token: `token-of-${arn}`,
        participantId: `participant-${this.#made}`,
        expiresAt: this.#clock.now(),
      };
      return { arn, endpoints: { whip: 'https://whip.invalid' }, ...(hostToken && { hostToken: issued }) };
    });
  }

  async getStage(arn: string, signal: AbortSignal) {
    return this.#call('getStage', signal, () => {
      const stage = this.stages.get(arn);
      const tag = stage?.tags[DEPLOYMENT_TAG];
      if (tag !== undefined && tag !== this.#deployment) throw new IvsError('denied', 'GetStage');
      return stage && { ...stage, endpoints: { whip: 'https://whip.invalid' } };
    });
  }

  async renameStage(arn: string, name: string, signal: AbortSignal): Promise<void> {
    await this.#call('renameStage', signal, () => {
      const stage = this.stages.get(arn);
      if (stage) stage.name = name;
    });
  }

  async deleteStage(arn: string, signal: AbortSignal): Promise<void> {
    await this.#call('deleteStage', signal, () => this.stages.delete(arn));
  }

  async listStages(cursor: string | undefined, signal: AbortSignal) {
    return this.#call('listStages', signal, () => {
      const all = [...this.stages.values()];
      const from = Number(cursor ?? 0);
      const stages: IvsStage[] = all.slice(from, from + 2).map((stage) => ({ ...stage }));
      return { stages, ...(from + 2 < all.length && { cursor: String(from + 2) }) };
    });
  }

  add(name: string, tags: Tags): string {
    this.#made++;
    const arn = `arn:aws:ivs:us-east-1:000000000000:stage/stage${this.#made}`;
    this.stages.set(arn, { arn, name, tags, sessionActive: false });
    return arn;
  }

  async #call<T>(operation: IvsOperation, signal: AbortSignal, apply: () => T): Promise<T> {
    this.calls.push({ operation, at: this.#clock.now().getTime() });
    const trouble = this.trouble(operation, this.calls.length);
    if (typeof trouble === 'object') {
      this.#clock.advance(trouble.slowMs);
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
