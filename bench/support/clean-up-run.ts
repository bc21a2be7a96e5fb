import { setTimeout as sleep } from 'node:timers/promises';
import { IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { DynamoIngestSlotStore } from '../../lambdas/adapters/dynamo-ingest-slot-store.ts';
import { DynamoProfileStore } from '../../lambdas/adapters/dynamo-profile-store.ts';
import { DynamoRunLeaseStore } from '../../lambdas/adapters/dynamo-run-lease-store.ts';
import { DynamoStageMemberStore } from '../../lambdas/adapters/dynamo-stage-member-store.ts';
import { DynamoStageOwnerStore } from '../../lambdas/adapters/dynamo-stage-owner-store.ts';
import { AwsIvsIngests } from '../../lambdas/adapters/ivs-ingests.ts';
import { AwsIvsRealTime } from '../../lambdas/adapters/ivs-real-time.ts';
import type { CleanUpReport } from '../../lambdas/stages/clean-up/clean-up-report.ts';
import { removeStaleStages } from '../../lambdas/stages/clean-up/remove-stale-stages.ts';
import { type IvsEmulator, startIvsEmulator } from '../../local/ivs/index.ts';
import { type LocalTables, startLocalTables } from '../../test/support/local-tables.ts';
import { DEPLOYMENT, type People, writeProfiles } from './population.ts';

export interface CleanUpRun {
  readonly report: CleanUpReport;
  /** Calls by operation, of the run alone. */
  readonly ivsCalls: Readonly<Record<string, number>>;
  readonly dynamoDbCalls: Readonly<Record<string, number>>;
  readonly userPoolCalls: number;
  /** The most calls of one IVS operation in any second. */
  readonly mostInASecond: number;
  readonly stagesLeft: ReadonlySet<string>;
  /** What the run took, pauses left out. */
  readonly workMs: number;
}

const HOUR_MS = 3_600_000;
const sessionId = (i: number): string => `st-${String(i).padStart(13, '0')}`;

/** Cleans up among these people, with the real adapters against local servers; pauses pass at once, for the servers too. */
export async function runCleanUp(people: People, stageQuota: number): Promise<CleanUpRun> {
  let skippedMs = 0;
  const now = () => new Date(Date.now() + skippedMs);
  const tables = await startLocalTables();
  const emulator = await startIvsEmulator({ state: people.state, stageQuota, clock: now });
  try {
    await writeProfiles(tables.client, tables.profiles, people.items);
    for (const [i, arn] of people.liveArns.entries()) emulator.setActiveSession(arn, sessionId(i));
    const dynamoDbBefore = tables.dynamoDb.calls.length;
    let userPoolCalls = 0;
    const startedAt = performance.now();
    const outcome = await removeStaleStages({
      ...adapters(tables, emulator),
      userDirectory: {
        exists: async () => {
          userPoolCalls += 1;
          return true;
        },
      },
      now,
      sleep: async (ms) => {
        skippedMs += ms;
        await sleep(0);
      },
    })({ asOf: now(), stopAt: new Date(now().getTime() + HOUR_MS), dryRun: false });
    if ('skipped' in outcome) throw new Error(outcome.skipped);
    return {
      report: outcome,
      ivsCalls: count(emulator.calls),
      dynamoDbCalls: count(tables.dynamoDb.calls.slice(dynamoDbBefore)),
      userPoolCalls,
      mostInASecond: mostInASecond(emulator),
      stagesLeft: new Set(emulator.stages().map(({ arn }) => arn)),
      workMs: performance.now() - startedAt,
    };
  } finally {
    await emulator.close();
    await tables.close();
  }
}

function adapters({ client, profiles, stageOwners, stageMembers }: LocalTables, emulator: IvsEmulator) {
  const ivsClient = new IVSRealTimeClient({
    endpoint: emulator.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return {
    profiles: new DynamoProfileStore(client, profiles),
    stageOwners: new DynamoStageOwnerStore(client, stageOwners),
    stageMembers: new DynamoStageMemberStore(client, stageMembers),
    runLeases: new DynamoRunLeaseStore(client, stageMembers),
    ingestSlots: new DynamoIngestSlotStore(client, stageMembers),
    ivs: new AwsIvsRealTime(ivsClient, ivsClient),
    ingests: new AwsIvsIngests(ivsClient, ivsClient),
    metrics: { record: () => undefined },
    settings: {
      deployment: DEPLOYMENT,
      initialVisibility: 'public',
      stageCheckDays: 5,
      staleAfterDays: 30,
      tokenMinutes: 60,
      tokenIssuer: 'key-pair',
      stageQuota: 2_000,
    },
    log: { info: () => undefined, warn: console.warn, error: console.error },
    newId: () => crypto.randomUUID(),
    deadline: (ms: number) => AbortSignal.timeout(ms),
  } as const;
}

function count(calls: readonly { readonly operation: string }[]): Record<string, number> {
  const groups = Object.entries(Object.groupBy(calls, ({ operation }) => operation));
  return Object.fromEntries(groups.map(([operation, group = []]) => [operation, group.length]));
}

function mostInASecond({ calls }: IvsEmulator): number {
  const byOperation = Object.values(Object.groupBy(calls, ({ operation }) => operation));
  return Math.max(...byOperation.flatMap((group = []) => group.map((_, i) => callsInSecondFrom(group, i))));
}

function callsInSecondFrom(calls: readonly { readonly at: Date }[], from: number): number {
  const end = (calls[from]?.at.getTime() ?? 0) + 1000;
  const next = calls.findIndex(({ at }, i) => i > from && at.getTime() >= end);
  return (next === -1 ? calls.length : next) - from;
}
