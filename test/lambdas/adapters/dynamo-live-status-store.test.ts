import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { DynamoLiveStatusStore } from '../../../lambdas/adapters/dynamo-live-status-store.ts';
import { DynamoProfileStore } from '../../../lambdas/adapters/dynamo-profile-store.ts';
import { DynamoStageOwnerStore } from '../../../lambdas/adapters/dynamo-stage-owner-store.ts';
import { applyStageUpdate } from '../../../lambdas/stages/live/apply-stage-update.ts';
import type { StageUpdate } from '../../../lambdas/stages/live/stage-update.ts';
import { describeLiveStatusStore } from '../../support/live-status-store-contract.ts';
import { type LocalTables, startLocalTables } from '../../support/local-tables.ts';
import { MemoryLiveStatusStore } from '../../support/memory-live-status-store.ts';
import { MemoryProfileStore } from '../../support/memory-profile-store.ts';

let tables: LocalTables;
beforeAll(async () => {
  tables = await startLocalTables();
});
afterEach(() => {
  tables.dynamoDb.faults = {};
});
afterAll(() => tables.close());

const newStores = async () => {
  await tables.clear();
  return {
    profiles: new DynamoProfileStore(tables.client, tables.profiles),
    liveStatus: new DynamoLiveStatusStore(tables.client, tables.profiles),
    stageOwners: new DynamoStageOwnerStore(tables.client, tables.stageOwners),
  };
};

describeLiveStatusStore('DynamoLiveStatusStore', newStores);

describeLiveStatusStore('MemoryLiveStatusStore', async () => {
  const profiles = new MemoryProfileStore();
  return { profiles, liveStatus: new MemoryLiveStatusStore(profiles) };
});

it('an event whose write was applied though its answer got lost is content with what it finds', async () => {
  const now = new Date('2026-01-01T10:20:30.000Z');
  const stageArn = 'arn:aws:ivs:us-east-1:000000000000:stage/one';
  const stage = { arn: stageArn, name: 'one', createdAt: now.toISOString(), attemptId: 'a1' };
  const { profiles, liveStatus, stageOwners } = await newStores();
  await profiles.recordVisit({ userId: 'ada', at: now, visibility: 'public', fallbackName: 'Ada', isSignIn: true });
  await profiles.claimForCreation('ada', { attemptId: 'a1', kind: 'create', until: now.getTime() + 1000 }, now);
  await profiles.commitStage('ada', stage, now);
  await stageOwners.put('one', 'ada');
  const update: StageUpdate = {
    kind: 'published',
    stageArn,
    participantId: 'p1',
    userId: 'ada',
    moment: { at: now.getTime() * 1000, within: 1 },
    replica: false,
  };

  let lost = 0;
  tables.dynamoDb.faults = { loseAnswer: ({ operation }) => operation === 'UpdateItem' && lost++ === 0 };
  const apply = applyStageUpdate({ profiles, liveStatus, stageOwners, now: () => now });
  expect(await apply(update)).toBe('unchanged');
  expect(lost).toBe(1);
  const { Item } = await tables.client.send(new GetCommand({ TableName: tables.profiles, Key: { userId: 'ada' } }));
  expect(Item).toMatchObject({
    liveRevision: 1,
    livePartition: 'live',
    liveKey: '2026-01-01T10:20:30.000Z#ada',
    watchPartition: 'watch',
    watchKey: 'ada',
    publishers: { p1: { published: update.moment } },
  });
});
