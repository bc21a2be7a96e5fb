import {
  DeleteStageCommand,
  DisconnectParticipantCommand,
  GetParticipantCommand,
  GetStageCommand,
  GetStageSessionCommand,
  type IVSRealTimeClient,
  ListParticipantEventsCommand,
  ListParticipantsCommand,
  type ListParticipantsCommandInput,
  ListStageSessionsCommand,
} from '@aws-sdk/client-ivs-realtime';
import { describe, expect, it, jest } from '@jest/globals';
import { admitted, joinWith, runEmulatorWithStage } from './joining.ts';
import { runEmulator, serviceError, stoppedClock } from './running-emulator.ts';

const second = 1000;
const minute = 60 * second;

async function runClockedStage(options: object = {}) {
  const { clock, advance } = stoppedClock();
  const running = await runEmulatorWithStage({ clock, ...options });
  const { client, stageArn } = running;
  const sessionId = async () =>
    (await client.send(new GetStageCommand({ arn: stageArn }))).stage?.activeSessionId ?? '';
  return { ...running, advance, sessionId };
}

async function listParticipants(client: IVSRealTimeClient, input: ListParticipantsCommandInput) {
  return (await client.send(new ListParticipantsCommand(input))).participants ?? [];
}

async function eventsOf(client: IVSRealTimeClient, stageArn: string, sessionId: string, participantId: string) {
  const input = { stageArn, sessionId, participantId };
  const { events = [] } = await client.send(new ListParticipantEventsCommand(input));
  return events;
}

describe('a stage session', () => {
  it('starts with the first join', async () => {
    const { join, sessionId } = await runClockedStage();
    expect(await sessionId()).toBe('');
    await join();
    const first = await sessionId();
    expect(first).toMatch(/^st-[a-zA-Z0-9]{13}$/);
    await join();
    expect(await sessionId()).toBe(first);
  });

  it('ends 3 minutes after the last participant stopped publishing, though viewers stay', async () => {
    const { client, stageArn, join, sessionId, advance } = await runClockedStage();
    const [host, viewer] = [await join(), await join({ capabilities: ['SUBSCRIBE'] })];
    host.publish();
    advance(60 * minute);
    const id = await sessionId();
    expect(id).not.toBe('');
    host.unpublish();
    advance(3 * minute - 1);
    expect(await sessionId()).toBe(id);
    advance(1);
    expect(await sessionId()).toBe('');
    const { stageSession } = await client.send(new GetStageSessionCommand({ stageArn, sessionId: id }));
    expect(stageSession?.endTime).toEqual(new Date('2026-01-01T01:03:00.000Z'));
    expect(viewer.ended).toEqual([]);
  });

  it('is not kept by viewers who come and go once the publishers have stopped', async () => {
    const { join, sessionId, advance } = await runClockedStage();
    const [host, viewer] = [await join(), await join()];
    host.publish();
    host.unpublish();
    advance(2 * minute);
    viewer.leave('user-initiated');
    await join();
    advance(minute);
    expect(await sessionId()).toBe('');
  });

  it('goes on for a viewer who waits where nobody published, and ends after the last one left', async () => {
    const { join, sessionId, advance } = await runClockedStage({ sessionEndDelayMs: second });
    const viewer = await join();
    advance(60 * minute);
    expect(await sessionId()).not.toBe('');
    viewer.leave('user-initiated');
    advance(second);
    expect(await sessionId()).toBe('');
  });

  it('goes on when somebody publishes again in time', async () => {
    const { join, sessionId, advance } = await runClockedStage();
    const host = await join();
    host.publish();
    const id = await sessionId();
    host.unpublish();
    advance(2 * minute);
    host.publish();
    advance(10 * minute);
    expect(await sessionId()).toBe(id);
  });

  it('is followed by another one, into which those who stayed come along', async () => {
    const { client, stageArn, join, sessionId, advance } = await runClockedStage();
    const [host, viewer] = [await join(), await join()];
    host.publish();
    const first = await sessionId();
    host.leave('user-initiated');
    advance(3 * minute);
    viewer.publish();
    const next = await sessionId();
    expect([first, '']).not.toContain(next);
    const { stageSessions } = await client.send(new ListStageSessionsCommand({ stageArn }));
    expect(stageSessions?.map(({ sessionId: id, endTime }) => [id, endTime !== undefined])).toEqual([
      [next, false],
      [first, true],
    ]);
    const participants = await listParticipants(client, { stageArn, sessionId: next });
    expect(participants).toMatchObject([{ participantId: viewer.participantId, published: true, state: 'CONNECTED' }]);
  });

  it('lists page by page, newest first, also while new ones come', async () => {
    const { client, stageArn, emulator } = await runClockedStage();
    const names = ['a', 'b', 'c', 'd'].map((letter) => `st-${letter.repeat(13)}`);
    for (const name of names.slice(0, 3)) emulator.setActiveSession(stageArn, name);
    const first = await client.send(new ListStageSessionsCommand({ stageArn, maxResults: 2 }));
    emulator.setActiveSession(stageArn, names[3]);
    const { nextToken } = first;
    const rest = await client.send(new ListStageSessionsCommand({ stageArn, maxResults: 2, nextToken }));
    const seen = [...(first.stageSessions ?? []), ...(rest.stageSessions ?? [])].map(({ sessionId }) => sessionId);
    expect(seen).toEqual([names[2], names[1], names[0]]);
    expect(rest.nextToken).toBeUndefined();
  });

  it('of a restart is ended like one that everybody left, and its history stays', async () => {
    const { client, emulator, stageArn, join, sessionId } = await runClockedStage();
    const host = await join({ userId: 'ada' });
    host.publish();
    const id = await sessionId();
    await client.send(new DisconnectParticipantCommand({ stageArn, participantId: (await join()).participantId }));
    const state = JSON.parse(JSON.stringify(emulator.snapshot()));
    const { clock, advance } = stoppedClock();
    const restarted = await runEmulatorWithStage({ clock, state });
    const participants = await listParticipants(restarted.client, { stageArn, sessionId: id });
    expect(participants.map(({ userId, state: now }) => [userId, now])).toEqual([
      ['ada', 'DISCONNECTED'],
      ['', 'DISCONNECTED'],
    ]);
    expect(restarted.emulator.snapshot().burntTokens).toHaveLength(1);
    const stage = () => restarted.emulator.stages().find(({ arn }) => arn === stageArn);
    expect(stage()?.activeSessionId).toBe(id);
    advance(3 * minute);
    expect(stage()?.activeSessionId).toBe('');
  });
});

describe('a participant', () => {
  it('is told as it joined, published and left', async () => {
    const { client, stageArn, join, sessionId, advance } = await runClockedStage();
    const request = { userId: 'ada', attributes: { role: 'host' } };
    const host = await join(request);
    advance(second);
    host.publish('WHIP');
    host.unpublish();
    const ids = { stageArn, sessionId: await sessionId(), participantId: host.participantId };
    const { participant } = await client.send(new GetParticipantCommand(ids));
    expect(participant).toEqual({
      participantId: host.participantId,
      ...request,
      state: 'CONNECTED',
      firstJoinTime: new Date('2026-01-01T00:00:00.000Z'),
      published: true,
      protocol: 'WHIP',
      replicationType: 'NONE',
      recordingState: 'DISABLED',
      recordingS3BucketName: '',
      recordingS3Prefix: '',
    });
    host.leave('user-initiated');
    const [summary] = await listParticipants(client, { stageArn, sessionId: ids.sessionId });
    expect(summary).toEqual({
      participantId: host.participantId,
      userId: 'ada',
      state: 'DISCONNECTED',
      firstJoinTime: new Date('2026-01-01T00:00:00.000Z'),
      published: true,
      replicationType: 'NONE',
      recordingState: 'DISABLED',
    });
  });

  it('has its events, in order and with their times', async () => {
    const { client, stageArn, join, sessionId, advance } = await runClockedStage();
    const [host, viewer] = [await join(), await join()];
    for (const act of [
      () => host.publish(),
      () => viewer.subscribe(host.participantId),
      () => host.leave('user-initiated'),
    ]) {
      advance(second);
      act();
    }
    const session = await sessionId();
    const hosts = await eventsOf(client, stageArn, session, host.participantId);
    expect(hosts.map(({ name, eventTime }) => [name, eventTime?.getUTCSeconds()])).toEqual([
      ['JOINED', 0],
      ['PUBLISH_STARTED', 1],
      ['PUBLISH_STOPPED', 3],
      ['LEFT', 3],
    ]);
    const remoteParticipantId = host.participantId;
    expect(await eventsOf(client, stageArn, session, viewer.participantId)).toMatchObject([
      { name: 'JOINED', participantId: viewer.participantId },
      { name: 'SUBSCRIBE_STARTED', remoteParticipantId },
      { name: 'SUBSCRIBE_STOPPED', remoteParticipantId, eventTime: new Date('2026-01-01T00:00:03.000Z') },
    ]);
  });

  it('joins again with the same token: the first connection ends, and there is one participant', async () => {
    const { client, emulator, stageArn, tokenFor, sessionId } = await runClockedStage();
    const token = await tokenFor();
    const [first, again] = [joinWith(emulator, token), joinWith(emulator, token)];
    expect(first.ended).toEqual(['token-reused']);
    expect(first.publish()).toMatchObject({ status: 404, code: 'NOT_JOINED' });
    first.leave('connection-lost');
    expect(again.participants.map(({ participantId }) => participantId)).toEqual([again.participantId]);
    const session = await sessionId();
    expect(await listParticipants(client, { stageArn, sessionId: session })).toHaveLength(1);
    const events = await eventsOf(client, stageArn, session, again.participantId);
    expect(events.map(({ name }) => name)).toEqual(['JOINED', 'LEFT', 'JOINED']);
  });

  it('may do what its token allows, and no more', async () => {
    const { client, stageArn, join, sessionId } = await runClockedStage();
    const viewer = await join({ capabilities: ['SUBSCRIBE'] });
    const speaker = await join({ capabilities: ['PUBLISH'] });
    expect(viewer.publish()).toMatchObject({ status: 403, code: 'TOKEN_NOT_ALLOWED' });
    expect(viewer.subscribe(speaker.participantId)).toMatchObject({ status: 404, code: 'NOT_JOINED' });
    expect(speaker.publish()).toBeUndefined();
    expect(viewer.subscribe(speaker.participantId)).toBeUndefined();
    expect(speaker.subscribe(viewer.participantId)).toMatchObject({ status: 403, code: 'TOKEN_NOT_ALLOWED' });
    const events = await eventsOf(client, stageArn, await sessionId(), viewer.participantId);
    expect(events.map(({ name, errorCode }) => [name, errorCode])).toEqual([
      ['JOINED', undefined],
      ['PUBLISH_ERROR', 'INSUFFICIENT_CAPABILITIES'],
      ['SUBSCRIBE_ERROR', 'PUBLISHER_NOT_FOUND'],
      ['SUBSCRIBE_STARTED', undefined],
    ]);
  });

  it('is the twelfth to publish at most', async () => {
    const { client, stageArn, join, sessionId } = await runClockedStage();
    const publishers = await Promise.all(Array.from({ length: 13 }, () => join()));
    const refusals = publishers.map((each) => each.publish()?.code);
    expect(refusals).toEqual([...Array(12).fill(undefined), 'STAGE_AT_CAPACITY']);
    const late = publishers[12];
    const events = await eventsOf(client, stageArn, await sessionId(), late?.participantId ?? '');
    expect(events.at(-1)).toMatchObject({ name: 'PUBLISH_ERROR', errorCode: 'QUOTA_EXCEEDED' });
    publishers[0]?.unpublish();
    expect(late?.publish()).toBeUndefined();
  });

  it('hears the news of the stage until it leaves', async () => {
    const { join } = await runClockedStage();
    const host = await join({ userId: 'ada', attributes: { role: 'host' } });
    const viewer = await join({ userId: 'grace', capabilities: ['SUBSCRIBE'] });
    const stopped: string[] = [];
    host.onNews(({ type }) => stopped.push(type))();
    host.publish();
    host.publish();
    host.unpublish();
    viewer.leave('connection-lost');
    host.leave('user-initiated');
    expect(viewer.news.map(({ type, userId }) => [type, userId])).toEqual([
      ['published', 'ada'],
      ['unpublished', 'ada'],
      ['left', 'grace'],
    ]);
    expect(host.news.at(-2)).toEqual({
      type: 'left',
      participantId: viewer.participantId,
      userId: 'grace',
      attributes: {},
      capabilities: ['subscribe'],
      audioMuted: false,
      videoMuted: false,
      reason: 'connection-lost',
    });
    expect(host.news.at(-1)).toMatchObject({ type: 'left', userId: 'ada', attributes: { role: 'host' } });
    expect(stopped).toEqual([]);
  });

  it('sees who is there', async () => {
    const { join } = await runClockedStage();
    const host = await join({ userId: 'ada' });
    host.publish();
    const viewer = await join({ userId: 'grace', capabilities: ['SUBSCRIBE'] });
    expect(viewer.participants).toEqual([
      {
        participantId: host.participantId,
        userId: 'ada',
        attributes: {},
        publishing: true,
        capabilities: ['publish', 'subscribe'],
        audioMuted: false,
        videoMuted: false,
      },
      {
        participantId: viewer.participantId,
        userId: 'grace',
        attributes: {},
        publishing: false,
        capabilities: ['subscribe'],
        audioMuted: false,
        videoMuted: false,
      },
    ]);
  });

  it('says what it has muted, which everybody hears once and newcomers find', async () => {
    const { join } = await runClockedStage();
    const [host, viewer] = [await join(), await join()];
    host.setMuted({ audioMuted: true, videoMuted: false });
    host.setMuted({ audioMuted: true, videoMuted: false });
    const about = { participantId: host.participantId, audioMuted: true, videoMuted: false };
    expect(viewer.news).toEqual([expect.objectContaining({ type: 'muted', ...about })]);
    expect((await join()).participants).toContainEqual(expect.objectContaining(about));
    host.leave('user-initiated');
    host.setMuted({ audioMuted: false, videoMuted: false });
    expect(viewer.news.at(-1)).toMatchObject({ type: 'left', ...about });
  });

  it('whose listener fails disturbs nobody', async () => {
    const { join } = await runClockedStage();
    const [host, viewer] = [await join(), await join()];
    const logged = jest.spyOn(console, 'error').mockReturnValue();
    host.onNews(() => {
      throw new Error('a mistake of the test');
    });
    expect(host.publish()).toBeUndefined();
    expect(viewer.news).toHaveLength(1);
    expect(logged).toHaveBeenCalledTimes(1);
    logged.mockRestore();
  });
});

describe('ListParticipants', () => {
  it('filters by user, by having published and by state, one at a time', async () => {
    const { client, stageArn, join, sessionId } = await runClockedStage();
    const [ada, grace] = [await join({ userId: 'ada' }), await join({ userId: 'grace' })];
    ada.publish();
    ada.leave('user-initiated');
    const session = { stageArn, sessionId: await sessionId() };
    const list = async (filter: object) =>
      (await listParticipants(client, { ...session, ...filter })).map(({ userId }) => userId);
    expect(await list({})).toEqual(['ada', 'grace']);
    expect(await list({ filterByUserId: 'grace' })).toEqual(['grace']);
    expect(await list({ filterByPublished: true })).toEqual(['ada']);
    expect(await list({ filterByPublished: false })).toEqual(['grace']);
    expect(await list({ filterByState: 'CONNECTED' })).toEqual(['grace']);
    expect(await list({ filterByRecordingState: 'ACTIVE' })).toEqual([]);
    await expect(list({ filterByUserId: 'ada', filterByPublished: true })).rejects.toMatchObject(
      serviceError('ValidationException', 400),
    );
    expect(grace.ended).toEqual([]);
  });

  it('and ListParticipantEvents give page after page', async () => {
    const { client, stageArn, join, sessionId } = await runClockedStage();
    const [host] = await Promise.all([join(), join(), join()]);
    for (let turn = 0; turn < 3; turn += 1) {
      host.publish();
      host.unpublish();
    }
    const session = { stageArn, sessionId: await sessionId() };
    const one = await client.send(new ListParticipantsCommand({ ...session, maxResults: 2 }));
    const two = await client.send(new ListParticipantsCommand({ ...session, maxResults: 2, nextToken: one.nextToken }));
    const seen = [...(one.participants ?? []), ...(two.participants ?? [])].map(({ participantId }) => participantId);
    expect([new Set(seen).size, two.nextToken]).toEqual([3, undefined]);
    const input = { ...session, participantId: host.participantId, maxResults: 4 };
    const first = await client.send(new ListParticipantEventsCommand(input));
    const rest = await client.send(new ListParticipantEventsCommand({ ...input, nextToken: first.nextToken }));
    expect([first.events?.length, rest.events?.length, rest.nextToken]).toEqual([4, 3, undefined]);
    const foreign = client.send(new ListParticipantsCommand({ ...session, nextToken: first.nextToken }));
    await expect(foreign).rejects.toMatchObject(serviceError('ValidationException', 400));
  });

  it('knows nobody on a stage or in a session that is not there', async () => {
    const { client, stageArn, sessionId, join } = await runClockedStage();
    await join();
    const session = await sessionId();
    expect(await listParticipants(client, { stageArn, sessionId: 'st-aaaaaaaaaaaaa' })).toEqual([]);
    expect(await listParticipants(client, { stageArn: `${stageArn}x`, sessionId: session })).toEqual([]);
    expect(await eventsOf(client, stageArn, session, 'nobody')).toEqual([]);
  });
});

describe('DisconnectParticipant', () => {
  it('ends the connection and burns the token', async () => {
    const { client, emulator, stageArn, tokenFor } = await runClockedStage();
    const token = await tokenFor();
    const admission = admitted(emulator, token);
    const host = joinWith(emulator, token);
    host.publish();
    await client.send(
      new DisconnectParticipantCommand({ stageArn, participantId: host.participantId, reason: 'noise' }),
    );
    expect(host.ended).toEqual(['participant-disconnected']);
    expect(host.news.map(({ type }) => type)).toEqual(['published', 'unpublished', 'left']);
    const burnt = { status: 403, code: 'PARTICIPANT_DISCONNECTED' };
    expect(emulator.live.verify(token)).toMatchObject(burnt);
    expect(emulator.live.join(admission, { end: () => undefined })).toMatchObject(burnt);
  });

  it('burns the token of somebody who has left, and does not know who never came', async () => {
    const { client, emulator, stageArn, tokenFor } = await runClockedStage();
    const token = await tokenFor();
    const { participantId } = admitted(emulator, token);
    const disconnect = () => client.send(new DisconnectParticipantCommand({ stageArn, participantId }));
    await expect(disconnect()).rejects.toMatchObject(serviceError('ResourceNotFoundException', 404));
    joinWith(emulator, token).leave('user-initiated');
    await disconnect();
    expect(emulator.live.verify(token)).toHaveProperty('code', 'PARTICIPANT_DISCONNECTED');
    await expect(disconnect()).resolves.toBeDefined();
  });
});

describe('DeleteStage', () => {
  it('ends every connection, and its tokens lead nowhere', async () => {
    const { client, emulator, stageArn, tokenFor, join } = await runClockedStage();
    const token = await tokenFor();
    const admission = admitted(emulator, token);
    const everybody = [joinWith(emulator, token), await join(), await join()];
    everybody[0]?.publish();
    const { participantId } = await join();
    await client.send(new DisconnectParticipantCommand({ stageArn, participantId }));
    await client.send(new DeleteStageCommand({ arn: stageArn }));
    expect(everybody.map(({ ended }) => ended)).toEqual(Array(3).fill(['stage-deleted']));
    const deleted = { status: 410, code: 'STAGE_DELETED' };
    expect(emulator.live.verify(token)).toMatchObject(deleted);
    expect(emulator.live.join(admission, { end: () => undefined })).toMatchObject(deleted);
    expect((await client.send(new ListStageSessionsCommand({ stageArn }))).stageSessions).toEqual([]);
    expect(emulator.snapshot()).toMatchObject({ stages: [], sessions: [], burntTokens: [] });
  });
});

describe('a token', () => {
  it('expires, which keeps nobody from staying', async () => {
    const { emulator, tokenFor, advance } = await runClockedStage();
    const token = await tokenFor({ duration: 1 });
    const host = joinWith(emulator, token);
    advance(minute - 1);
    expect(admitted(emulator, token).expiresAt).toEqual(new Date('2026-01-01T00:01:00.000Z'));
    advance(1);
    expect(emulator.live.verify(token)).toMatchObject({ status: 401, code: 'TOKEN_EXPIRED' });
    expect(host.publish()).toBeUndefined();
    expect(host.ended).toEqual([]);
  });

  it('of another emulator is refused', async () => {
    const { tokenFor } = await runClockedStage();
    const { emulator } = await runEmulator();
    expect(emulator.live.verify(await tokenFor())).toMatchObject({ status: 401, code: 'TOKEN_MALFORMED' });
  });
});
