import type { Context } from 'aws-lambda';
import {
  cognitoClient,
  dynamoDbClient,
  ivsClient,
  ivsClientForCreation,
  secretsManagerClient,
  sqsClient,
} from '../../lambdas/adapters/aws-clients.ts';
import { CognitoUserDirectory } from '../../lambdas/adapters/cognito-user-directory.ts';
import { DynamoIngestSlotStore } from '../../lambdas/adapters/dynamo-ingest-slot-store.ts';
import { DynamoLiveStatusStore } from '../../lambdas/adapters/dynamo-live-status-store.ts';
import { DynamoMembershipStore } from '../../lambdas/adapters/dynamo-membership-store.ts';
import { DynamoParticipantListStore } from '../../lambdas/adapters/dynamo-participant-list-store.ts';
import { DynamoProfileStore } from '../../lambdas/adapters/dynamo-profile-store.ts';
import { DynamoRateLimitStore } from '../../lambdas/adapters/dynamo-rate-limit-store.ts';
import { DynamoRunLeaseStore } from '../../lambdas/adapters/dynamo-run-lease-store.ts';
import { DynamoStageAccessReader } from '../../lambdas/adapters/dynamo-stage-access-reader.ts';
import { DynamoStageMemberStore } from '../../lambdas/adapters/dynamo-stage-member-store.ts';
import { DynamoStageOwnerStore } from '../../lambdas/adapters/dynamo-stage-owner-store.ts';
import { IvsApiTokenIssuer } from '../../lambdas/adapters/ivs-api-token-issuer.ts';
import { countThrottles } from '../../lambdas/adapters/ivs-errors.ts';
import { AwsIvsIngests } from '../../lambdas/adapters/ivs-ingests.ts';
import { AwsIvsModeration } from '../../lambdas/adapters/ivs-moderation.ts';
import { AwsIvsParticipants } from '../../lambdas/adapters/ivs-participants.ts';
import { AwsIvsPublicKeys } from '../../lambdas/adapters/ivs-public-keys.ts';
import { AwsIvsRealTime } from '../../lambdas/adapters/ivs-real-time.ts';
import { KeyPairTokenIssuer } from '../../lambdas/adapters/key-pair-token-issuer.ts';
import { P384KeyPairs } from '../../lambdas/adapters/p384-key-pairs.ts';
import { SecretsManagerSigningKeys } from '../../lambdas/adapters/secrets-manager-signing-keys.ts';
import { AwsSigningSecret } from '../../lambdas/adapters/signing-secret.ts';
import { SqsProvisioningQueue } from '../../lambdas/adapters/sqs-provisioning-queue.ts';
import { SqsRightsCheckQueue } from '../../lambdas/adapters/sqs-rights-check-queue.ts';
import { SqsRoomRequests } from '../../lambdas/adapters/sqs-room-requests.ts';
import type { Services, StageSettings } from '../../lambdas/stages/ports.ts';
import { DEFINITION } from '../local/cloud/cognito/start-test-pool.ts';
import { MemoryMetrics, settings as usualSettings } from '../support/world.ts';
import type { Service } from './aws-refusals.ts';
import { type CapturedLog, captureLog } from './captured-log.ts';
import type { Cloud } from './cloud.ts';
import type { Fault } from './fault.ts';
import type { Handler } from './http-handler.ts';
import { Wire } from './wire.ts';

/** As lib/stagedoor-stack.ts gives them to the functions. */
const TIME_LIMITS_SECONDS = {
  'sign-in': 5,
  me: 10,
  tokens: 10,
  moderation: 10,
  read: 10,
  provision: 60,
  status: 30,
  reconcile: 270,
  'clean-up': 900,
  rotation: 60,
} as const;
export type FunctionName = keyof typeof TIME_LIMITS_SECONDS;

/** One sandbox of a function: the real adapters and SDK clients, with connections and knowledge of their own. */
export interface Process {
  readonly services: Services;
  readonly log: CapturedLog;
  readonly metrics: MemoryMetrics;
  readonly wire: Wire;
  readonly context: Pick<Context, 'getRemainingTimeInMillis'>;
  close(): void;
}

export interface ProcessOptions {
  readonly fault?: Fault | undefined;
  readonly settings?: Partial<StageSettings>;
  /** Plants a bug. */
  readonly alter?: (services: Services) => Services;
}

/** The SDK asks its environment for these, as in Lambda. */
Object.assign(process.env, { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });

export function startProcess(cloud: Cloud, name: FunctionName, options: ProcessOptions = {}): Process {
  const { fault, alter = (services) => services } = options;
  const wire = new Wire({ clock: cloud.clock, timeLimitMs: TIME_LIMITS_SECONDS[name] * 1000, fault });
  const log = captureLog();
  const metrics = new MemoryMetrics();
  const settings = { ...usualSettings, ...options.settings };
  const clients = connect(cloud, wire);
  const services = alter(assemble(cloud, clients, { settings, log, metrics }));
  return {
    services,
    log,
    metrics,
    wire,
    context: { getRemainingTimeInMillis: () => wire.remainingMs },
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

type Clients = ReturnType<typeof connect>;

function connect(cloud: Cloud, wire: Wire) {
  const { tables } = cloud;
  const whileStale = async <T>(call: () => Promise<T>): Promise<T> => {
    tables.dynamoDb.faults = { indexLag: () => true };
    return call().finally(() => {
      tables.dynamoDb.faults = { indexLag: () => false };
    });
  };
  const wired = <C extends Client>(client: C, service: Service, url: () => string): C => {
    const { config } = client;
    const handler = config.requestHandler as Handler;
    Object.assign(config, { requestHandler: wire.through(handler, { service, url, whileStale }) });
    return client;
  };
  return {
    dynamoDb: wired(dynamoDbClient(), 'DynamoDB', () => tables.dynamoDb.url),
    ivs: wired(ivsClient(), 'IVS', () => cloud.ivs.url),
    ivsForCreation: wired(ivsClientForCreation(), 'IVS', () => cloud.ivs.url),
    sqs: wired(sqsClient(), 'SQS', () => cloud.sqs.url),
    secretsManager: wired(secretsManagerClient(), 'Secrets Manager', () => cloud.secrets.url),
    cognito: wired(cognitoClient(), 'Cognito', () => cloud.userPool.url),
  };
}

interface Client {
  readonly config: { readonly requestHandler: unknown };
}

type Told = Pick<Services, 'settings' | 'log'> & { readonly metrics: MemoryMetrics };

/** As lambdas/services.ts puts them together, all of them at once. */
function assemble(cloud: Cloud, clients: Clients, { settings, log, metrics }: Told): Services {
  const { clock, tables, queues, secretArn } = cloud;
  const { dynamoDb, sqs, secretsManager } = clients;
  const [ivsOften, ivsOnce] = [countThrottles(clients.ivs, metrics), countThrottles(clients.ivsForCreation, metrics)];
  const ivs = new AwsIvsRealTime(ivsOften, ivsOnce);
  const { now, sleep, deadline } = clock;
  const api = new IvsApiTokenIssuer(ivsOften, ivs);
  const keys = new SecretsManagerSigningKeys(secretsManager, secretArn, { settings, log, metrics, now, deadline });
  return {
    settings,
    log,
    metrics,
    now,
    sleep,
    deadline,
    newId: cloud.newId,
    ivs,
    profiles: new DynamoProfileStore(dynamoDb, tables.profiles),
    liveStatus: new DynamoLiveStatusStore(dynamoDb, tables.profiles),
    stageOwners: new DynamoStageOwnerStore(dynamoDb, tables.stageOwners),
    stageMembers: new DynamoStageMemberStore(dynamoDb, tables.stageMembers),
    memberships: new DynamoMembershipStore(dynamoDb, tables.stageMembers),
    ingestSlots: new DynamoIngestSlotStore(dynamoDb, tables.stageMembers),
    participantLists: new DynamoParticipantListStore(dynamoDb, tables.stageMembers),
    rateLimits: new DynamoRateLimitStore(dynamoDb, tables.stageMembers),
    runLeases: new DynamoRunLeaseStore(dynamoDb, tables.stageMembers),
    stageAccess: new DynamoStageAccessReader(dynamoDb, tables),
    ingests: new AwsIvsIngests(ivsOften, ivsOnce),
    moderation: new AwsIvsModeration(ivsOften),
    participants: new AwsIvsParticipants(ivsOften),
    publicKeys: new AwsIvsPublicKeys(ivsOften),
    signingSecret: new AwsSigningSecret(secretsManager, secretArn),
    keyPairs: new P384KeyPairs(),
    userDirectory: new CognitoUserDirectory(clients.cognito, DEFINITION.id),
    provisioningQueue: new SqsProvisioningQueue(sqs, queues.provisioning.url),
    rightsChecks: new SqsRightsCheckQueue(sqs, queues.rightsChecks.url),
    roomRequests: new SqsRoomRequests(sqs, queues.rooms.url),
    tokenIssuer: settings.tokenIssuer === 'ivs-api' ? api : new KeyPairTokenIssuer({ keys, fallback: api, now }),
  };
}
