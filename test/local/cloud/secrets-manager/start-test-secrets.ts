import { randomUUID } from 'node:crypto';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { createAuthorizer } from '../../../../local/cloud/iam/authorize.ts';
import {
  type SecretDefinition,
  type SecretsManagerOptions,
  startSecretsManager,
} from '../../../../local/cloud/secrets-manager/index.ts';

export const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:keys-abc123';
export const DAY_MS = 86_400_000;
export const ROTATION = {
  functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:rotate',
  rules: { AutomaticallyAfterDays: 30 },
  periodMs: 30 * DAY_MS,
  rotatesAtOnce: true,
};

export interface RotationEvent {
  readonly Step: string;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

type Cleaner = (cleanUp: () => unknown) => void;

/**
 * Starts the service with the secret `keys`, a clock that stands still, and a rotation function that behaves well after
 * `beforeStep`.
 */
export async function startTestSecrets(
  onEnd: Cleaner,
  definition: Partial<SecretDefinition> = {},
  options: Partial<SecretsManagerOptions> = {},
  beforeStep: (event: RotationEvent) => unknown = () => {},
) {
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') };
  const lines: string[] = [];
  const events: RotationEvent[] = [];
  let client: SecretsManagerClient | undefined;
  const secrets = await startSecretsManager({
    secrets: [{ arn: ARN, name: 'keys', ...definition }],
    authorize: createAuthorizer(new Map()),
    now: () => clock.now,
    log: (line) => lines.push(line),
    retryDelaysMs: [1, 1, 1, 1],
    invoke: async (_functionArn, event) => {
      events.push(event as RotationEvent);
      try {
        await beforeStep(event as RotationEvent);
        if (client) await rotateWell(client, event as RotationEvent);
        return { payload: 'null' };
      } catch (error) {
        return { error: { errorType: (error as Error).name, errorMessage: (error as Error).message } };
      }
    },
    ...options,
  });
  onEnd(() => secrets.close());
  client = connect(secrets.url, onEnd);
  return { secrets, client, clock, lines, events };
}

export function connect(endpoint: string, onEnd: Cleaner, accessKeyId = 'operator'): SecretsManagerClient {
  const credentials = { accessKeyId, secretAccessKey: 'none' };
  const client = new SecretsManagerClient({ endpoint, region: 'eu-west-1', credentials });
  onEnd(() => client.destroy());
  return client;
}

/** As AWS's templates for rotation functions do it, fit to be repeated at any step. */
async function rotateWell(client: SecretsManagerClient, { Step, SecretId, ClientRequestToken }: RotationEvent) {
  if (Step === 'createSecret') {
    const pending = { SecretId, VersionId: ClientRequestToken, VersionStage: 'AWSPENDING' };
    const missing = await client.send(new GetSecretValueCommand(pending)).then(
      () => false,
      (error: Error) => error.name === 'ResourceNotFoundException',
    );
    const value = { SecretId, ClientRequestToken, SecretString: randomUUID(), VersionStages: ['AWSPENDING'] };
    if (missing) await client.send(new PutSecretValueCommand(value));
  }
  if (Step === 'finishSecret') {
    const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
    const [current] = Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes('AWSCURRENT')) ?? [];
    const move = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: ClientRequestToken };
    if (current === ClientRequestToken) return;
    await client.send(new UpdateSecretVersionStageCommand({ ...move, RemoveFromVersionId: current }));
  }
}
