import { CfnOutput, Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { IDLE_INDEX, LIVE_INDEX, WATCH_INDEX } from '../lambdas/adapters/table-layout.ts';
import type { FunctionName } from './function-bundles.ts';
import { FunctionSchedule } from './function-schedule.ts';
import { StageApi } from './http-api.ts';
import { IngestPermissions } from './ingest-permissions.ts';
import { Monitoring } from './monitoring.ts';
import { ProvisioningQueue } from './provisioning-queue.ts';
import { RightsChecks } from './rights-checks.ts';
import { RoomQueue } from './room-queue.ts';
import { ServiceFunction } from './service-function.ts';
import { type Settings, stackName } from './settings.ts';
import { SigningKey } from './signing-key.ts';
import { StagePermissions } from './stage-permissions.ts';
import { StageUpdates } from './stage-updates.ts';
import { Tables } from './tables.ts';
import { UserDirectory } from './user-directory.ts';

/** The whole of Stagedoor: its functions, what each of them may touch, and who calls it. */
export class StagedoorStack extends Stack {
  readonly api: StageApi;
  readonly users: UserDirectory;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id, {
      description: 'Stagedoor: an Amazon IVS Real-Time stage for every user',
      env: { region: settings.region },
    });
    const fn = (name: FunctionName, description: string, timeout: Duration) =>
      new ServiceFunction(this, functionId(name), { name, description, timeout, settings });

    // Cognito gives a trigger 5 s; the function itself gives up after 3 s and leaves the rest to the queue.
    const signIn = fn('sign-in', 'Opens a stage at sign-in', Duration.seconds(5));
    const provision = fn('provision', 'Makes queued stages at one pace', Duration.minutes(1));
    const me = fn('me', "The caller's own stage", Duration.seconds(10));
    const tokens = fn('tokens', 'Issues participant tokens', Duration.seconds(10));
    const read = fn('read', 'Shows stages', Duration.seconds(10));
    const moderation = fn('moderation', 'Guests, bans and who is on a stage', Duration.seconds(10));
    const status = fn('status', 'Takes in who publishes', Duration.seconds(30));
    const reconcile = fn('reconcile', 'Compares live status with IVS', Duration.seconds(270));
    const cleanUp = fn('clean-up', 'Removes stale stages and orphans', Duration.minutes(15));
    const rotation = fn('rotation', 'Makes the keys that sign tokens', Duration.minutes(1));

    const tables = new Tables(this, 'Tables', settings);
    const stages = new StagePermissions(stackName(settings));
    for (const provisioner of [signIn, provision, me]) letProvision(provisioner, tables, stages);
    for (const reader of [tokens, read, moderation, status, reconcile]) letDecideAccess(reader, tables);
    letIssueTokens(tokens, stages);
    const signingKey = new SigningKey(this, 'SigningKey', { settings, rotation });
    signingKey.grantRetire(cleanUp);
    if (settings.tokenIssuer === 'key-pair') signingKey.grantRead(tokens);
    // Where every token is a call to IVS, the callers' rates are counted.
    else tables.stageMembers.grant(tokens, 'UpdateItem');
    letListLiveStages(read, tables);
    letApplyStageUpdates(status, tables);
    for (const enforcer of [moderation, status, reconcile]) letPutOut(enforcer, tables, stages);
    letModerate(moderation, tables);
    letReconcile(reconcile, tables, stages);
    letCleanUp(cleanUp, tables, stages);
    for (const remover of [me, cleanUp]) letForgetUsers(remover, tables);
    const ingests = new IngestPermissions(stackName(settings));
    for (const remover of [me, cleanUp]) ingests.grantRemove(remover);
    letOpenIngests(me, tables, ingests);

    const provisioning = new ProvisioningQueue(this, 'Provisioning', provision);
    provisioning.grantSend(signIn);
    provisioning.grantSend(me);
    const room = new RoomQueue(this, 'Room', cleanUp);
    for (const provisioner of [signIn, provision, me]) room.grantSend(provisioner);
    const users = new UserDirectory(this, 'Users', { settings, onSignIn: signIn });
    this.users = users;
    users.grantList(cleanUp);
    const api = new StageApi(this, 'Api', { settings, users, functions: { me, tokens, read, moderation } });
    this.api = api;
    const stageUpdates = new StageUpdates(this, 'StageUpdates', status);
    const rightsChecks = new RightsChecks(this, 'RightsChecks', status);
    for (const sender of [me, moderation, status]) rightsChecks.grantSend(sender);
    const cleanUpSchedule = new FunctionSchedule(this, 'CleanUpSchedule', {
      fn: cleanUp,
      description: 'Removes stale stages and orphans',
      every: Duration.hours(1),
    });
    const reconcileSchedule = new FunctionSchedule(this, 'ReconcileSchedule', {
      fn: reconcile,
      description: 'Heals live statuses whose events got lost',
      every: Duration.minutes(5),
    });

    const monitoring = new Monitoring(this, 'Monitoring', {
      settings,
      watched: {
        signIn,
        api,
        functions: { signIn, provision, me, tokens, read, moderation, status, reconcile, cleanUp, rotation },
        queues: {
          provisioning: {
            queue: provisioning.queue,
            lateAfter: Duration.minutes(10),
            section: 'users-wait-long-for-their-stage',
          },
          stageUpdates: {
            queue: stageUpdates.queue,
            lateAfter: Duration.minutes(5),
            section: 'the-live-status-is-late',
          },
          rightsChecks: {
            queue: rightsChecks.queue,
            // A message may have been put off for a quarter of an hour.
            lateAfter: Duration.minutes(25),
            section: 'rights-end-late',
          },
        },
        deadLetterQueues: {
          provisioning: provisioning.deadLetters,
          roomRequests: room.deadLetters,
          stageUpdates: stageUpdates.deadLetters,
          rightsChecks: rightsChecks.deadLetters,
          cleanUpSchedule: cleanUpSchedule.deadLetters,
          reconcileSchedule: reconcileSchedule.deadLetters,
        },
      },
    });

    this.#output({
      ApiUrl: api.url,
      Region: this.region,
      UserPoolId: users.pool.userPoolId,
      UserPoolClientId: users.client.userPoolClientId,
      ProfilesTableName: tables.profiles.table.tableName,
      CleanUpFunctionName: cleanUp.function.functionName,
      ReconcileFunctionName: reconcile.function.functionName,
      SigningSecretArn: signingKey.secretArn,
      DeploymentName: stackName(settings),
      ProvisioningDeadLettersArn: provisioning.deadLetters.queueArn,
      DashboardName: monitoring.dashboardName,
      AlarmTopicArn: monitoring.topic.topicArn,
    });
  }

  #output(outputs: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}

/** `clean-up` → `CleanUp` */
const functionId = (name: FunctionName): string =>
  name.replace(/(^|-)([a-z])/g, (_match, _hyphen, letter: string) => letter.toUpperCase());

function letProvision(fn: ServiceFunction, tables: Tables, stages: StagePermissions): void {
  tables.profiles.grant(fn, 'GetItem', 'UpdateItem');
  tables.stageOwners.grant(fn, 'PutItem', 'DeleteItem');
  stages.grantCreate(fn);
  stages.grantGet(fn);
  stages.grantUpdate(fn);
  stages.grantDelete(fn);
}

function letDecideAccess(fn: ServiceFunction, tables: Tables): void {
  tables.profiles.grant(fn, 'BatchGetItem');
  tables.stageMembers.grant(fn, 'BatchGetItem');
}

function letIssueTokens(fn: ServiceFunction, stages: StagePermissions): void {
  stages.grantCreateToken(fn);
  // Tells a stage that is gone from one that is not ours.
  stages.grantGet(fn);
}

function letListLiveStages(fn: ServiceFunction, tables: Tables): void {
  tables.profiles.grantQuery(fn, LIVE_INDEX.name);
}

function letApplyStageUpdates(fn: ServiceFunction, tables: Tables): void {
  tables.stageOwners.grant(fn, 'GetItem');
  tables.profiles.grant(fn, 'GetItem', 'UpdateItem');
}

function letPutOut(fn: ServiceFunction, tables: Tables, stages: StagePermissions): void {
  tables.stageMembers.grant(fn, 'UpdateItem');
  stages.grantGet(fn);
  stages.grantModerate(fn);
}

function letModerate(fn: ServiceFunction, tables: Tables): void {
  tables.profiles.grant(fn, 'GetItem', 'UpdateItem');
  tables.stageMembers.grant(fn, 'GetItem', 'Query', 'PutItem', 'DeleteItem');
}

function letReconcile(fn: ServiceFunction, tables: Tables, stages: StagePermissions): void {
  tables.profiles.grant(fn, 'GetItem', 'UpdateItem');
  tables.profiles.grantQuery(fn, WATCH_INDEX.name);
  tables.stageMembers.grant(fn, 'Query', 'DeleteItem');
  stages.grantList(fn);
  stages.grantListParticipantEvents(fn);
}

function letCleanUp(fn: ServiceFunction, tables: Tables, stages: StagePermissions): void {
  tables.profiles.grant(fn, 'GetItem', 'UpdateItem');
  tables.profiles.grantQuery(fn, IDLE_INDEX.name);
  tables.stageOwners.grant(fn, 'PutItem', 'DeleteItem');
  tables.stageMembers.grant(fn, 'GetItem', 'UpdateItem', 'DeleteItem');
  stages.grantList(fn);
  stages.grantGet(fn);
  stages.grantDelete(fn);
}

function letOpenIngests(fn: ServiceFunction, tables: Tables, ingests: IngestPermissions): void {
  tables.stageMembers.grant(fn, 'GetItem', 'UpdateItem', 'DeleteItem');
  ingests.grantCreate(fn);
}

function letForgetUsers(fn: ServiceFunction, tables: Tables): void {
  tables.profiles.grant(fn, 'DeleteItem');
  tables.stageMembers.grant(fn, 'Query', 'BatchWriteItem');
}
