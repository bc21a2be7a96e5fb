import { IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AwsIvsPublicKeys } from '../../lambdas/adapters/ivs-public-keys.ts';
import { P384KeyPairs } from '../../lambdas/adapters/p384-key-pairs.ts';
import { AwsSigningSecret } from '../../lambdas/adapters/signing-secret.ts';
import { type RotationEvent, rotation } from '../../lambdas/events/rotation/rotation.ts';
import { type SecretsManager, startSecretsManager } from '../../local/cloud/secrets-manager/index.ts';
import { type IvsEmulator, startIvsEmulator } from '../../local/ivs/index.ts';
import { VirtualClock } from './virtual-clock.ts';
import { MemoryLog, MemoryMetrics, settings } from './world.ts';

/** Secrets Manager and IVS on this machine, with the rotation function's own code between them. */
export interface LocalSigningKey {
  readonly clock: VirtualClock;
  readonly ivs: IvsEmulator;
  readonly ivsClient: IVSRealTimeClient;
  readonly client: SecretsManagerClient;
  readonly secretArn: string;
  readonly secret: AwsSigningSecret;
  readonly publicKeys: AwsIvsPublicKeys;
  readonly log: MemoryLog;
  readonly metrics: MemoryMetrics;
  rotate(): Promise<void>;
  /** Every request to the secret is refused from now on, or answered again. */
  setDown(isDown: boolean): void;
  /** `operation VersionStage` of each request that was let through, or refused. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

const secretArn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:signing-key-AbCdEf';
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

export async function startLocalSigningKey(): Promise<LocalSigningKey> {
  const clock = new VirtualClock();
  const ivs = await startIvsEmulator({ quotas: 'off', clock: clock.now });
  const requests: string[] = [];
  let isDown = false;
  const secrets = await startSecretsManager({
    secrets: [
      {
        arn: secretArn,
        name: 'signing-key',
        createValue: () => '{"noKeyYet":"x"}',
        rotation: { functionArn: 'rotation', rules: {}, periodMs: 86_400_000, rotatesAtOnce: false },
      },
    ],
    authorize: ({ action, context = {} }) => {
      requests.push([action.split(':')[1], context['secretsmanager:VersionStage'] ?? ''].join(' ').trim());
      return { allowed: !isDown, message: 'down' };
    },
    invoke: (_arn, event) => answer(rotation(services)(event as RotationEvent)),
    log: () => undefined,
    now: () => clock.now().getTime(),
    retryDelaysMs: [],
  });
  const ivsClient = new IVSRealTimeClient({ endpoint: ivs.url, region: 'us-east-1', credentials: CREDENTIALS });
  const client = connect(secrets);
  const parts = {
    log: new MemoryLog(),
    metrics: new MemoryMetrics(),
    secret: new AwsSigningSecret(client, secretArn),
    publicKeys: new AwsIvsPublicKeys(ivsClient),
  };
  const services = {
    ...parts,
    signingSecret: parts.secret,
    keyPairs: new P384KeyPairs(),
    settings,
    now: clock.now,
    deadline: (ms: number) => AbortSignal.timeout(ms),
  };
  return {
    ...parts,
    clock,
    ivs,
    ivsClient,
    client,
    secretArn,
    requests,
    rotate: () => secrets.rotateSecret(secretArn),
    setDown: (down) => {
      isDown = down;
    },
    close: async () => {
      client.destroy();
      ivsClient.destroy();
      await secrets.close();
      await ivs.close();
    },
  };
}

const connect = ({ url }: SecretsManager) =>
  new SecretsManagerClient({ endpoint: url, region: 'us-east-1', credentials: CREDENTIALS, maxAttempts: 1 });

/** As Lambda answers. */
const answer = (result: Promise<void>) =>
  result.then(
    () => ({ payload: 'null' }),
    ({ message, name }: Error) => ({ error: { errorMessage: message, errorType: name } }),
  );
