import { DeleteStageCommand, DisconnectParticipantCommand } from '@aws-sdk/client-ivs-realtime';
import { describe, expect, it } from '@jest/globals';
import { emulatorTransport } from '../../../client/transport/emulator/emulator-transport.ts';
import type { MediaKind, TransportParticipant } from '../../../client/transport/transport.ts';
import { claimsFor, importKeyPair } from '../../local/ivs/key-pair.ts';
import { createStage, createToken, runMediaPlane } from '../../local/ivs/media/media-plane.ts';
import { stoppedClock } from '../../local/ivs/running-emulator.ts';
import { createFakePeers } from './fake-peer.ts';
import { createTrack } from './fake-tracks.ts';
import { createRecordingListener } from './recording-listener.ts';

type Wanted = (participant: TransportParticipant) => readonly MediaKind[];

/** The emulator's real routes before an engine that moves no media; peers that are connected once they are answered. */
async function runStage() {
  const { clock, advance } = stoppedClock();
  const plane = await runMediaPlane({ clock });
  const { signToken } = await importKeyPair(plane.client);
  const [stage] = plane.emulator.stages();
  if (!stage) throw new Error('there is no stage');
  const tokenFor = (jti: string, publishes = true) =>
    signToken(
      claimsFor(stage, { jti, user_id: jti, capabilities: { allow_publish: publishes, allow_subscribe: true } }),
    );
  const delays: number[] = [];

  async function join(jti: string, { publishes = true, subscribeTo = (() => ['video', 'audio']) as Wanted } = {}) {
    const { peers, createPeer, refuseAnswers } = createFakePeers();
    const { listener, heard } = createRecordingListener();
    const clock = {
      delay: async (delayMs: number) => {
        delays.push(delayMs);
        plane.engine.setDown(false);
      },
    };
    const transport = emulatorTransport(`${plane.url}/`, { createPeer, clock });
    const { signal } = new AbortController();
    const connection = await transport.connect(tokenFor(jti, publishes), { listener, subscribeTo, signal });
    /** Resolves when the last of what was told is this. */
    const hears = (...last: unknown[]) =>
      until(() => {
        expect(heard.at(-1)).toEqual(last);
      });
    return { connection, peers, refuseAnswers, heard, hears };
  }
  const connect = (token: string, signal = new AbortController().signal) =>
    emulatorTransport(plane.url).connect(token, { ...createRecordingListener(), subscribeTo: () => [], signal });
  return { ...plane, tokenFor, join, connect, delays, advance };
}

/** Tries again until it holds, for two seconds. */
async function until(holds: () => void): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      holds();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  holds();
}

const [audio, video] = [createTrack('audio'), createTrack('video')];
const about = (id: string, changes: object = {}) => ({
  id,
  userId: id,
  attributes: { role: 'host' },
  isPublishing: false,
  audioMuted: false,
  videoMuted: false,
  ...changes,
});

describe('joining a stage of the emulator', () => {
  it('is refused as the token or the stage is', async () => {
    const { client, stageArn, join, connect, tokenFor, advance } = await runStage();
    await expect(connect('garbage')).rejects.toMatchObject({ name: 'TransportError', code: 'token-malformed' });
    await join('ada');
    await client.send(new DisconnectParticipantCommand({ stageArn, participantId: 'ada' }));
    await expect(connect(tokenFor('ada'))).rejects.toMatchObject({ code: 'participant-disconnected' });
    const other = await createToken(client, await createStage(client));
    await client.send(new DeleteStageCommand({ arn: stageArn }));
    await expect(connect(tokenFor('grace'))).rejects.toMatchObject({ code: 'stage-deleted' });
    advance(15 * 24 * 3600_000);
    await expect(connect(other.token)).rejects.toMatchObject({ code: 'token-expired' });
    await expect(connect(other.token, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
  });

  it('is unreachable where nothing listens, and where something else does', async () => {
    const options = { ...createRecordingListener(), subscribeTo: () => [], signal: new AbortController().signal };
    const { url } = await runStage();
    const nobody = emulatorTransport('http://127.0.0.1:1').connect('token', options);
    await expect(nobody).rejects.toMatchObject({ code: 'unreachable' });
    const elsewhere = emulatorTransport(`${url}/elsewhere`).connect('token', options);
    await expect(elsewhere).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('can be given up while the emulator does not answer', async () => {
    const { connect, tokenFor } = await runStage();
    const leaving = new AbortController();
    const connecting = connect(tokenFor('ada'), leaving.signal);
    leaving.abort();
    await expect(connecting).rejects.toMatchObject({ code: 'aborted' });
  });

  it('tells who is there, who comes and who goes', async () => {
    const { join } = await runStage();
    const ada = await join('ada');
    const grace = await join('grace');
    expect(grace.heard).toEqual([['participant', about('ada')]]);
    await ada.hears('participant', about('grace'));
    grace.connection.leave();
    await ada.hears('left', 'grace');
    expect(grace.heard).toHaveLength(1);
  });
});

describe('publishing to the emulator', () => {
  it('is seen by the others, as far as they want to', async () => {
    const { join, engine } = await runStage();
    const [ada, grace] = [await join('ada'), await join('grace', { subscribeTo: () => ['audio'] })];
    await ada.connection.publish([audio, video]);
    await grace.hears('tracks', 'ada', ['audio']);
    expect(engine.open).toEqual(['publication-1', 'viewing-of-publication-1-2']);
    await ada.connection.publish([]);
    await grace.hears('participant', about('ada', { audioMuted: true, videoMuted: true }));
    expect(grace.heard).toContainEqual(['tracks', 'ada', []]);
    expect(engine.open).toEqual([]);
    expect([audio.readyState, grace.peers[0]?.connectionState]).toEqual(['live', 'closed']);
  });

  it('goes on with tracks of the same kinds, and starts anew with others', async () => {
    const { join, engine } = await runStage();
    const { connection, peers } = await join('ada');
    await connection.publish([audio, video]);
    const other = createTrack('video', 'camera-2');
    await connection.publish([other, audio]);
    expect(peers[0]?.transceivers.map(({ sender }) => sender.track)).toEqual([audio, other]);
    expect(engine.open).toEqual(['publication-1']);
    await connection.publish([audio]);
    expect(peers.map(({ connectionState }) => connectionState)).toEqual(['closed', 'connected']);
    await until(() => expect(engine.open).toEqual(['publication-2']));
  });

  it('says what is muted before anybody sees it, and later', async () => {
    const { join } = await runStage();
    const [ada, grace] = [await join('ada'), await join('grace', { subscribeTo: () => [] })];
    const muted = createTrack('audio');
    muted.enabled = false;
    await ada.connection.publish([muted]);
    const published = { isPublishing: true, audioMuted: true, videoMuted: true };
    await grace.hears('participant', about('ada', published));
    expect(grace.heard.slice(-2)).toEqual([
      ['participant', about('ada', { ...published, isPublishing: false })],
      ['participant', about('ada', published)],
    ]);
    ada.connection.setMuted('audio', false);
    ada.connection.setMuted('audio', true);
    ada.connection.setMuted('audio', false);
    await grace.hears('participant', about('ada', { ...published, audioMuted: false }));
    expect(muted.enabled).toBe(true);
  });

  it('rejects without the right to, and when the stage is full', async () => {
    const { join, send, client, stageArn } = await runStage();
    const viewer = await join('viewer', { publishes: false });
    await expect(viewer.connection.publish([video])).rejects.toMatchObject({ code: 'token-not-allowed' });
    expect(viewer.peers[0]?.connectionState).toBe('closed');
    for (let number = 1; number <= 12; number++) {
      await send('POST', '/whip', (await createToken(client, stageArn)).token, 'offer');
    }
    const late = await join('late', { subscribeTo: () => [] });
    await expect(late.connection.publish([video])).rejects.toMatchObject({ code: 'stage-full' });
  });

  it('waits for the media process while it is started again', async () => {
    const { join, engine, delays } = await runStage();
    const { connection } = await join('ada');
    engine.setDown(true);
    await connection.publish([video]);
    expect(delays).toEqual([1000]);
  });

  it('is repeated when the media process was lost, and when the connection failed', async () => {
    const { join, engine } = await runStage();
    const [ada, grace] = [await join('ada'), await join('grace')];
    await ada.connection.publish([video]);
    await grace.hears('tracks', 'ada', ['audio', 'video']);
    engine.lose();
    await until(() => expect(engine.open).toEqual(['publication-3', 'viewing-of-publication-3-4']));
    ada.peers[1]?.change('failed');
    await until(() => expect(engine.open).toEqual(['publication-5', 'viewing-of-publication-5-6']));
    expect(ada.heard.filter(([what]) => what === 'publish-failed')).toEqual([]);
  });

  it('that cannot be repeated is told', async () => {
    const { join } = await runStage();
    const ada = await join('ada');
    await ada.connection.publish([video]);
    ada.refuseAnswers();
    ada.peers[0]?.change('failed');
    await ada.hears('publish-failed', 'unsupported');
  });
});

describe('viewing', () => {
  it('follows what is wanted', async () => {
    const { join, engine } = await runStage();
    let wanted: readonly MediaKind[] = [];
    const [ada, grace] = [await join('ada'), await join('grace', { subscribeTo: () => wanted })];
    await ada.connection.publish([audio, video]);
    await grace.hears('participant', about('ada', { isPublishing: true }));
    wanted = ['video'];
    grace.connection.refreshSubscriptions();
    grace.connection.refreshSubscriptions();
    await grace.hears('tracks', 'ada', ['video']);
    wanted = [];
    grace.connection.refreshSubscriptions();
    await grace.hears('tracks', 'ada', []);
    await until(() => expect(engine.open).toEqual(['publication-1']));
  });

  it('that is not wanted any more when it is answered leaves nothing behind', async () => {
    const { join, engine } = await runStage();
    let wanted: readonly MediaKind[] = ['video'];
    const ada = await join('ada');
    await ada.connection.publish([audio, video]);
    const grace = await join('grace', { subscribeTo: () => wanted });
    wanted = [];
    grace.connection.refreshSubscriptions();
    await until(() => expect(grace.peers[0]?.connectionState).toBe('closed'));
    await until(() => expect(engine.open).toEqual(['publication-1']));
    expect(grace.heard.filter(([what]) => what === 'tracks')).toEqual([]);
  });

  it('begins anew when its connection fails', async () => {
    const { join } = await runStage();
    const [ada, grace] = [await join('ada'), await join('grace')];
    await ada.connection.publish([audio, video]);
    await grace.hears('tracks', 'ada', ['audio', 'video']);
    grace.peers[0]?.change('failed');
    expect(grace.heard.at(-1)).toEqual(['tracks', 'ada', []]);
    await grace.hears('tracks', 'ada', ['audio', 'video']);
  });
});

describe('an exchange at the emulator', () => {
  it('gives the right to publish and takes it, without leaving', async () => {
    const { join, tokenFor, engine } = await runStage();
    const ada = await join('ada', { publishes: false });
    const grace = await join('grace');
    await ada.connection.exchange(tokenFor('ada'));
    await ada.connection.publish([audio]);
    await grace.hears('tracks', 'ada', ['audio', 'video']);
    await ada.connection.exchange(tokenFor('ada', false));
    expect(ada.peers[0]?.connectionState).toBe('closed');
    await until(() => expect(engine.open).toEqual([]));
    await expect(ada.connection.publish([audio])).rejects.toMatchObject({ code: 'token-not-allowed' });
    expect(ada.heard.filter(([what]) => what === 'ended' || what === 'publish-failed')).toEqual([]);
  });

  it('that is refused ends the stay', async () => {
    const { join, tokenFor } = await runStage();
    const ada = await join('ada');
    const grace = await join('grace');
    await expect(ada.connection.exchange(tokenFor('mallory'))).rejects.toMatchObject({ code: 'exchange-refused' });
    expect(ada.heard.at(-1)).toEqual(['ended', 'exchange-refused']);
    await grace.hears('left', 'ada');
  });
});

describe('the end of a stay', () => {
  it('is told with its reason, and nothing after it', async () => {
    const { join, client, stageArn } = await runStage();
    const [first, grace] = [await join('ada'), await join('grace')];
    await first.connection.publish([video]);
    const second = await join('ada');
    await first.hears('ended', 'token-reused');
    expect(first.peers[0]?.connectionState).toBe('closed');
    await client.send(new DisconnectParticipantCommand({ stageArn, participantId: 'ada' }));
    await second.hears('ended', 'participant-disconnected');
    await client.send(new DeleteStageCommand({ arn: stageArn }));
    await grace.hears('ended', 'stage-deleted');
  });

  it('by leaving is not told, and leaves nothing open', async () => {
    const { join, engine } = await runStage();
    const [ada, grace] = [await join('ada'), await join('grace')];
    await ada.connection.publish([video]);
    await grace.hears('tracks', 'ada', ['audio', 'video']);
    for (const { connection } of [grace, ada]) {
      connection.leave();
      connection.leave();
    }
    await until(() => expect(engine.open).toEqual([]));
    const peers = [...ada.peers, ...grace.peers];
    expect(peers.map(({ connectionState }) => connectionState)).toEqual(['closed', 'closed']);
    expect(grace.peers[0]?.transceivers.map(({ receiver }) => receiver.track.readyState)).toEqual(['ended', 'ended']);
    expect([...ada.heard, ...grace.heard].filter(([what]) => what === 'ended')).toEqual([]);
    await expect(ada.connection.publish([video])).rejects.toMatchObject({ code: 'aborted' });
    await expect(ada.connection.exchange('token')).rejects.toMatchObject({ code: 'aborted' });
  });
});
