import { CreateStageCommand, DisconnectParticipantCommand } from '@aws-sdk/client-ivs-realtime';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { claimsFor, importKeyPair } from '../local/ivs/key-pair.ts';
import { runEmulator } from '../local/ivs/running-emulator.ts';
import { type ClientPages, serveClientPages } from './client-pages.ts';

// Starting browsers takes its time, on a busy machine above all.
jest.setTimeout(90_000);

const served: ClientPages[] = [];

afterEach(async () => {
  for (const pages of served.splice(0)) await pages.close();
});

async function runStage() {
  const { emulator, client } = await runEmulator({ media: {} });
  const { stage } = await client.send(new CreateStageCommand({}));
  const { signToken } = await importKeyPair(client);
  const [live] = emulator.stages();
  if (!live) throw new Error('no stage was made');
  const pages = await serveClientPages(emulator.url);
  served.push(pages);
  const iat = Math.floor(Date.now() / 1000);
  const tokenFor = (jti: string, { publishes = true } = {}) => {
    const capabilities = { allow_publish: publishes, allow_subscribe: true };
    return signToken(claimsFor(live, { jti, user_id: jti, iat, exp: iat + 600, capabilities }));
  };
  const join = async (jti: string, grants?: { publishes: boolean }) => {
    const page = await pages.open();
    expect(await page.connect(tokenFor(jti, grants))).toBe('done');
    return page;
  };
  return { emulator, client, stageArn: stage?.arn ?? '', tokenFor, join, pages };
}

/** Two on a stage; ada publishes, and grace sees it. */
async function runBroadcast() {
  const running = await runStage();
  const [ada, grace] = [await running.join('ada'), await running.join('grace', { publishes: false })];
  expect(await ada.publish()).toBe('done');
  await grace.sees(({ frames, loudest }) => frames > 20 && loudest > 0.1);
  return { ...running, ada, grace };
}

describe("the emulator's transport", () => {
  it('lets people see and hear each other, and tells what is muted', async () => {
    const { ada, grace } = await runBroadcast();
    const { tracks, participants } = await grace.seen();
    expect(tracks).toEqual({ ada: ['audio', 'video'] });
    expect(participants).toMatchObject([{ id: 'ada', userId: 'ada', isPublishing: true, audioMuted: false }]);

    await ada.setMuted('audio', true);
    await grace.sees(({ participants: [first] }) => first?.audioMuted === true && !first.videoMuted);
    await ada.setMuted('audio', false);
    await grace.sees(({ participants: [first] }) => first?.audioMuted === false);
  });

  it('changes devices without an interruption for viewers', async () => {
    const { ada, grace } = await runBroadcast();
    const { changes, frames } = await grace.seen();
    expect(await ada.changeCamera()).toBe('done');
    await grace.sees((shown) => shown.frames > frames + 20);
    expect((await grace.seen()).changes).toBe(changes);
    expect((await ada.seen()).madePeers).toBe(1);
  });

  it('receives the wanted kinds only', async () => {
    const { grace } = await runBroadcast();
    await grace.subscribeTo(['audio']);
    await grace.sees(({ tracks }) => tracks.ada?.join() === 'audio');
    await grace.subscribeTo([]);
    expect(await grace.sees(({ tracks }) => tracks.ada?.length === 0)).toMatchObject({ openPeers: 0, liveTracks: 0 });
  });

  it('publishes with an exchanged token, and stops with the next one, without leaving', async () => {
    const { ada, grace, tokenFor } = await runBroadcast();
    expect(await grace.publish()).toBe('token-not-allowed');
    expect(await grace.exchange(tokenFor('grace'))).toBe('done');
    expect(await grace.publish()).toBe('done');
    await ada.sees(({ frames, loudest }) => frames > 20 && loudest > 0.1);
    expect(await grace.exchange(tokenFor('grace', { publishes: false }))).toBe('done');
    await ada.sees(({ tracks }) => tracks.grace?.length === 0);
    expect(await grace.seen()).toMatchObject({ ended: null, changes: 1, publishFailures: [] });
  });

  it('ends when an exchange is refused', async () => {
    const { grace, tokenFor } = await runBroadcast();
    expect(await grace.exchange(tokenFor('mallory'))).toBe('exchange-refused');
    expect((await grace.seen()).ended).toBe('exchange-refused');
  });

  it('tells who is put out, and whose token is burnt', async () => {
    const { client, stageArn, tokenFor, ada, grace } = await runBroadcast();
    await client.send(new DisconnectParticipantCommand({ stageArn, participantId: 'ada' }));
    await ada.sees(({ ended, openPeers }) => ended === 'participant-disconnected' && openPeers === 0);
    await grace.sees(({ participants }) => participants.length === 0);
    expect(await ada.connect(tokenFor('ada'))).toBe('participant-disconnected');
  });

  it('publishes and views again when the media process dies', async () => {
    const log = jest.spyOn(console, 'error').mockImplementation(() => {});
    const { emulator, ada, grace } = await runBroadcast();
    const { changes, frames } = await grace.seen();
    process.kill(emulator.mediaProcessId ?? 0, 'SIGKILL');
    await grace.sees((shown) => shown.changes >= changes + 2 && shown.tracks.ada?.length === 2);
    await grace.sees((shown) => shown.frames > frames + 20);
    expect(await ada.seen()).toMatchObject({ publishFailures: [], openPeers: 1, ended: null });
    log.mockRestore();
  });

  it('ends as lost with the emulator', async () => {
    const { emulator, ada } = await runBroadcast();
    await emulator.close();
    expect(await ada.sees(({ ended }) => ended !== null)).toMatchObject({ ended: 'connection-lost', openPeers: 0 });
  });

  it('leaves no connection and no track behind', async () => {
    const { ada, grace } = await runBroadcast();
    await ada.leave();
    expect(await ada.seen()).toMatchObject({ openPeers: 0, liveTracks: 0, ended: null });
    await grace.sees(({ participants, liveTracks }) => participants.length === 0 && liveTracks === 0);
    await grace.leave();
    expect(await grace.seen()).toMatchObject({ openPeers: 0, liveTracks: 0, ended: null });
  });
});

describe("Amazon's own SDK", () => {
  it('is loaded when it is needed, and refuses a malformed token without asking anybody', async () => {
    const { pages } = await runStage();
    const page = await pages.open();
    expect(await page.connect('garbage', 'ivs')).toBe('token-malformed');
    expect(page.strangers).toEqual([]);
  });
});
