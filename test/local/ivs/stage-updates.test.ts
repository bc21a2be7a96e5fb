import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DeleteStageCommand, StartParticipantReplicationCommand } from '@aws-sdk/client-ivs-realtime';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { EventDelivery, StageUpdate } from '../../../local/ivs/index.ts';
import { createStage, joinWith, runEmulatorWithStage } from './joining.ts';
import { claimsFor, importKeyPair } from './key-pair.ts';
import { stoppedClock } from './running-emulator.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function runListeningStage(options: object = {}) {
  const events: StageUpdate[] = [];
  let ids = 0;
  const { clock, advance } = stoppedClock('2026-01-01T00:00:00.123Z');
  const newEventId = () => `event-${++ids}`;
  const onEvent = (event: StageUpdate) => void events.push(event);
  const running = await runEmulatorWithStage({ clock, newEventId, onEvent, ...options });
  const names = () => events.map(({ detail }) => detail.event_name);
  return { ...running, events, names, advance };
}

/** Waits for as long as an event may take, 5 s at most. */
async function until(holds: () => boolean): Promise<void> {
  const givenUpAt = Date.now() + 5000;
  while (!holds()) {
    if (Date.now() > givenUpAt) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a stage update', () => {
  it('tells of publishing and unpublishing in the documented form', async () => {
    const { stageArn, emulator, join, events } = await runListeningStage();
    const host = await join({ userId: 'ada' });
    host.publish();
    host.unpublish();
    await until(() => events.length === 2);
    expect(events[0]).toEqual({
      version: '0',
      id: 'event-1',
      'detail-type': 'IVS Stage Update',
      source: 'aws.ivs',
      account: '000000000000',
      time: '2026-01-01T00:00:00Z',
      region: 'us-east-1',
      resources: [stageArn],
      detail: {
        session_id: emulator.stages()[0]?.activeSessionId,
        event_name: 'Participant Published',
        event_time: '2026-01-01T00:00:00Z',
        event_time_precise: '2026-01-01T00:00:00.123000Z',
        user_id: 'ada',
        participant_id: host.participantId,
      },
    });
    expect(events[1]).toMatchObject({ id: 'event-2', detail: { event_name: 'Participant Unpublished' } });
  });

  it('tells nothing of viewers', async () => {
    const { join, names } = await runListeningStage();
    const [host, viewer] = [await join(), await join({ capabilities: ['SUBSCRIBE'] })];
    host.publish();
    viewer.subscribe(host.participantId);
    viewer.leave('user-initiated');
    host.leave('connection-lost');
    await until(() => names().length === 2);
    expect(names()).toEqual(['Participant Published', 'Participant Unpublished']);
  });

  it('tells of an error in publishing, with nanoseconds', async () => {
    const { join, events } = await runListeningStage();
    (await join({ capabilities: ['SUBSCRIBE'] })).publish();
    await until(() => events.length === 1);
    expect(events[0]?.detail).toEqual({
      session_id: expect.any(String),
      event_name: 'Participant Publish Error',
      event_time: '2026-01-01T00:00:00.123000000Z',
      user_id: '',
      participant_id: expect.any(String),
      error_code: 'INSUFFICIENT_CAPABILITIES',
    });
  });

  it('tells of a replication, and of the replica on the other stage', async () => {
    const { client, stageArn: sourceStageArn, emulator, join, events } = await runListeningStage();
    const destinationStageArn = await createStage(client);
    const host = await join();
    host.publish();
    const { participantId } = host;
    await client.send(new StartParticipantReplicationCommand({ sourceStageArn, destinationStageArn, participantId }));
    host.leave('user-initiated');
    await until(() => events.length === 6);
    const sessionIn = (arn: string) => emulator.stages().find((stage) => stage.arn === arn)?.activeSessionId;
    const destination = {
      destination_stage_arn: destinationStageArn,
      destination_session_id: sessionIn(destinationStageArn),
    };
    const source = { source_stage_arn: sourceStageArn, source_session_id: sessionIn(sourceStageArn) };
    const told = events.map(({ resources: [arn], detail }) => [arn === sourceStageArn, detail.event_name]);
    expect(told).toEqual([
      [true, 'Participant Published'],
      [true, 'Participant Replication Start'],
      [false, 'Participant Published'],
      [true, 'Participant Unpublished'],
      [false, 'Participant Unpublished'],
      [true, 'Participant Replication End'],
    ]);
    expect(events[1]?.detail).toMatchObject({ participant_id: participantId, ...destination });
    expect(events[2]?.detail).toMatchObject({ participant_id: participantId, replica: true, ...source });
  });

  it('tells of an exchange of tokens', async () => {
    const { client, emulator, events } = await runListeningStage();
    const { signToken } = await importKeyPair(client);
    const [stage] = emulator.stages();
    if (!stage) throw new Error('no stage was made');
    const viewer = joinWith(emulator, signToken(claimsFor(stage, { capabilities: { allow_subscribe: true } })));
    viewer.exchange(signToken(claimsFor(stage, { user_id: 'countess' })));
    await until(() => events.length === 1);
    const token = { attributes: { role: 'host' }, expiration_time: '2026-01-01T01:00:00Z' };
    expect(events[0]?.detail).toMatchObject({
      event_name: 'Token Exchanged',
      user_id: 'countess',
      participant_id: 'ada-1',
      previous_token: { capabilities: ['SUBSCRIBE'], user_id: 'ada', ...token },
      new_token: { capabilities: ['PUBLISH', 'SUBSCRIBE'], user_id: 'countess', ...token },
    });
  });

  it('comes for every publisher of a stage that is deleted', async () => {
    const { client, stageArn, join, names } = await runListeningStage();
    (await join()).publish();
    await join();
    await client.send(new DeleteStageCommand({ arn: stageArn }));
    await until(() => names().length === 2);
    expect(names()).toEqual(['Participant Published', 'Participant Unpublished']);
  });
});

describe('the delivery', () => {
  const publishTimes = (times: number, host: { publish(): unknown; unpublish(): void }) => {
    for (let turn = 0; turn < times; turn += 1) {
      host.publish();
      host.unpublish();
    }
  };
  const numbers = (events: readonly StageUpdate[]) => events.map(({ id }) => Number(id.split('-')[1]));

  async function deliver(eventDelivery: EventDelivery, expected: number) {
    const { join, events } = await runListeningStage({ eventDelivery });
    publishTimes(50, await join());
    await until(() => events.length >= expected);
    return numbers(events);
  }

  it('waits for a slow listener, and keeps the order', async () => {
    const order: string[] = [];
    const { join } = await runListeningStage({
      onEvent: async ({ id }: StageUpdate) => {
        await new Promise((resolve) => setTimeout(resolve, id === 'event-1' ? 30 : 0));
        order.push(id);
      },
    });
    publishTimes(1, await join());
    await until(() => order.length === 2);
    expect(order).toEqual(['event-1', 'event-2']);
  });

  it('loses events, the same with the same seed', async () => {
    const eventDelivery = { lose: 0.5, seed: 7 };
    const one = await deliver(eventDelivery, 35);
    expect(one.length).toBeLessThan(65);
    expect(await deliver(eventDelivery, one.length)).toEqual(one);
    expect(await deliver({ ...eventDelivery, seed: 8 }, 35)).not.toEqual(one);
  });

  it('doubles events', async () => {
    const seen = await deliver({ duplicate: 1 }, 200);
    expect(seen.slice(0, 4)).toEqual([1, 1, 2, 2]);
  });

  it('turns neighbours round, and loses none by it', async () => {
    const seen = await deliver({ reorder: 0.5, seed: 1 }, 100);
    expect(seen).not.toEqual([...seen].sort((one, other) => one - other));
    expect(new Set(seen).size).toBe(100);
    expect(Math.max(...seen.map((each, position) => Math.abs(each - 1 - position)))).toBe(1);
  });

  it('brings an event that waits for its successor after a second anyway', async () => {
    const { join, events } = await runListeningStage({ eventDelivery: { reorder: 1 } });
    (await join()).publish();
    await until(() => events.length === 1);
  });

  it('delays events, each by its own time', async () => {
    const seen = await deliver({ delayMs: 60, seed: 3 }, 100);
    expect(new Set(seen).size).toBe(100);
    expect(seen).not.toEqual([...seen].sort((one, other) => one - other));
  });

  it('is switched by code and over HTTP, to what makes sense only', async () => {
    const { emulator, join, events } = await runListeningStage();
    const host = await join();
    emulator.setEventDelivery({ lose: 1 });
    publishTimes(1, host);
    const route = `${emulator.url}/_emulator/event-delivery`;
    expect(await (await fetch(route)).json()).toEqual({ lose: 1 });
    for (const body of [{ lose: 2 }, { lose: '1' }, { delayMs: -1 }, { colour: 'red' }]) {
      expect((await fetch(route, { method: 'PUT', body: JSON.stringify(body) })).status).toBe(400);
    }
    expect(await (await fetch(route)).json()).toEqual({ lose: 1 });
    expect((await fetch(route, { method: 'DELETE' })).status).toBe(200);
    publishTimes(1, host);
    await until(() => events.length === 2);
    expect(numbers(events)).toEqual([3, 4]);
    expect(() => emulator.setEventDelivery({ duplicate: -1 })).toThrow('between 0 and 1');
  });

  it('posts each event as JSON', async () => {
    const bodies: unknown[] = [];
    const sink = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      bodies.push(JSON.parse(body));
      response.end();
    });
    await new Promise<void>((resolve) => void sink.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      sink.close();
      sink.closeAllConnections();
    });
    const eventUrl = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/bus`;
    const { join, events } = await runListeningStage({ eventUrl });
    publishTimes(1, await join());
    await until(() => bodies.length === 2);
    expect(bodies).toEqual(events);
  });

  it('goes on after a sink that fails, and says so', async () => {
    const logged = jest.spyOn(console, 'error').mockReturnValue();
    const { join, emulator, events } = await runListeningStage({ eventUrl: 'http://127.0.0.1:1/' });
    const host = await join();
    publishTimes(1, host);
    await until(() => logged.mock.calls.length === 2);
    expect(events).toHaveLength(2);
    expect(String(logged.mock.calls[0]?.[0])).toContain('event-1');
    emulator.onEvent = undefined;
    publishTimes(1, host);
    await until(() => logged.mock.calls.length === 4);
    expect(events).toHaveLength(2);
    logged.mockRestore();
  });

  it('ends when the emulator closes', async () => {
    const { join, emulator, events } = await runListeningStage({ eventDelivery: { delayMs: 3_600_000 } });
    publishTimes(3, await join());
    await emulator.close();
    expect(events).toEqual([]);
  });
});
