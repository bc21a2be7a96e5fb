import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { RotatingSecret, StoredSigningKey } from '../stages/ports.ts';
import { parseSigningKey } from './signing-key-value.ts';

/** The secret that holds the signing key, in AWS Secrets Manager. */
export class AwsSigningSecret implements RotatingSecret {
  readonly #client: SecretsManagerClient;
  readonly #arn: string;

  constructor(client: SecretsManagerClient, arn: string) {
    this.#client = client;
    this.#arn = arn;
  }

  async describe() {
    const command = new DescribeSecretCommand({ SecretId: this.#arn });
    const { VersionIdsToStages = {}, LastRotatedDate, LastChangedDate } = await this.#client.send(command);
    return { versions: VersionIdsToStages, promotedAt: LastRotatedDate && later(LastRotatedDate, LastChangedDate) };
  }

  async read(VersionId: string): Promise<StoredSigningKey | undefined> {
    const command = new GetSecretValueCommand({ SecretId: this.#arn, VersionId });
    try {
      return parseSigningKey((await this.#client.send(command)).SecretString);
    } catch (error) {
      // A pending version has no value until somebody puts one.
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  async putPending(ClientRequestToken: string, key: StoredSigningKey, abortSignal: AbortSignal): Promise<void> {
    const SecretString = JSON.stringify(key);
    await this.#client.send(
      new PutSecretValueCommand({
        SecretId: this.#arn,
        ClientRequestToken,
        SecretString,
        VersionStages: ['AWSPENDING'],
      }),
      { abortSignal },
    );
  }

  async promote(MoveToVersionId: string, currentVersionId: string | undefined): Promise<void> {
    await this.#client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: this.#arn,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId,
        ...(currentVersionId !== undefined && { RemoveFromVersionId: currentVersionId }),
      }),
    );
  }
}

/** A version that an operator promoted by hand counts as a change only: the later of both is on the safe side. */
const later = (rotated: Date, changed: Date | undefined): Date => (changed && changed > rotated ? changed : rotated);
