import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { DynamoMembershipStore } from '../../../lambdas/adapters/dynamo-membership-store.ts';
import { DynamoParticipantListStore } from '../../../lambdas/adapters/dynamo-participant-list-store.ts';
import { DynamoRateLimitStore } from '../../../lambdas/adapters/dynamo-rate-limit-store.ts';
import { DynamoStageAccessReader } from '../../../lambdas/adapters/dynamo-stage-access-reader.ts';
import { type LocalTables, startLocalTables } from '../../support/local-tables.ts';
import { MemoryMemberships } from '../../support/memory-memberships.ts';
import { MemoryParticipantLists, MemoryRateLimits } from '../../support/memory-moderation-stores.ts';
import { MemoryProfileStore } from '../../support/memory-profile-store.ts';
import {
  describeMembershipStore,
  describeParticipantListStore,
  describeRateLimitStore,
} from '../../support/moderation-store-contracts.ts';

let tables: LocalTables;
beforeAll(async () => {
  tables = await startLocalTables();
});
afterEach(() => {
  tables.dynamoDb.faults = {};
});
afterAll(() => tables.close());

const memberships = async () => {
  await tables.clear();
  return new DynamoMembershipStore(tables.client, tables.stageMembers);
};

describeMembershipStore('DynamoMembershipStore', async () => ({
  memberships: await memberships(),
  stageAccess: new DynamoStageAccessReader(tables.client, tables),
}));
describeMembershipStore('MemoryMemberships', async () => {
  const store = new MemoryMemberships(new MemoryProfileStore());
  return { memberships: store, stageAccess: store };
});

describeRateLimitStore('DynamoRateLimitStore', async () => {
  await tables.clear();
  return new DynamoRateLimitStore(tables.client, tables.stageMembers);
});
describeRateLimitStore('MemoryRateLimits', async () => new MemoryRateLimits());

describeParticipantListStore('DynamoParticipantListStore', async () => {
  await tables.clear();
  return new DynamoParticipantListStore(tables.client, tables.stageMembers);
});
describeParticipantListStore('MemoryParticipantLists', async () => new MemoryParticipantLists());

it('the usual request costs the rate limit one write', async () => {
  await tables.clear();
  const store = new DynamoRateLimitStore(tables.client, tables.stageMembers);
  const before = tables.dynamoDb.calls.length;
  for (const seconds of [0, 1, 2]) await store.take('ada', new Date(seconds * 1000));
  expect(tables.dynamoDb.calls.slice(before).map(({ operation }) => operation)).toEqual(Array(3).fill('UpdateItem'));
});

it('an invitation whose answer got lost counts as one that was there: better a look too many', async () => {
  const store = await memberships();
  let lost = 0;
  tables.dynamoDb.faults = { loseAnswer: ({ operation }) => operation === 'PutItem' && lost++ === 0 };
  expect(await store.putGuest('ada', { userId: 'grace', capabilities: ['PUBLISH_AUDIO'] })).toBe(true);
  // The second is the SDK's own try.
  expect(lost).toBe(2);
});
