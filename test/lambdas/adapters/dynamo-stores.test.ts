import { BatchGetCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { DynamoLiveStatusStore } from '../../../lambdas/adapters/dynamo-live-status-store.ts';
import { DynamoProfileStore } from '../../../lambdas/adapters/dynamo-profile-store.ts';
import { DynamoRunLeaseStore } from '../../../lambdas/adapters/dynamo-run-lease-store.ts';
import { DynamoStageAccessReader } from '../../../lambdas/adapters/dynamo-stage-access-reader.ts';
import { DynamoStageOwnerStore } from '../../../lambdas/adapters/dynamo-stage-owner-store.ts';
import { changeUserStage } from '../../../lambdas/stages/change-user-stage.ts';
import { type LocalTables, startLocalTables } from '../../support/local-tables.ts';
import { MemoryRightsChecks } from '../../support/memory-moderation-stores.ts';
import { MemoryRunLeases } from '../../support/world.ts';

let tables: LocalTables;
beforeAll(async () => {
  tables = await startLocalTables();
});
beforeEach(() => tables.clear());
afterAll(() => tables.close());

describe.each(['DynamoRunLeaseStore', 'MemoryRunLeases'])('%s', (name) => {
  const newLeases = () =>
    name === 'MemoryRunLeases' ? new MemoryRunLeases() : new DynamoRunLeaseStore(tables.client, tables.stageMembers);
  const now = new Date('2026-01-01T00:00:00Z');
  const until = new Date('2026-01-01T00:15:00Z');

  it('gives the lease to one holder, to it again, and to another when it ended or was given back', async () => {
    const leases = newLeases();
    expect(await leases.acquire('run', 'a', until, now)).toEqual({});
    expect(await leases.acquire('run', 'a', until, now)).toEqual({});
    expect(await leases.acquire('run', 'b', until, new Date(until.getTime() - 1))).toBeUndefined();
    expect(await leases.acquire('run', 'b', new Date('2026-01-01T00:30:00Z'), until)).toEqual({});
    await leases.release('run', 'a');
    await leases.release('run', 'a', 'a place of its own');
    expect(await leases.acquire('run', 'c', until, until)).toBeUndefined();
    await leases.release('run', 'b');
    expect(await leases.acquire('run', 'c', until, now)).toEqual({});
  });

  it('keeps runs of different kinds apart', async () => {
    const leases = newLeases();
    expect(await leases.acquire('run', 'a', until, now)).toEqual({});
    expect(await leases.acquire('other', 'b', until, now)).toEqual({});
    await leases.release('other', 'b', 'place');
    expect(await leases.acquire('run', 'a', until, now)).toEqual({});
  });

  it('hands the place where a run stopped to the next, until one gets through', async () => {
    const leases = newLeases();
    await leases.acquire('run', 'a', until, now);
    await leases.release('run', 'a', 'place');
    await leases.release('run', 'a');
    for (const attempt of ['first', 'sent again']) {
      const lease = await leases.acquire('run', 'b', until, now);
      expect({ attempt, lease }).toEqual({ attempt, lease: { cursor: 'place' } });
    }
    await leases.release('run', 'b');
    expect(await leases.acquire('run', 'c', until, now)).toEqual({});
  });
});

it('keeps the place where a run stopped for a day', async () => {
  const leases = new DynamoRunLeaseStore(tables.client, tables.stageMembers);
  await leases.acquire('run', 'a', new Date('2026-01-01T00:15:00Z'), new Date('2026-01-01T00:00:00Z'));
  await leases.release('run', 'a', 'place');
  const Key = { ownerId: '#run', memberKey: 'lease#run' };
  const { Item } = await tables.client.send(new GetCommand({ TableName: tables.stageMembers, Key }));
  expect(Item).toEqual({ ...Key, cursor: 'place', expiresAt: Date.parse('2026-01-02T00:15:00Z') / 1000 });
});

describe('DynamoProfileStore', () => {
  const visit = {
    userId: 'ada',
    at: new Date('2026-01-01T10:00:00Z'),
    visibility: 'public',
    fallbackName: 'Guest',
  } as const;
  const item = async () =>
    (await tables.client.send(new GetCommand({ TableName: tables.profiles, Key: { userId: 'ada' } }))).Item;

  it('notes the time of a sign-in, and of no other visit', async () => {
    const store = new DynamoProfileStore(tables.client, tables.profiles);
    await store.recordVisit({ ...visit, isSignIn: true });
    await store.recordVisit({ ...visit, at: new Date('2026-01-01T12:00:00Z'), isSignIn: false });
    expect(await item()).toMatchObject({ lastLoginAt: '2026-01-01T10:00:00.000Z', idleKey: '2026-01-01T12#ada' });
  });

  it('reads consistently: what was written last is seen, whatever other reads would see', async () => {
    const store = new DynamoProfileStore(tables.client, tables.profiles);
    tables.dynamoDb.faults = { staleReads: () => true };
    await store.recordVisit({ ...visit, isSignIn: true });
    await store.recordVisit({ ...visit, isSignIn: true, displayName: 'Ada' });
    expect(await item()).not.toMatchObject({ displayName: 'Ada' });
    expect(await store.get('ada')).toMatchObject({ displayName: 'Ada' });
    tables.dynamoDb.faults = {};
  });

  it('confirms no removal of a stage that is live', async () => {
    const store = new DynamoProfileStore(tables.client, tables.profiles);
    const lease = { attemptId: 'r1', kind: 'remove', until: 2_000 } as const;
    const claim = { userId: 'ada', stageArn: 'arn' };
    const Item = { ...claim, displayName: 'Ada', visibility: 'public', live: true, lease };
    await tables.client.send(new PutCommand({ TableName: tables.profiles, Item }));
    expect(await store.confirmRemoval(claim, lease, new Date(1_000))).toBe(false);
    await tables.client.send(new PutCommand({ TableName: tables.profiles, Item: { ...Item, live: false } }));
    expect(await store.confirmRemoval(claim, lease, new Date(1_000))).toBe(true);
  });

  it('forgets the live status with the stage', async () => {
    const store = new DynamoProfileStore(tables.client, tables.profiles);
    const live = {
      publishers: { p1: { published: { at: 1, within: 1 } } },
      live: true,
      liveSince: '2026-01-01T10:00:00.000Z',
      publisherCount: 2,
      doubtful: true,
      liveRevision: 3,
      livePartition: 'live',
      liveKey: '2026-01-01T10:00:00.000Z#ada',
      watchPartition: 'watch',
      watchKey: 'ada',
    };
    const Item = { userId: 'ada', displayName: 'Ada', visibility: 'public', stageArn: 'arn', ...live };
    await tables.client.send(new PutCommand({ TableName: tables.profiles, Item }));
    await store.clearStage('ada', 'arn', false);
    expect(await item()).toEqual({ userId: 'ada', displayName: 'Ada', visibility: 'public' });
  });

  it('ends each of its calls when the signal says so', async () => {
    const store = new DynamoProfileStore(tables.client, tables.profiles);
    await store.recordVisit({ ...visit, isSignIn: true });
    const over = AbortSignal.abort();
    await expect(store.get('ada', over)).rejects.toMatchObject({ name: 'AbortError' });
    await expect(store.recordVisit({ ...visit, isSignIn: true }, over)).rejects.toMatchObject({ name: 'AbortError' });
    const owners = new DynamoStageOwnerStore(tables.client, tables.stageOwners);
    await expect(owners.put('s1', 'ada', over)).rejects.toMatchObject({ name: 'AbortError' });
    await expect(owners.delete('s1', over)).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('DynamoStageOwnerStore', () => {
  it('points from a stage to its owner until the pointer is deleted', async () => {
    const store = new DynamoStageOwnerStore(tables.client, tables.stageOwners);
    const read = () => tables.client.send(new GetCommand({ TableName: tables.stageOwners, Key: { stageId: 's1' } }));
    await store.put('s1', 'ada');
    expect((await read()).Item).toEqual({ stageId: 's1', ownerId: 'ada' });
    expect(await store.get('s1')).toBe('ada');
    await store.delete('s1');
    await store.delete('s1');
    expect((await read()).Item).toBeUndefined();
    expect(await store.get('s1')).toBeUndefined();
  });

  it('reads consistently', async () => {
    const store = new DynamoStageOwnerStore(tables.client, tables.stageOwners);
    tables.dynamoDb.faults = { staleReads: () => true };
    await store.put('s1', 'ada');
    await store.put('s1', 'grace');
    expect(await store.get('s1')).toBe('grace');
    tables.dynamoDb.faults = {};
  });
});

describe('DynamoStageAccessReader', () => {
  const reader = () =>
    new DynamoStageAccessReader(tables.client, { profiles: tables.profiles, stageMembers: tables.stageMembers });
  const member = (memberKey: string, more: object = {}) =>
    tables.client.send(
      new PutCommand({ TableName: tables.stageMembers, Item: { ownerId: 'ada', memberKey, ...more } }),
    );

  beforeEach(async () => {
    const profiles = new DynamoProfileStore(tables.client, tables.profiles);
    for (const userId of ['ada', 'grace']) {
      const visit = { userId, at: new Date(), visibility: 'public', fallbackName: `name of ${userId}` } as const;
      await profiles.recordVisit({ ...visit, isSignIn: true });
    }
  });

  it('reads owner, caller, ban and invitation in one consistent call', async () => {
    await member('ban#grace', { expiresAt: 1_767_225_600 });
    await member('guest#grace', { capabilities: ['PUBLISH_AUDIO'] });
    await member('ban#mod');
    const before = tables.dynamoDb.calls.length;
    expect(await reader().read('ada', 'grace')).toMatchObject({
      owner: { userId: 'ada', displayName: 'name of ada' },
      callerName: 'name of grace',
      ban: { expiresAt: '2026-01-01T00:00:00.000Z' },
      guest: { capabilities: ['PUBLISH_AUDIO'] },
    });
    expect(tables.dynamoDb.calls.slice(before).map(({ operation }) => operation)).toEqual(['BatchGetItem']);
  });

  it('reads an owner who calls, and finds nothing of strangers', async () => {
    expect(await reader().read('ada', 'ada')).toMatchObject({ owner: { userId: 'ada' }, callerName: 'name of ada' });
    expect(await reader().read('nobody', 'stranger')).toEqual({
      owner: undefined,
      callerName: undefined,
      ban: undefined,
      guest: undefined,
      burnt: false,
    });
  });

  it('sees a ban and a change of visibility at once', async () => {
    tables.dynamoDb.faults = { staleReads: () => true };
    const { profiles: tableName, client } = tables;
    const [profiles, liveStatus] = [
      new DynamoProfileStore(client, tableName),
      new DynamoLiveStatusStore(client, tableName),
    ];
    await changeUserStage({ profiles, liveStatus, rightsChecks: new MemoryRightsChecks(), now: () => new Date() })(
      'ada',
      { visibility: 'invited' },
    );
    await member('ban#grace', { expiresAt: 1 });
    await member('ban#grace', { expiresAt: 1_767_225_600 });
    expect(await reader().read('ada', 'grace')).toMatchObject({
      owner: { visibility: 'invited' },
      ban: { expiresAt: '2026-01-01T00:00:00.000Z' },
    });
    tables.dynamoDb.faults = {};
  });

  it('takes an invitation that names no capabilities for all four', async () => {
    await member('guest#grace');
    expect((await reader().read('ada', 'grace')).guest?.capabilities).toHaveLength(4);
  });

  it('asks once more for keys that were not processed', async () => {
    await member('ban#grace');
    let refusals = 1;
    tables.dynamoDb.faults = { unprocessedKeys: () => refusals-- > 0 };
    expect(await reader().read('ada', 'grace')).toMatchObject({ owner: { userId: 'ada' }, ban: {} });
    tables.dynamoDb.faults = {};
  });

  it('reads what decides over one caller on many stages in one consistent call', async () => {
    const row = (ownerId: string, memberKey: string, more: object = {}) =>
      tables.client.send(new PutCommand({ TableName: tables.stageMembers, Item: { ownerId, memberKey, ...more } }));
    await row('owner-1', 'ban#grace');
    await row('owner-2', 'guest#grace', { capabilities: ['PUBLISH_AUDIO'], expiresAt: 1_767_225_600 });
    await row('owner-3', 'ban#somebody-else');
    await row('grace', 'ban#grace');
    const owners = [...Array.from({ length: 49 }, (_, i) => `owner-${i}`), 'grace'];
    const before = tables.dynamoDb.calls.length;
    tables.dynamoDb.faults = { staleReads: () => true };
    expect(await reader().readMemberships(owners, 'grace')).toEqual(
      new Map([
        ['owner-1', { ban: {}, guest: undefined }],
        [
          'owner-2',
          { ban: undefined, guest: { capabilities: ['PUBLISH_AUDIO'], expiresAt: '2026-01-01T00:00:00.000Z' } },
        ],
      ]),
    );
    tables.dynamoDb.faults = {};
    expect(tables.dynamoDb.calls.slice(before).map(({ operation }) => operation)).toEqual(['BatchGetItem']);
  });

  it('asks nothing where there is nobody else to ask about', async () => {
    const before = tables.dynamoDb.calls.length;
    for (const owners of [[], ['grace']]) expect(await reader().readMemberships(owners, 'grace')).toEqual(new Map());
    expect(tables.dynamoDb.calls).toHaveLength(before);
  });

  it('does not take a ban for absent that was not processed twice', async () => {
    const throttled = mockClient(tables.client);
    throttled.on(BatchGetCommand).callsFake(({ RequestItems }) => ({ UnprocessedKeys: RequestItems }));
    await expect(reader().read('ada', 'grace')).rejects.toMatchObject({ code: 'UPSTREAM_THROTTLED' });
    expect(throttled.commandCalls(BatchGetCommand)).toHaveLength(2);
    throttled.restore();
  });
});
