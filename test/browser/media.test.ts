import { DeleteStageCommand, DisconnectParticipantCommand } from '@aws-sdk/client-ivs-realtime';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { IvsEmulatorOptions } from '../../local/ivs/index.ts';
import { runEmulator, stoppedClock } from '../local/ivs/running-emulator.ts';
import { openStage } from './open-stage.ts';
import { type Pages, servePages } from './pages.ts';

// Starting browsers takes its time, on a busy machine above all.
jest.setTimeout(90_000);

const served: Pages[] = [];

afterEach(async () => {
  for (const pages of served.splice(0)) await pages.close();
});

async function runStage(options: IvsEmulatorOptions = {}) {
  const { emulator, client } = await runEmulator({ media: {}, ...options });
  const pages = await servePages(emulator.url);
  served.push(pages);
  const stage = await openStage(client, pages);
  return { emulator, client, pages, ...stage };
}

describe('a publisher and two viewers', () => {
  it('see and hear each other', async () => {
    const { openPublisher, openViewer } = await runStage();
    const publisher = await openPublisher();
    const viewers = [await openViewer(publisher.participantId), await openViewer(publisher.participantId)];
    for (const { page } of viewers) {
      const received = await page.receives({ framesDecoded: 60, audioPackets: 150, loudest: 0.1 });
      expect(received).toMatchObject({ width: 640, packetsLost: 0 });
    }
  });

  it('part when the publisher stops', async () => {
    const { createToken, pages, openViewer } = await runStage();
    const { token, participantId } = await createToken();
    const publisher = await pages.openParticipant();
    const { session } = await publisher.publish(token);
    const viewer = await openViewer(participantId);
    expect(await publisher.end(session, token)).toBe(200);
    expect((await viewer.page.event('unpublished')).data).toMatchObject({ participantId });
    expect((await viewer.page.event('left')).data).toMatchObject({ participantId });
    await viewer.page.framesStop();
  });
});

describe('the control plane', () => {
  it('ends the media of a participant that it disconnects, whose token is burnt', async () => {
    const { client, stageArn, openPublisher, openViewer } = await runStage();
    const { token, participantId, page } = await openPublisher();
    const viewer = await openViewer(participantId);
    await client.send(new DisconnectParticipantCommand({ stageArn, participantId }));
    expect((await page.event('ended')).data).toEqual({ reason: 'participant-disconnected' });
    expect((await viewer.page.event('left')).data).toMatchObject({ participantId });
    await viewer.page.framesStop();
    expect(await page.publish(token)).toMatchObject({ status: 403, code: 'PARTICIPANT_DISCONNECTED' });
  });

  it('ends everything with the stage', async () => {
    const { client, stageArn, openPublisher, openViewer } = await runStage();
    const { page, participantId } = await openPublisher();
    const viewer = await openViewer(participantId);
    await client.send(new DeleteStageCommand({ arn: stageArn }));
    for (const each of [page, viewer.page]) {
      expect((await each.event('ended')).data).toEqual({ reason: 'stage-deleted' });
      await each.event('closed');
    }
    await viewer.page.framesStop();
  });
});

describe('a token', () => {
  it('opens nothing beyond what it was made for', async () => {
    const { clock, advance } = stoppedClock();
    const { client, pages, createToken, openPublisher } = await runStage({ clock });
    const { participantId } = await openPublisher();
    const page = await pages.openParticipant();
    const viewing = await createToken(['SUBSCRIBE']);
    const publishing = await createToken(['PUBLISH']);
    const elsewhere = await (await openStage(client, pages)).createToken();
    const [header, , signature] = viewing.token.split('.');
    const forged = [header, publishing.token.split('.')[1], signature].join('.');

    expect(await page.publish(viewing.token)).toMatchObject({ status: 403, code: 'TOKEN_NOT_ALLOWED' });
    expect(await page.view(publishing.token, participantId)).toMatchObject({ status: 403, code: 'TOKEN_NOT_ALLOWED' });
    expect(await page.view(elsewhere.token, participantId)).toMatchObject({ status: 404 });
    expect(await page.publish(forged)).toMatchObject({ status: 401, code: 'TOKEN_MALFORMED' });
    advance(15 * 24 * 3600_000);
    for (const refused of [await page.join(publishing.token), await page.publish(publishing.token)]) {
      expect(refused).toMatchObject({ status: 401, code: 'TOKEN_EXPIRED' });
    }
  });

  it('is good for one connection: a second one ends the first', async () => {
    const { pages, openPublisher, openViewer } = await runStage();
    const first = await openPublisher();
    const viewer = await openViewer(first.participantId);
    const second = await pages.openParticipant();
    await second.join(first.token);
    expect((await first.page.event('ended')).data).toEqual({ reason: 'token-reused' });
    expect((await viewer.page.event('unpublished')).data).toMatchObject({ participantId: first.participantId });
    expect((await second.publish(first.token)).status).toBe(201);
    await viewer.page.event('published');
    expect((await viewer.page.view(viewer.token, first.participantId)).status).toBe(201);
    await viewer.page.receives({ framesDecoded: 20 });
  });
});

describe('kill -9', () => {
  it('of a publisher is noticed at once', async () => {
    const { openPublisher, openViewer } = await runStage();
    const { participantId, page } = await openPublisher();
    const viewer = await openViewer(participantId);
    await page.kill();
    expect((await viewer.page.event('left')).data).toMatchObject({ participantId });
  });

  it('of a publisher without an event stream is noticed when its media stays away', async () => {
    const { pages, createToken, openViewer } = await runStage({ media: { idleMs: 1500 } });
    const { token, participantId } = await createToken();
    const publisher = await pages.openParticipant();
    expect((await publisher.publish(token)).status).toBe(201);
    const viewer = await openViewer(participantId);
    await publisher.kill();
    expect((await viewer.page.event('left')).data).toMatchObject({ participantId, reason: 'connection-lost' });
  });

  it('of the media process leaves the control plane up, and clients publish and view anew', async () => {
    const log = jest.spyOn(console, 'error').mockImplementation(() => {});
    const { emulator, client, pages, openPublisher, openViewer } = await runStage();
    const { token, participantId, page } = await openPublisher();
    const viewer = await openViewer(participantId);
    const { mediaProcessId = 0 } = emulator;
    process.kill(mediaProcessId, 'SIGKILL');

    expect((await viewer.page.event('unpublished')).data).toMatchObject({ participantId });
    await page.event('republish');
    expect((await openStage(client, pages)).stageArn).toMatch(/^arn:/);
    expect(log).toHaveBeenCalledWith(expect.stringContaining('is started again'));
    expect((await page.publish(token)).status).toBe(201);
    await viewer.page.event('published');
    expect((await viewer.page.view(viewer.token, participantId)).status).toBe(201);
    await viewer.page.receives({ framesDecoded: 20, loudest: 0.1 });
    expect(emulator.mediaProcessId).not.toBe(mediaProcessId);
    log.mockRestore();
  });
});
