import { randomUUID } from 'node:crypto';
import { IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoStageAccessReader } from '../../lambdas/adapters/dynamo-stage-access-reader.ts';
import { IvsApiTokenIssuer } from '../../lambdas/adapters/ivs-api-token-issuer.ts';
import { AwsIvsPublicKeys } from '../../lambdas/adapters/ivs-public-keys.ts';
import { AwsIvsRealTime } from '../../lambdas/adapters/ivs-real-time.ts';
import { KeyPairTokenIssuer } from '../../lambdas/adapters/key-pair-token-issuer.ts';
import { P384KeyPairs } from '../../lambdas/adapters/p384-key-pairs.ts';
import { SecretsManagerSigningKeys } from '../../lambdas/adapters/secrets-manager-signing-keys.ts';
import { getParticipantToken } from '../../lambdas/stages/access/get-participant-token.ts';
import type { ParticipantTokenIssuer } from '../../lambdas/stages/ports.ts';
import { startSecretsManager } from '../../local/cloud/secrets-manager/index.ts';
import { isRefusal, startIvsEmulator } from '../../local/ivs/index.ts';
import { startLocalTables } from '../../test/support/local-tables.ts';
import { DEPLOYMENT, populate, writeProfiles } from './population.ts';

export interface TokenLoad {
  readonly issued: number;
  /** Tokens that the emulator would not let join. */
  readonly unusable: number;
  /** Answered `UPSTREAM_THROTTLED`. */
  readonly refused: number;
  readonly perSecond: number;
  /** Of the tokens that were issued. */
  readonly latenciesMs: readonly number[];
  readonly ivsCalls: number;
  readonly dynamoDbCalls: number;
}

const USERS = 50;
const SECRET_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:signing-key-AbCdEf';
const CONFIG = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

type Servers = Awaited<ReturnType<typeof startServers>>;

/** So many callers ask for tokens one after the other, first of one issuer, then of the other, at IVS's real rates. */
export async function loadBothIssuers(callers: number, seconds: number) {
  const servers = await startServers();
  try {
    return {
      keyPair: await load(servers, await keyPairIssuer(servers), 'key-pair', callers, seconds),
      ivsApi: await load(servers, ivsApiIssuer(servers), 'ivs-api', callers, seconds),
    };
  } finally {
    await servers.close();
  }
}

async function startServers() {
  const people = populate({ profiles: USERS, stages: USERS, stale: 0, live: 0, orphans: 0 }, new Date());
  const urls = { events: 'wss://events.invalid', whip: 'https://whip.invalid' };
  const stages = (people.state.stages ?? []).map((stage) => ({ ...stage, endpoints: { ...stage.endpoints, ...urls } }));
  const endpointsAt = new Date().toISOString();
  const tables = await startLocalTables();
  const items = people.items.map((item) => ({ ...item, endpoints: urls, endpointsAt }));
  await writeProfiles(tables.client, tables.profiles, items);
  const emulator = await startIvsEmulator({ state: { stages } });
  const secrets = await startSecretsManager({
    secrets: [{ arn: SECRET_ARN, name: 'signing-key', createValue: () => '{"noKeyYet":"x"}' }],
    authorize: () => ({ allowed: true, message: '' }),
    invoke: () => Promise.reject(new Error('nothing rotates here')),
    log: () => undefined,
  });
  const ivs = new IVSRealTimeClient({ ...CONFIG, endpoint: emulator.url, maxAttempts: 1 });
  const secretsManager = new SecretsManagerClient({ ...CONFIG, endpoint: secrets.url });
  const userIds = people.items.map(({ userId }) => userId);
  const close = async () => {
    ivs.destroy();
    secretsManager.destroy();
    await secrets.close();
    await emulator.close();
    await tables.close();
  };
  return { tables, emulator, ivs, secretsManager, userIds, close };
}

async function keyPairIssuer(servers: Servers): Promise<ParticipantTokenIssuer> {
  const { ivs, secretsManager } = servers;
  const pair = new P384KeyPairs().generate();
  const publicKeys = new AwsIvsPublicKeys(ivs);
  const { arn } = await publicKeys.import(`${DEPLOYMENT}-1`, pair.publicKey, {}, AbortSignal.timeout(5_000));
  const value = { publicKeyArn: arn, privateKey: pair.privateKey, importedAt: new Date(0).toISOString() };
  const put = { SecretId: SECRET_ARN, ClientRequestToken: randomUUID(), SecretString: JSON.stringify(value) };
  await secretsManager.send(new PutSecretValueCommand(put));
  const keys = new SecretsManagerSigningKeys(secretsManager, SECRET_ARN, needs('key-pair'));
  return new KeyPairTokenIssuer({ keys, fallback: ivsApiIssuer(servers), now: () => new Date() });
}

const ivsApiIssuer = ({ ivs }: Servers) => new IvsApiTokenIssuer(ivs, new AwsIvsRealTime(ivs, ivs));

async function load(
  servers: Servers,
  tokenIssuer: ParticipantTokenIssuer,
  mode: 'key-pair' | 'ivs-api',
  callers: number,
  seconds: number,
): Promise<TokenLoad> {
  const { tables, emulator, userIds } = servers;
  const stageAccess = new DynamoStageAccessReader(tables.client, tables);
  const services = { ...needs(mode), stageAccess, tokenIssuer, rateLimits: { take: async () => undefined } };
  const issue = getParticipantToken(services);
  await Promise.all(userIds.slice(0, callers).map((userId) => issue(userId, { userId, isModerator: false }, {})));
  const before = { ivs: emulator.calls.length, dynamoDb: tables.dynamoDb.calls.length };
  const tokens: string[] = [];
  const latenciesMs: number[] = [];
  let refused = 0;
  const startedAt = performance.now();
  const call = async (caller: number) => {
    for (let i = caller; performance.now() - startedAt < seconds * 1000; i += callers) {
      const userId = userIds[i % userIds.length] ?? '';
      const askedAt = performance.now();
      const { token } = await issue(userId, { userId, isModerator: false }, {}).catch((error) => {
        if (error.code !== 'UPSTREAM_THROTTLED') throw error;
        refused++;
        return { token: undefined };
      });
      if (token === undefined) continue;
      latenciesMs.push(performance.now() - askedAt);
      tokens.push(token);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  const tookMs = performance.now() - startedAt;
  return {
    issued: tokens.length,
    unusable: tokens.filter((token) => isRefusal(emulator.live.verify(token))).length,
    refused,
    perSecond: (tokens.length * 1000) / tookMs,
    latenciesMs,
    ivsCalls: emulator.calls.length - before.ivs,
    dynamoDbCalls: tables.dynamoDb.calls.length - before.dynamoDb,
  };
}

const needs = (tokenIssuer: 'key-pair' | 'ivs-api') => ({
  settings: {
    ...{ deployment: DEPLOYMENT, initialVisibility: 'public' as const, stageCheckDays: 5, staleAfterDays: 30 },
    ...{ tokenMinutes: 60, tokenIssuer, stageQuota: 1000 },
  },
  log: { info: () => undefined, warn: console.warn, error: console.error },
  metrics: { record: () => undefined },
  now: () => new Date(),
  deadline: (ms: number) => AbortSignal.timeout(ms),
});
