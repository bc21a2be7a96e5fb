import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { dynamoDbClient, ivsClient, sqsClient } from './adapters/aws-clients.ts';
import { DynamoProfileStore } from './adapters/dynamo-profile-store.ts';
import { DynamoRunLeaseStore } from './adapters/dynamo-run-lease-store.ts';
import { DynamoStageAccessReader } from './adapters/dynamo-stage-access-reader.ts';
import { DynamoStageOwnerStore } from './adapters/dynamo-stage-owner-store.ts';
import { IvsApiTokenIssuer } from './adapters/ivs-api-token-issuer.ts';
import { AwsIvsRealTime } from './adapters/ivs-real-time.ts';
import { SqsProvisioningQueue } from './adapters/sqs-provisioning-queue.ts';
import { requireEnvironment } from './environment.ts';
import { createLog } from './logging.ts';
import type { Services } from './stages/ports.ts';

/** The real services, each made on first use: a function needs only the variables and permissions of what it uses. */
export function awsServices(serviceName: string): Services {
  const dynamoDb = once(dynamoDbClient);
  const ivs = once(ivsClient);
  const made = {
    profiles: once(() => new DynamoProfileStore(dynamoDb(), requireEnvironment('PROFILES_TABLE_NAME'))),
    stageOwners: once(() => new DynamoStageOwnerStore(dynamoDb(), requireEnvironment('STAGE_OWNERS_TABLE_NAME'))),
    runLeases: once(() => new DynamoRunLeaseStore(dynamoDb(), requireEnvironment('STAGE_MEMBERS_TABLE_NAME'))),
    stageAccess: once(
      () =>
        new DynamoStageAccessReader(dynamoDb(), {
          profiles: requireEnvironment('PROFILES_TABLE_NAME'),
          stageMembers: requireEnvironment('STAGE_MEMBERS_TABLE_NAME'),
        }),
    ),
    ivs: once(() => new AwsIvsRealTime(ivs())),
    tokenIssuer: once(() => new IvsApiTokenIssuer(ivs(), new AwsIvsRealTime(ivs()))),
    provisioningQueue: once(() => new SqsProvisioningQueue(sqsClient(), requireEnvironment('PROVISIONING_QUEUE_URL'))),
    log: once(() => createLog(serviceName)),
  };
  return {
    get profiles() {
      return made.profiles();
    },
    get stageOwners() {
      return made.stageOwners();
    },
    get runLeases() {
      return made.runLeases();
    },
    get stageAccess() {
      return made.stageAccess();
    },
    get ivs() {
      return made.ivs();
    },
    get tokenIssuer() {
      return made.tokenIssuer();
    },
    get provisioningQueue() {
      return made.provisioningQueue();
    },
    get log() {
      return made.log();
    },
    settings: {
      get deployment() {
        return requireEnvironment('DEPLOYMENT_NAME');
      },
      get initialVisibility() {
        return requireEnvironment('INITIAL_VISIBILITY');
      },
      get stageCheckDays() {
        return Number(requireEnvironment('STAGE_CHECK_DAYS'));
      },
      get staleAfterDays() {
        return Number(requireEnvironment('STALE_AFTER_DAYS'));
      },
      get tokenMinutes() {
        return Number(requireEnvironment('TOKEN_MINUTES'));
      },
    },
    now: () => new Date(),
    newId: randomUUID,
    sleep: (ms) => sleep(ms),
    deadline: (ms) => AbortSignal.timeout(ms),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
