import { AttributeType, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { IDLE_INDEX, LIVE_INDEX, WATCH_INDEX } from '../lambdas/adapters/table-layout.ts';
import type { Environment } from '../lambdas/environment.ts';
import type { ServiceFunction } from './service-function.ts';
import type { Settings } from './settings.ts';

type ItemAction = 'GetItem' | 'BatchGetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'BatchWriteItem' | 'Query';
type TableNameVariable = Extract<keyof Environment, `${string}_TABLE_NAME`>;

/** A table whose grants give a function the permission and the environment variable together, never one without the other. */
class GrantingTable {
  readonly table: TableV2;
  readonly #variable: TableNameVariable;

  constructor(table: TableV2, variable: TableNameVariable) {
    this.table = table;
    this.#variable = variable;
  }

  grant(fn: ServiceFunction, ...actions: readonly ItemAction[]): void {
    fn.setEnvironment(this.#variable, this.table.tableName);
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: actions.map((action) => `dynamodb:${action}`),
        resources: [this.table.tableArn],
      }),
    );
  }

  grantQuery(fn: ServiceFunction, indexName: string): void {
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: ['dynamodb:Query'],
        resources: [`${this.table.tableArn}/index/${indexName}`],
      }),
    );
  }
}

/** The three tables. `docs/architecture.md` shows an example item of each kind. */
export class Tables extends Construct {
  /** One item a user, by `userId`. */
  readonly profiles: GrantingTable;
  /** Pointer items `stageId` → `ownerId`, so that an IVS event finds its owner. */
  readonly stageOwners: GrantingTable;
  /** Rows by `ownerId` and `memberKey`: guests, bans, burnt participants, the ingest's slot, and leases of runs. */
  readonly stageMembers: GrantingTable;

  constructor(scope: Construct, id: string, { protectData }: Pick<Settings, 'protectData'>) {
    super(scope, id);
    const protection = {
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: protectData,
      removalPolicy: protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    };
    const string = (name: string) => ({ name, type: AttributeType.STRING });

    const profiles = new TableV2(this, 'Profiles', { ...protection, partitionKey: string('userId') });
    profiles.addGlobalSecondaryIndex({
      indexName: IDLE_INDEX.name,
      partitionKey: string(IDLE_INDEX.partitionKey),
      sortKey: string(IDLE_INDEX.sortKey),
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: ['stageArn', 'absentSince', 'lease'],
    });
    profiles.addGlobalSecondaryIndex({
      indexName: LIVE_INDEX.name,
      partitionKey: string(LIVE_INDEX.partitionKey),
      sortKey: string(LIVE_INDEX.sortKey),
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: ['displayName', 'liveSince', 'publisherCount', 'visibility'],
    });
    profiles.addGlobalSecondaryIndex({
      indexName: WATCH_INDEX.name,
      partitionKey: string(WATCH_INDEX.partitionKey),
      sortKey: string(WATCH_INDEX.sortKey),
      projectionType: ProjectionType.KEYS_ONLY,
    });
    const stageOwners = new TableV2(this, 'StageOwners', { ...protection, partitionKey: string('stageId') });
    const stageMembers = new TableV2(this, 'StageMembers', {
      ...protection,
      partitionKey: string('ownerId'),
      sortKey: string('memberKey'),
      timeToLiveAttribute: 'expiresAt',
    });

    this.profiles = new GrantingTable(profiles, 'PROFILES_TABLE_NAME');
    this.stageOwners = new GrantingTable(stageOwners, 'STAGE_OWNERS_TABLE_NAME');
    this.stageMembers = new GrantingTable(stageMembers, 'STAGE_MEMBERS_TABLE_NAME');
  }
}
