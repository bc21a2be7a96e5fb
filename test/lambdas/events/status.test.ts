import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import { status } from '../../../lambdas/events/status/status.ts';
import { identity } from '../../support/crowd.ts';
import { liveStatusOfUser, openStage } from '../../support/live-stage.ts';
import { createWorld, type World } from '../../support/world.ts';

let world: World;
let arn: string;
beforeEach(async () => {
  world = createWorld();
  arn = await openStage(world);
});

/** As in the service's documentation. */
const event = (detail: object = {}, more: object = {}) => ({
  version: '0',
  id: '12345678-1a23-4567-a1bc-1a2b34567890',
  'detail-type': 'IVS Stage Update',
  source: 'aws.ivs',
  account: '123456789012',
  time: '2026-01-01T00:00:00Z',
  region: 'us-west-2',
  resources: [arn],
  detail: {
    session_id: 'st-ZyXwvu1T2s',
    event_name: 'Participant Published',
    event_time: '2026-01-01T00:00:00Z',
    event_time_precise: '2026-01-01T00:00:00.123456Z',
    user_id: 'ada',
    participant_id: 'xYz1c2d3e4f',
    ...detail,
  },
  ...more,
});

const receive = (...bodies: unknown[]) => {
  const Records = bodies.map((body, i) => ({
    messageId: `message-${i}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }));
  return status(world)({ Records } as SQSEvent, { getRemainingTimeInMillis: () => 30_000 });
};
const NOTHING_FAILED = { batchItemFailures: [] };

it('takes in a start and a stop', async () => {
  expect(await receive(event())).toEqual(NOTHING_FAILED);
  expect(await liveStatusOfUser(world)).toMatchObject({ live: true, liveSince: '2026-01-01T00:00:00.123Z' });
  const stop = event({ event_name: 'Participant Unpublished', event_time_precise: '2026-01-01T00:00:01.000001Z' });
  expect(await receive(stop)).toEqual(NOTHING_FAILED);
  expect(await liveStatusOfUser(world)).toMatchObject({ live: false, doubtful: false });
});

it('takes in an event without a precise time, and compares times as numbers', async () => {
  const { event_time_precise: _precise, ...detail } = event().detail;
  const stop = event({ event_name: 'Participant Unpublished', event_time_precise: '2026-01-01T00:00:01.1Z' });
  expect(await receive(event({}, { detail }), stop)).toEqual(NOTHING_FAILED);
  // As texts, `…00Z` would come after `…00.1Z`.
  expect(await liveStatusOfUser(world)).toMatchObject({ live: false, doubtful: false });
});

it('takes a publish error for a doubt: its time has nanoseconds', async () => {
  const failed = event({
    event_name: 'Participant Publish Error',
    event_time: '2026-01-01T00:00:38.089061676Z',
    event_time_precise: undefined,
    error_code: 'BITRATE_EXCEEDED',
  });
  expect(await receive(event(), failed)).toEqual(NOTHING_FAILED);
  expect(await liveStatusOfUser(world)).toMatchObject({ live: true, doubtful: true });
});

it('drops replicas, foreign stages and other kinds, and counts them once a batch', async () => {
  const foreign = event({}, { resources: ['arn:aws:ivs:us-west-2:123456789012:stage/AbCdef1G2hij'] });
  const exchanged = event({ event_name: 'Token Exchanged', event_time_precise: undefined });
  expect(await receive(event({ replica: true }), foreign, exchanged, event(), event())).toEqual(NOTHING_FAILED);
  expect(world.metrics.records.at(-1)).toEqual({ StageUpdatesApplied: 1, StageUpdatesDropped: 2 });
  expect(world.log.lines.at(-1)).toEqual({
    level: 'info',
    message: 'stage updates',
    fields: { replica: 1, 'unknown-stage': 1, 'another-kind': 1, applied: 1, unchanged: 1 },
  });
});

it.each([
  ['is not JSON', () => 'somebody@example.com'],
  ['is not an event', () => ({})],
  ['names no stage', () => event({}, { resources: [] })],
  ['names no participant', () => event({ participant_id: '' })],
  ['has a time that is none', () => event({ event_time: 'now' })],
  ['has a precise time that is none', () => event({ event_time_precise: 'now' })],
])('gives back a message that %s, alone, and says so without its content', async (_what, body) => {
  expect(await receive(event(), body())).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-1' }] });
  expect(await liveStatusOfUser(world)).toMatchObject({ live: true });
  const errors = world.log.lines.filter(({ level }) => level === 'error');
  expect(errors).toMatchObject([
    {
      message: 'a stage update could not be applied',
      fields: { messageId: 'message-1', cause: expect.any(Error) },
    },
  ]);
  for (const { fields } of errors) {
    expect(String((fields as { cause: Error }).cause)).not.toMatch(/example\.com|xYz1c2d3e4f|"ada"/);
  }
});

it('gives back what could not be written', async () => {
  world.liveStatus.replace = async () => {
    throw new Error('the table is on fire');
  };
  expect(await receive(event())).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
});

describe('a rights check', () => {
  const checkOf = (userId: string) => ({ rightsCheck: { ownerId: 'ada', userId } });

  it('puts out who has lost a right, and counts them', async () => {
    world.ivs.join(arn, 'p1', identity('grace', 'guest', ['PUBLISH_AUDIO']));
    expect(await receive(checkOf('grace'))).toEqual(NOTHING_FAILED);
    expect(world.ivs.connected(arn)).toEqual([]);
    expect(world.metrics.records.at(-1)).toEqual({ ParticipantsPutOut: 1, ParticipantsUnknown: 0 });
    expect(world.log.lines.at(-1)).toMatchObject({ message: 'rights check', fields: { ownerId: 'ada', 'put-out': 1 } });
  });

  it('that failed comes back', async () => {
    world.ivs.join(arn, 'p1', identity('grace', 'guest', ['PUBLISH_AUDIO']));
    world.ivs.trouble = () => 'unknown';
    expect(await receive(checkOf('grace'))).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
    expect(world.log.messages('error')).toEqual(['a rights check failed']);
  });
});

it('looks again whether a publisher may, when an event comes again', async () => {
  world.ivs.join(arn, 'xYz1c2d3e4f', identity('grace', 'guest', ['PUBLISH_AUDIO']));
  world.memberships.burn = async () => {
    throw new Error('the table is on fire');
  };
  const published = event({ user_id: 'grace' });
  expect(await receive(published)).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
  world.memberships.burn = async () => undefined;
  expect(await receive(published)).toEqual(NOTHING_FAILED);
  expect(world.ivs.connected(arn)).toEqual([]);
  expect(world.metrics.sum('ParticipantsPutOut')).toBe(1);
});

it('takes in events that name no user, and leaves those publishers alone', async () => {
  world.ivs.join(arn, 'xYz1c2d3e4f');
  expect(await receive(event({ user_id: undefined }))).toEqual(NOTHING_FAILED);
  expect(world.metrics.sum('ParticipantsUnknown')).toBe(1);
  expect(world.ivs.connected(arn)).toEqual(['xYz1c2d3e4f']);
});
