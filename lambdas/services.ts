import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  cognitoClient,
  dynamoDbClient,
  ivsClient,
  ivsClientForCreation,
  secretsManagerClient,
  sqsClient,
} from './adapters/aws-clients.ts';
import { CognitoUserDirectory } from './adapters/cognito-user-directory.ts';
import { DynamoIngestSlotStore } from './adapters/dynamo-ingest-slot-store.ts';
import { DynamoLiveStatusStore } from './adapters/dynamo-live-status-store.ts';
import { DynamoMembershipStore } from './adapters/dynamo-membership-store.ts';
import { DynamoParticipantListStore } from './adapters/dynamo-participant-list-store.ts';
import { DynamoProfileStore } from './adapters/dynamo-profile-store.ts';
import { DynamoRateLimitStore } from './adapters/dynamo-rate-limit-store.ts';
import { DynamoRunLeaseStore } from './adapters/dynamo-run-lease-store.ts';
import { DynamoStageAccessReader } from './adapters/dynamo-stage-access-reader.ts';
import { DynamoStageMemberStore } from './adapters/dynamo-stage-member-store.ts';
import { DynamoStageOwnerStore } from './adapters/dynamo-stage-owner-store.ts';
import { IvsApiTokenIssuer } from './adapters/ivs-api-token-issuer.ts';
import { countThrottles } from './adapters/ivs-errors.ts';
import { AwsIvsIngests } from './adapters/ivs-ingests.ts';
import { AwsIvsModeration } from './adapters/ivs-moderation.ts';
import { AwsIvsParticipants } from './adapters/ivs-participants.ts';
import { AwsIvsPublicKeys } from './adapters/ivs-public-keys.ts';
import { AwsIvsRealTime } from './adapters/ivs-real-time.ts';
import { KeyPairTokenIssuer } from './adapters/key-pair-token-issuer.ts';
import { P384KeyPairs } from './adapters/p384-key-pairs.ts';
import { SecretsManagerSigningKeys } from './adapters/secrets-manager-signing-keys.ts';
import { AwsSigningSecret } from './adapters/signing-secret.ts';
import { SqsProvisioningQueue } from './adapters/sqs-provisioning-queue.ts';
import { SqsRightsCheckQueue } from './adapters/sqs-rights-check-queue.ts';
import { SqsRoomRequests } from './adapters/sqs-room-requests.ts';
import { readEnvironment, requireEnvironment } from './environment.ts';
import { createLog } from './logging.ts';
import { createMetrics } from './metrics.ts';
import type { Metrics, ParticipantTokenIssuer, Services, StageSettings } from './stages/ports.ts';

/*
 * The real services. Each function puts together what it needs, so that its bundle holds no client, and its environment no
 * variable, of anything else; but DynamoDB's, whose document client esbuild cannot drop, is in all. They are made when the
 * function starts: what is missing shows at once.
 */

export const profiles = () => new DynamoProfileStore(sharedDynamoDb(), requireEnvironment('PROFILES_TABLE_NAME'));

export const liveStatus = () => new DynamoLiveStatusStore(sharedDynamoDb(), requireEnvironment('PROFILES_TABLE_NAME'));

export const stageOwners = () =>
  new DynamoStageOwnerStore(sharedDynamoDb(), requireEnvironment('STAGE_OWNERS_TABLE_NAME'));

export const runLeases = () =>
  new DynamoRunLeaseStore(sharedDynamoDb(), requireEnvironment('STAGE_MEMBERS_TABLE_NAME'));

export const stageMembers = () =>
  new DynamoStageMemberStore(sharedDynamoDb(), requireEnvironment('STAGE_MEMBERS_TABLE_NAME'));

export const stageAccess = () =>
  new DynamoStageAccessReader(sharedDynamoDb(), {
    profiles: requireEnvironment('PROFILES_TABLE_NAME'),
    stageMembers: requireEnvironment('STAGE_MEMBERS_TABLE_NAME'),
  });

export const memberships = () =>
  new DynamoMembershipStore(sharedDynamoDb(), requireEnvironment('STAGE_MEMBERS_TABLE_NAME'));

export const participantLists = () =>
  new DynamoParticipantListStore(sharedDynamoDb(), requireEnvironment('STAGE_MEMBERS_TABLE_NAME'));

export const rateLimits = () =>
  new DynamoRateLimitStore(sharedDynamoDb(), requireEnvironment('STAGE_MEMBERS_TABLE_NAME'));

export const ingestSlots = () =>
  new DynamoIngestSlotStore(sharedDynamoDb(), requireEnvironment('STAGE_MEMBERS_TABLE_NAME'));

export const userDirectory = () => new CognitoUserDirectory(cognitoClient(), requireEnvironment('USER_POOL_ID'));

export const onlyClientId = () => readEnvironment('USER_POOL_CLIENT_ID');

export const ivs = () =>
  new AwsIvsRealTime(countedIvsClient(), countThrottles(ivsClientForCreation(), sharedMetrics()));

export const ingests = () =>
  new AwsIvsIngests(countedIvsClient(), countThrottles(ivsClientForCreation(), sharedMetrics()));

export const moderation = () => new AwsIvsModeration(countedIvsClient());

export const participants = () => new AwsIvsParticipants(countedIvsClient());

export const publicKeys = () => new AwsIvsPublicKeys(countedIvsClient());

export const signingSecret = () =>
  new AwsSigningSecret(secretsManagerClient(), requireEnvironment('SIGNING_SECRET_ARN'));

export const keyPairs = () => new P384KeyPairs();

export function tokenIssuer({ settings, log, metrics, now, deadline }: Platform): ParticipantTokenIssuer {
  if (settings.tokenIssuer === 'ivs-api') return apiTokenIssuer();
  const secretArn = requireEnvironment('SIGNING_SECRET_ARN');
  const needs = { settings, log, metrics, now, deadline };
  let api: ParticipantTokenIssuer | undefined;
  // Hardly ever needed, and its clients take time to make.
  const fallback: Pick<ParticipantTokenIssuer, 'issue'> = {
    issue: (...request) => {
      api ??= apiTokenIssuer();
      return api.issue(...request);
    },
  };
  const keys = new SecretsManagerSigningKeys(secretsManagerClient(), secretArn, needs);
  return new KeyPairTokenIssuer({ keys, fallback, now });
}

const apiTokenIssuer = () => new IvsApiTokenIssuer(countedIvsClient(), ivs());

export const provisioningQueue = () =>
  new SqsProvisioningQueue(sqsClient(), requireEnvironment('PROVISIONING_QUEUE_URL'));

export const rightsChecks = () => new SqsRightsCheckQueue(sqsClient(), requireEnvironment('RIGHTS_CHECK_QUEUE_URL'));

export const roomRequests = () => new SqsRoomRequests(sqsClient(), requireEnvironment('ROOM_QUEUE_URL'));

type Platform = Pick<Services, 'settings' | 'log' | 'metrics' | 'now' | 'newId' | 'sleep' | 'deadline'>;

/** What every function has. */
export const platform = (serviceName: string): Platform => ({
  settings: settings(),
  log: createLog(serviceName),
  metrics: sharedMetrics(),
  now: () => new Date(),
  newId: randomUUID,
  sleep: (ms) => sleep(ms),
  deadline: (ms) => AbortSignal.timeout(ms),
});

const settings = (): StageSettings => ({
  deployment: requireEnvironment('DEPLOYMENT_NAME'),
  initialVisibility: requireEnvironment('INITIAL_VISIBILITY'),
  stageCheckDays: Number(requireEnvironment('STAGE_CHECK_DAYS')),
  staleAfterDays: Number(requireEnvironment('STALE_AFTER_DAYS')),
  tokenMinutes: Number(requireEnvironment('TOKEN_MINUTES')),
  tokenIssuer: requireEnvironment('TOKEN_ISSUER'),
  stageQuota: Number(requireEnvironment('STAGE_QUOTA')),
});

const countedIvsClient = () => countThrottles(ivsClient(), sharedMetrics());

let metrics: Metrics | undefined;

function sharedMetrics(): Metrics {
  metrics ??= createMetrics(requireEnvironment('DEPLOYMENT_NAME'));
  return metrics;
}

let dynamoDb: DynamoDBDocumentClient | undefined;

/** One client for all tables of a function: they share its connections. */
function sharedDynamoDb(): DynamoDBDocumentClient {
  dynamoDb ??= dynamoDbClient();
  return dynamoDb;
}
