import {
  DeleteStageCommand,
  DisconnectParticipantCommand,
  ListParticipantsCommand,
  ListStageSessionsCommand,
  StartParticipantReplicationCommand,
  StopParticipantReplicationCommand,
} from '@aws-sdk/client-ivs-realtime';
import { describe, expect, it } from '@jest/globals';
import { claimsFor, importKeyPair } from '../key-pair.ts';
import { stoppedClock } from '../running-emulator.ts';
import { createStage, createToken, runMediaPlane } from './media-plane.ts';

type Plane = Awaited<ReturnType<typeof runMediaPlane>>;

async function joinPublisher({ client, stageArn, join, send }: Plane) {
  const { token, participantId } = await createToken(client, stageArn);
  const events = await join(token);
  await events.next();
  const response = await send('POST', '/whip', token, 'offer');
  await events.next();
  return { token, participantId, events, response };
}

async function connectedParticipants({ client, stageArn }: Plane) {
  const { stageSessions = [] } = await client.send(new ListStageSessionsCommand({ stageArn }));
  const { sessionId } = stageSessions[0] ?? {};
  const command = new ListParticipantsCommand({ stageArn, sessionId, filterByState: 'CONNECTED' });
  return (await client.send(command)).participants?.map(({ participantId }) => participantId);
}

describe('publishing and viewing', () => {
  it('answers offers with a session that its owner can delete', async () => {
    const plane = await runMediaPlane();
    const { token, participantId, response } = await joinPublisher(plane);
    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toBe('application/sdp');
    expect(await response.text()).toBe('answer to offer');

    const viewer = await createToken(plane.client, plane.stageArn, ['SUBSCRIBE']);
    const viewing = await plane.send('POST', `/whep/${participantId}`, viewer.token, 'view');
    expect(viewing.status).toBe(201);
    expect(plane.engine.open).toEqual(['publication-1', 'viewing-of-publication-1-2']);

    expect((await plane.send('DELETE', viewing.headers.get('location') ?? '', viewer.token)).status).toBe(200);
    expect((await plane.send('DELETE', response.headers.get('location') ?? '', token)).status).toBe(200);
    expect(plane.engine.open).toEqual([]);
  });

  it('tells everybody on the stage who comes, publishes and goes', async () => {
    const plane = await runMediaPlane();
    const watcher = await createToken(plane.client, plane.stageArn);
    const news = await plane.join(watcher.token);
    expect(await news.next()).toMatchObject({
      event: 'welcome',
      data: { participantId: watcher.participantId, participants: [{ participantId: watcher.participantId }] },
    });

    const { participantId, events } = await joinPublisher(plane);
    const about = { participantId, capabilities: ['publish', 'subscribe'] };
    expect(await news.next()).toMatchObject({ event: 'joined', data: about });
    expect(await news.next()).toMatchObject({ event: 'published', data: about });
    events.leave();
    expect(await news.next()).toMatchObject({ event: 'unpublished', data: about });
    expect(await news.next()).toMatchObject({ event: 'left', data: { participantId, reason: 'user-initiated' } });
    expect(plane.engine.open).toEqual([]);
  });

  it('joins a publisher without an event stream by itself, and lets it leave with its media', async () => {
    const plane = await runMediaPlane();
    const { token, participantId } = await createToken(plane.client, plane.stageArn);
    expect((await plane.send('POST', '/whip', token, 'offer')).status).toBe(201);
    expect(await connectedParticipants(plane)).toEqual([participantId]);
    plane.engine.end('publication-1');
    expect(await connectedParticipants(plane)).toEqual([]);
  });

  it('replaces what a participant published before', async () => {
    const plane = await runMediaPlane();
    const { token, events } = await joinPublisher(plane);
    expect((await plane.send('POST', '/whip', token, 'offer')).status).toBe(201);
    expect(plane.engine.open).toEqual(['publication-2']);
    expect((await events.next())?.event).toBe('unpublished');
    expect((await events.next())?.event).toBe('published');
  });

  it('shows a replica to viewers of the other stage until the replication stops', async () => {
    const plane = await runMediaPlane();
    const { participantId } = await joinPublisher(plane);
    const destinationStageArn = await createStage(plane.client);
    const replication = { sourceStageArn: plane.stageArn, destinationStageArn, participantId };
    await plane.client.send(new StartParticipantReplicationCommand(replication));
    const viewer = await createToken(plane.client, destinationStageArn, ['SUBSCRIBE']);
    expect((await plane.send('POST', `/whep/${participantId}`, viewer.token, 'view')).status).toBe(201);
    await plane.client.send(new StopParticipantReplicationCommand(replication));
    expect(plane.engine.open).toEqual(['publication-1']);
  });

  it('goes on when the token expires after the join', async () => {
    const { clock, advance } = stoppedClock();
    const plane = await runMediaPlane({ clock });
    const { token, participantId } = await createToken(plane.client, plane.stageArn);
    await plane.join(token);
    advance(15 * 24 * 3600_000);
    expect((await plane.send('POST', '/whip', token, 'offer')).status).toBe(201);
    expect((await plane.send('POST', `/whep/${participantId}`, token, 'view')).status).toBe(201);
    expect((await plane.send('GET', '/live/events', token)).status).toBe(401);
  });
});

/** Signs tokens of one participant with an imported key. */
async function importSigner({ client, emulator }: Plane) {
  const { signToken } = await importKeyPair(client);
  const [stage] = emulator.stages();
  if (!stage) throw new Error('there is no stage');
  return (capabilities: object) => signToken(claimsFor(stage, { jti: 'ada', capabilities }));
}

describe('an exchanged token', () => {
  it('gives and takes capabilities without leaving', async () => {
    const plane = await runMediaPlane(stoppedClock());
    const { participantId: publisherId } = await joinPublisher(plane);
    const signFor = await importSigner(plane);
    const viewing = signFor({ allow_subscribe: true });
    const publishing = signFor({ allow_publish: true });
    const exchange = (from: string, to: string) =>
      plane.send('POST', '/live/exchange', from, JSON.stringify({ token: to }), 'application/json');

    const events = await plane.join(viewing);
    await events.next();
    expect((await plane.send('POST', '/whip', viewing, 'offer')).status).toBe(403);
    expect((await plane.send('POST', `/whep/${publisherId}`, viewing, 'view')).status).toBe(201);

    const exchanged = await exchange(viewing, publishing);
    expect(exchanged.status).toBe(200);
    expect(await exchanged.json()).toMatchObject({
      participantId: 'ada',
      attributes: { role: 'host' },
      canPublish: true,
    });
    expect(await events.next()).toMatchObject({ event: 'metadata-changed', data: { capabilities: ['publish'] } });
    expect(plane.engine.open).toEqual(['publication-1']);
    expect((await plane.send('POST', '/whip', publishing, 'offer')).status).toBe(201);
    expect(plane.engine.open).toHaveLength(2);

    expect((await exchange(publishing, viewing)).status).toBe(200);
    expect(plane.engine.open).toEqual(['publication-1']);
  });

  it('is for participants on the stage only, and of the same participant', async () => {
    const plane = await runMediaPlane(stoppedClock());
    const { token } = await joinPublisher(plane);
    const signFor = await importSigner(plane);
    const signed = signFor({ allow_publish: true });
    const exchange = (from: string, body: string, type = 'application/json') =>
      plane.send('POST', '/live/exchange', from, body, type);
    expect((await exchange(signed, JSON.stringify({ token: signed }))).status).toBe(409);
    expect((await exchange(token, JSON.stringify({ token: signed }))).status).toBe(403);
    expect((await exchange(token, '{}')).status).toBe(400);
    expect((await exchange(token, 'token')).status).toBe(400);
    expect((await exchange(token, '{}', 'text/plain')).status).toBe(415);
  });
});

describe('muting', () => {
  it('is told to everybody, and found by those who come later', async () => {
    const plane = await runMediaPlane();
    const { token, participantId, events } = await joinPublisher(plane);
    const mute = (muted: object) => plane.send('POST', '/live/mute', token, JSON.stringify(muted), 'application/json');
    expect((await mute({ audio: true, video: false })).status).toBe(204);
    const about = { participantId, audioMuted: true, videoMuted: false };
    expect(await events.next()).toMatchObject({ event: 'muted', data: about });
    const viewer = await createToken(plane.client, plane.stageArn);
    const news = await plane.join(viewer.token);
    expect(await news.next()).toMatchObject({ data: { participants: [about, { audioMuted: false }] } });
    await mute({ audio: false, video: false });
    expect(await news.next()).toMatchObject({ event: 'muted', data: { participantId, audioMuted: false } });
  });

  it('is for participants on the stage only', async () => {
    const plane = await runMediaPlane();
    const { token } = await joinPublisher(plane);
    const stranger = await createToken(plane.client, plane.stageArn);
    const mute = async (from: string | undefined, body: string, type = 'application/json') =>
      (await plane.send('POST', '/live/mute', from, body, type)).status;
    const muted = JSON.stringify({ audio: true, video: true });
    expect(await mute(undefined, muted)).toBe(401);
    expect(await mute(stranger.token, muted)).toBe(409);
    expect(await mute(token, '{"audio": true}')).toBe(400);
    expect(await mute(token, 'muted')).toBe(400);
    expect(await mute(token, muted, 'text/plain')).toBe(415);
  });
});

describe('the control plane ends media', () => {
  it('when the participant is disconnected', async () => {
    const plane = await runMediaPlane();
    const { token, participantId, events } = await joinPublisher(plane);
    await plane.client.send(new DisconnectParticipantCommand({ stageArn: plane.stageArn, participantId }));
    expect(plane.engine.open).toEqual([]);
    const rest = [await events.next(), await events.next(), await events.next(), await events.next()];
    expect(rest).toEqual([
      expect.objectContaining({ event: 'unpublished' }),
      expect.objectContaining({ event: 'left' }),
      { event: 'ended', data: { reason: 'participant-disconnected' } },
      undefined,
    ]);
    expect((await plane.send('POST', '/whip', token, 'offer')).status).toBe(403);
  });

  it('when the stage is deleted', async () => {
    const plane = await runMediaPlane();
    const { token, participantId } = await joinPublisher(plane);
    const viewer = await createToken(plane.client, plane.stageArn);
    expect((await plane.send('POST', `/whep/${participantId}`, viewer.token, 'view')).status).toBe(201);
    await plane.client.send(new DeleteStageCommand({ arn: plane.stageArn }));
    expect(plane.engine.open).toEqual([]);
    expect((await plane.send('POST', '/whip', token, 'offer')).status).toBe(410);
  });

  it('when somebody else joins with the token', async () => {
    const plane = await runMediaPlane();
    const { token, events } = await joinPublisher(plane);
    const second = await plane.join(token);
    expect((await second.next())?.event).toBe('welcome');
    expect(plane.engine.open).toEqual([]);
    const ends = [await events.next(), await events.next(), await events.next()];
    expect(ends.at(-1)).toEqual({ event: 'ended', data: { reason: 'token-reused' } });
  });
});

describe('when the engine is lost', () => {
  it('tells viewers that publishers are gone, and publishers to publish again', async () => {
    const plane = await runMediaPlane();
    const { token, participantId, events } = await joinPublisher(plane);
    const viewer = await createToken(plane.client, plane.stageArn);
    const news = await plane.join(viewer.token);
    await news.next();
    await plane.send('POST', `/whep/${participantId}`, viewer.token, 'view');

    plane.engine.lose();
    expect(await news.next()).toMatchObject({ event: 'unpublished', data: { participantId } });
    expect(await events.next()).toMatchObject({ event: 'joined' });
    expect(await events.next()).toMatchObject({ event: 'unpublished' });
    expect(await events.next()).toEqual({ event: 'republish', data: {} });

    expect((await plane.send('POST', '/whip', token, 'offer')).status).toBe(201);
    expect(await news.next()).toMatchObject({ event: 'published', data: { participantId } });
  });

  it('answers 503 while it is down, and nobody has joined', async () => {
    const plane = await runMediaPlane();
    plane.engine.setDown(true);
    const { token } = await createToken(plane.client, plane.stageArn);
    const response = await plane.send('POST', '/whip', token, 'offer');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toMatchObject({ code: 'MEDIA_UNAVAILABLE' });
  });
});

describe('refusals', () => {
  it('of tokens that are missing, garbage, forged or expired are 401', async () => {
    const { clock, advance } = stoppedClock();
    const plane = await runMediaPlane({ clock });
    const { token } = await createToken(plane.client, plane.stageArn);
    const elsewhere = await runMediaPlane({ clock });
    const forged = await createToken(elsewhere.client, await createStage(elsewhere.client));
    for (const each of [undefined, 'garbage', 'a.b.c', forged.token]) {
      for (const path of ['/whip', '/whep/someone']) {
        const response = await plane.send('POST', path, each, 'offer');
        expect(response.status).toBe(401);
        expect(response.headers.get('www-authenticate')).toBe('Bearer');
      }
      expect((await plane.send('GET', '/live/events', each)).status).toBe(401);
      expect((await plane.send('DELETE', '/whip/someone', each)).status).toBe(401);
    }
    advance(15 * 24 * 3600_000);
    const expired = await plane.send('POST', '/whip', token, 'offer');
    expect(expired.status).toBe(401);
    expect(await expired.json()).toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  it('of capabilities that the token lacks are 403', async () => {
    const plane = await runMediaPlane();
    const { participantId } = await joinPublisher(plane);
    const viewer = await createToken(plane.client, plane.stageArn, ['SUBSCRIBE']);
    const publisher = await createToken(plane.client, plane.stageArn, ['PUBLISH']);
    expect((await plane.send('POST', '/whip', viewer.token, 'offer')).status).toBe(403);
    expect((await plane.send('POST', `/whep/${participantId}`, publisher.token, 'view')).status).toBe(403);
  });

  it('of publishers on other stages and of unknown ones are 404, and leave nothing behind', async () => {
    const plane = await runMediaPlane();
    const { participantId } = await joinPublisher(plane);
    const stranger = await createToken(plane.client, await createStage(plane.client));
    for (const publisherId of [participantId, 'nobody']) {
      const response = await plane.send('POST', `/whep/${publisherId}`, stranger.token, 'view');
      expect(response.status).toBe(404);
    }
    expect(plane.engine.open).toEqual(['publication-1']);
  });

  it('of sessions of others are 403; one that is over can be ended again', async () => {
    const plane = await runMediaPlane();
    const { response, token } = await joinPublisher(plane);
    const other = await createToken(plane.client, plane.stageArn);
    expect((await plane.send('DELETE', response.headers.get('location') ?? '', other.token)).status).toBe(403);
    expect((await plane.send('DELETE', '/whip/over', token)).status).toBe(200);
    expect(plane.engine.open).toEqual(['publication-1']);
  });

  it('of the 13th publisher of a stage are 409', async () => {
    const plane = await runMediaPlane();
    const statuses: number[] = [];
    for (let number = 1; number <= 13; number++) {
      const { token } = await createToken(plane.client, plane.stageArn);
      statuses.push((await plane.send('POST', '/whip', token, 'offer')).status);
    }
    expect(statuses).toEqual([...new Array(12).fill(201), 409]);
    expect(plane.engine.open).toHaveLength(12);
    expect(await connectedParticipants(plane)).toHaveLength(12);
  });

  it('of requests that are wrong in form say how', async () => {
    const plane = await runMediaPlane();
    const { token } = await createToken(plane.client, plane.stageArn);
    const statusOf = async (...request: Parameters<Plane['send']>) => (await plane.send(...request)).status;
    expect(await statusOf('POST', '/whip', token, 'offer', 'text/plain')).toBe(415);
    expect(await statusOf('POST', '/whip', token, 'bad')).toBe(400);
    expect(await statusOf('POST', '/whip', token, 'x'.repeat(64 * 1024))).toBe(201);
    expect(await statusOf('POST', '/whip', token, 'x'.repeat(64 * 1024 + 1))).toBe(413);
    expect(await statusOf('GET', '/whip')).toBe(405);
    expect(await statusOf('PATCH', '/whip/any', token, '')).toBe(405);
    expect(await statusOf('PATCH', '/whep/any', token, '')).toBe(405);
    expect(await statusOf('GET', '/live/other')).toBe(404);
    expect(await statusOf('POST', '/elsewhere', token)).toBe(418);
  });

  it('can be read by pages of any origin', async () => {
    const { send } = await runMediaPlane();
    for (const response of [await send('OPTIONS', '/whip'), await send('POST', '/whip')]) {
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(response.headers.get('access-control-expose-headers')).toBe('location');
    }
  });
});
