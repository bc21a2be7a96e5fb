import { createPrivateKey, type KeyObject } from 'node:crypto';
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { UpstreamThrottledError } from '../stages/errors.ts';
import {
  KEYS_REFRESH_MS,
  KEYS_TRUSTED_MS,
  keyToSignWith,
  predecessorLifeMs,
} from '../stages/keys/signing-key-times.ts';
import type { Services, StoredSigningKey } from '../stages/ports.ts';
import { parseSigningKey } from './signing-key-value.ts';

export interface SigningKey {
  readonly publicKeyArn: string;
  readonly privateKey: KeyObject;
  readonly importedAt: Date;
}

/** The keys of this deployment, as far as a signer knows them. */
export interface SigningKeys {
  /** Undefined: there is none yet, or none could be read. */
  forSigning(): Promise<SigningKey | undefined>;
  /** Undefined: not one of ours, or retired. @throws UpstreamThrottledError when none could be read */
  withArn(publicKeyArn: string): Promise<SigningKey | undefined>;
}

/** Until the first rotation has ended, which takes seconds; or when a cold start was too slow for its first read. */
const NO_KEY_YET_RETRY_MS = 2_000;
/** A secret that cannot be read shall not slow down every request. */
const FAILED_RETRY_MS = 10_000;
/** Somebody waits for a token meanwhile. */
const READ_DEADLINE_MS = 1_000;

type Needs = Pick<Services, 'settings' | 'metrics' | 'log' | 'now' | 'deadline'>;
type KnownKeys = { readonly current: SigningKey | undefined; readonly previous: SigningKey | undefined };

/** Reads the secret now and then, in the request that finds its knowledge too old. What is known stays while that fails. */
export class SecretsManagerSigningKeys implements SigningKeys {
  readonly #client: SecretsManagerClient;
  readonly #arn: string;
  readonly #needs: Needs;
  #known: KnownKeys | undefined;
  #readAtMs = 0;
  #refreshAtMs = 0;
  #refreshing: Promise<void> | undefined;

  constructor(client: SecretsManagerClient, arn: string, needs: Needs) {
    this.#client = client;
    this.#arn = arn;
    this.#needs = needs;
  }

  async forSigning(): Promise<SigningKey | undefined> {
    await this.#refreshWhenDue();
    if (this.#needs.now().getTime() - this.#readAtMs > KEYS_TRUSTED_MS) return undefined;
    return keyToSignWith(this.#known?.current, this.#known?.previous, this.#needs.now());
  }

  async withArn(publicKeyArn: string): Promise<SigningKey | undefined> {
    await this.#refreshWhenDue();
    if (!this.#known) throw new UpstreamThrottledError();
    return [this.#known.current, this.#known.previous].find((key) => key?.publicKeyArn === publicKeyArn);
  }

  async #refreshWhenDue(): Promise<void> {
    if (this.#needs.now().getTime() < this.#refreshAtMs) return;
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    await this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const { metrics, log } = this.#needs;
    try {
      const abortSignal = this.#needs.deadline(READ_DEADLINE_MS);
      const current = await this.#read('AWSCURRENT', abortSignal);
      const previous = this.#isYoung(current) ? await this.#read('AWSPREVIOUS', abortSignal) : undefined;
      this.#known = { current, previous };
      this.#readAtMs = this.#needs.now().getTime();
      if (!current) log.warn('there is no signing key yet: tokens come from the API of IVS');
      if (!current) metrics.record({ SigningKeyUnavailable: 1 });
      this.#dueIn(current ? KEYS_REFRESH_MS : NO_KEY_YET_RETRY_MS);
    } catch (cause) {
      log.error('the signing key could not be read', { cause });
      metrics.record({ SigningKeyUnavailable: 1 });
      this.#dueIn(this.#known?.current ? FAILED_RETRY_MS : NO_KEY_YET_RETRY_MS);
    }
  }

  /** Whether tokens of its predecessor may still be around. */
  #isYoung(current: SigningKey | undefined): boolean {
    const { settings, now } = this.#needs;
    return (
      current !== undefined && now().getTime() - current.importedAt.getTime() < predecessorLifeMs(settings.tokenMinutes)
    );
  }

  #dueIn(ms: number): void {
    this.#refreshAtMs = this.#needs.now().getTime() + ms;
  }

  async #read(VersionStage: string, abortSignal: AbortSignal): Promise<SigningKey | undefined> {
    const command = new GetSecretValueCommand({ SecretId: this.#arn, VersionStage });
    try {
      const stored = parseSigningKey((await this.#client.send(command, { abortSignal })).SecretString);
      return stored && toSigningKey(stored);
    } catch (error) {
      if (error instanceof ResourceNotFoundException && VersionStage === 'AWSPREVIOUS') return undefined;
      throw error;
    }
  }
}

function toSigningKey({ publicKeyArn, privateKey: pem, importedAt }: StoredSigningKey): SigningKey {
  return { publicKeyArn, privateKey: createPrivateKey(pem), importedAt: new Date(importedAt) };
}
