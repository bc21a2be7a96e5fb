import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DynamoIngestSlotStore } from '../../../lambdas/adapters/dynamo-ingest-slot-store.ts';
import type { IngestRecord, IngestSlotStore } from '../../../lambdas/stages/ports.ts';
import { type LocalTables, startLocalTables } from '../../support/local-tables.ts';
import { MemoryIngestSlots } from '../../support/memory-ingests.ts';

let tables: LocalTables;
beforeAll(async () => {
  tables = await startLocalTables();
});
beforeEach(() => tables.clear());
afterAll(() => tables.close());

const at = (seconds: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + seconds * 1000);
const ingest: IngestRecord = {
  arn: 'arn:aws:ivs:us-east-1:000000000000:ingest-configuration/one',
  stageArn: 'arn:aws:ivs:us-east-1:000000000000:stage/one',
  protocol: 'RTMPS',
  participantId: 'encoder',
};

describe.each(['DynamoIngestSlotStore', 'MemoryIngestSlots'])('%s', (name) => {
  let slots: IngestSlotStore;
  beforeEach(() => {
    slots =
      name === 'MemoryIngestSlots'
        ? new MemoryIngestSlots()
        : new DynamoIngestSlotStore(tables.client, tables.stageMembers);
  });

  it('gives a free slot to one attempt, and to it again', async () => {
    expect(await slots.get('ada')).toBeUndefined();
    expect(await slots.reserve('ada', 'a', at(10), at(0))).toBe(true);
    expect(await slots.reserve('ada', 'a', at(10), at(0))).toBe(true);
    expect(await slots.reserve('ada', 'b', at(20), at(9))).toBe(false);
    expect(await slots.reserve('grace', 'b', at(20), at(9))).toBe(true);
    expect(await slots.get('ada')).toEqual({ attemptId: 'a', until: at(10).getTime() });
  });

  it('gives a slot on when its reservation ended without an ingest', async () => {
    await slots.reserve('ada', 'a', at(10), at(0));
    expect(await slots.reserve('ada', 'b', at(20), at(10))).toBe(true);
    expect(await slots.commit('ada', 'a', ingest, at(10))).toBe(false);
    expect(await slots.get('ada')).toEqual({ attemptId: 'b', until: at(20).getTime() });
  });

  it('names the ingest while the reservation runs, and says so again', async () => {
    await slots.reserve('ada', 'a', at(10), at(0));
    expect(await slots.commit('ada', 'a', ingest, at(9))).toBe(true);
    expect(await slots.commit('ada', 'a', ingest, at(11))).toBe(true);
    expect(await slots.get('ada')).toEqual({ attemptId: 'a', until: at(10).getTime(), ingest });
  });

  it('names no ingest when the reservation ended, or there is none', async () => {
    expect(await slots.commit('ada', 'a', ingest, at(0))).toBe(false);
    await slots.reserve('ada', 'a', at(10), at(0));
    expect(await slots.commit('ada', 'a', ingest, at(10))).toBe(false);
    expect(await slots.get('ada')).toEqual({ attemptId: 'a', until: at(10).getTime() });
  });

  it('keeps a slot that names an ingest from everybody, its own attempt included', async () => {
    await slots.reserve('ada', 'a', at(10), at(0));
    await slots.commit('ada', 'a', ingest, at(1));
    for (const attempt of ['a', 'b']) expect(await slots.reserve('ada', attempt, at(90), at(60))).toBe(false);
    expect(await slots.get('ada')).toMatchObject({ ingest });
  });

  it('frees the slot for the attempt that has it only', async () => {
    await slots.free('ada', 'a');
    await slots.reserve('ada', 'a', at(10), at(0));
    await slots.free('ada', 'b');
    expect(await slots.get('ada')).toMatchObject({ attemptId: 'a' });
    await slots.free('ada', 'a');
    expect(await slots.get('ada')).toBeUndefined();
    expect(await slots.reserve('ada', 'b', at(10), at(0))).toBe(true);
  });
});

it('reads consistently: what was written last is seen, whatever other reads would see', async () => {
  const slots = new DynamoIngestSlotStore(tables.client, tables.stageMembers);
  tables.dynamoDb.faults = { staleReads: () => true };
  await slots.reserve('ada', 'a', at(10), at(0));
  await slots.commit('ada', 'a', ingest, at(1));
  expect(await slots.get('ada')).toMatchObject({ ingest });
  tables.dynamoDb.faults = {};
});

it('keeps the row of an abandoned reservation: it has no time to live', async () => {
  const slots = new DynamoIngestSlotStore(tables.client, tables.stageMembers);
  await slots.reserve('ada', 'a', at(10), at(0));
  const Key = { ownerId: 'ada', memberKey: 'ingest#slot' };
  const { Item } = await tables.client.send(new GetCommand({ TableName: tables.stageMembers, Key }));
  expect(Item).toEqual({ ...Key, attemptId: 'a', until: at(10).getTime() });
});
