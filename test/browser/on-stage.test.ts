import {
  IVSRealTimeClient,
  ListParticipantEventsCommand,
  ListParticipantsCommand,
  ListStageSessionsCommand,
} from '@aws-sdk/client-ivs-realtime';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { User } from '../support/local-system.ts';
import { inspectView } from './inspect-view.ts';
import { keepScreenshot } from './keep-screenshot.ts';
import { openPerson, type Person } from './person.ts';
import { type RunningStagedoor, runStagedoor } from './run-stagedoor.ts';

// Starting browsers takes its time, on a busy machine above all.
jest.setTimeout(120_000);

const running: RunningStagedoor[] = [];

async function stopAll(): Promise<void> {
  for (const stagedoor of running.splice(0)) await stagedoor.close();
}

async function start(): Promise<RunningStagedoor> {
  const stagedoor = await runStagedoor();
  running.push(stagedoor);
  return stagedoor;
}

async function enter(stagedoor: RunningStagedoor, userName: string): Promise<Person> {
  const person = await openPerson(stagedoor);
  await person.signIn(userName);
  return person;
}

/** Ada is live, and Grace sees it. Tests leave it so. */
async function startBroadcast() {
  const stagedoor = await start();
  const [ada, grace] = await Promise.all([enter(stagedoor, 'ada'), enter(stagedoor, 'grace')]);
  const host = await stagedoor.signIn('ada');
  const watchPath = `#/stages/${host.userId}`;
  await ada.openMyStage();
  await ada.goLive();
  await grace.watch(watchPath);
  await grace.tile('Ada').receivesFrames();
  return { stagedoor, host, ada, grace, watchPath };
}

type Broadcast = Awaited<ReturnType<typeof startBroadcast>>;

/** What IVS has seen each participant of this user do, but for watching. */
async function readLives({ cloud }: RunningStagedoor, { host, userId }: { host: User; userId: string }) {
  const region = String(cloud.outputs.Region);
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'operator' };
  const ivs = new IVSRealTimeClient({ endpoint: cloud.ivs.url, region, credentials });
  const { arn: stageArn } = (await host.get('/me/stage')).body;
  const { stageSessions: [{ sessionId } = {}] = [] } = await ivs.send(new ListStageSessionsCommand({ stageArn }));
  const stay = { stageArn, sessionId };
  const { participants = [] } = await ivs.send(new ListParticipantsCommand({ ...stay, filterByUserId: userId }));
  const lives = participants.map(async ({ participantId }) => {
    const { events = [] } = await ivs.send(new ListParticipantEventsCommand({ ...stay, participantId }));
    return events.flatMap(({ name = '' }) => (name.startsWith('SUBSCRIBE') ? [] : name));
  });
  return Promise.all(lives).finally(() => ivs.destroy());
}

describe('a new user', () => {
  afterAll(stopAll);

  it('signs up and goes live, and is found in the directory and by their link', async () => {
    const stagedoor = await start();
    const linus = await openPerson(stagedoor);
    await linus.press('New here? Make an account');
    await linus.fillIn('User name', 'linus');
    await linus.fillIn('Display name', 'Linus T.');
    await linus.fillIn('E-mail address', 'linus@example.com');
    await linus.fillIn('Password', 'Stage-door-1');
    await linus.press('Make an account');
    await linus.reads('Confirm your account');
    await linus.fillIn('Code', stagedoor.cloud.cognito.outbox.at(-1)?.code ?? '');
    await linus.press('Confirm and sign in');
    await linus.openMyStage();
    await linus.goLive();
    await linus.tile('You').receivesFrames();

    const grace = await enter(stagedoor, 'grace');
    await keepScreenshot(grace.page, 'directory-with-a-live-stage');
    await grace.follow('Linus T.');
    await grace.tile('Linus T.').receivesFrames();
    await grace.hears();
    await keepScreenshot(linus.page, 'live-on-my-stage');
    await keepScreenshot(grace.page, 'watching');

    await linus.press('Copy watch link');
    await linus.reads('Link copied');
    await grace.press('Sign out');
    await grace.page.goto(await linus.paste());
    await grace.signIn('grace');
    await grace.tile('Linus T.').receivesFrames();
    expect(stagedoor.complaints).toEqual([]);
  });
});

describe('a viewer', () => {
  let broadcast: Broadcast;

  beforeAll(async () => {
    broadcast = await startBroadcast();
  });
  afterAll(stopAll);

  it('comes on stage when invited and goes on watching when the invitation is withdrawn, on one connection', async () => {
    const { stagedoor, host, ada, grace } = broadcast;
    const { userId } = await stagedoor.signIn('grace');
    await ada.actOn('Grace', 'Invite on stage');
    await grace.reads('Ada invited you on stage');
    await grace.press('Come on stage');
    await grace.reads('You are on stage.');
    await ada.tile('Grace').receivesFrames();
    await ada.hears();
    await keepScreenshot(ada.page, 'with-a-guest');

    await ada.actOn('Grace', 'Take off the stage');
    await grace.reads('Ada took you off the stage');
    await ada.tile('Grace').disappears();
    await grace.tile('Ada').receivesFrames();
    expect(await readLives(stagedoor, { host, userId })).toEqual([
      ['JOINED', 'TOKEN_EXCHANGED', 'PUBLISH_STARTED', 'TOKEN_EXCHANGED', 'PUBLISH_STOPPED'],
    ]);
    expect(stagedoor.complaints).toEqual([]);
  });

  it('is told of a muted microphone and camera', async () => {
    const { stagedoor, ada, grace } = broadcast;
    await grace.hears();
    await ada.press('Mute microphone');
    await grace.tile('Ada').isMarkedMuted(true);
    await grace.hearsNothing();
    await ada.press('Unmute microphone');
    await grace.tile('Ada').isMarkedMuted(false);
    await grace.hears();

    await ada.press('Turn off camera');
    await grace.tile('Ada').showsNoPicture();
    await ada.press('Turn on camera');
    await grace.tile('Ada').receivesFrames();
    expect(stagedoor.complaints).toEqual([]);
  });

  it('sees a shared screen beside the camera, until the sharing stops', async () => {
    const { stagedoor, ada, grace } = broadcast;
    await ada.press('Share screen');
    await grace.tile('Ada (screen)').receivesFrames();
    await grace.tile('Ada').receivesFrames();
    await ada.tile('Your screen').receivesFrames();
    await keepScreenshot(grace.page, 'watching-a-screen');
    await ada.press('Stop sharing');
    await grace.tile('Ada (screen)').disappears();
    await ada.tile('Your screen').disappears();
    await grace.tile('Ada').receivesFrames();
    expect(stagedoor.complaints).toEqual([]);
  });

  it('sees and hears on when the host takes other devices', async () => {
    const { stagedoor, ada, grace } = broadcast;
    await ada.chooseOther('Camera');
    await grace.tile('Ada').receivesFrames(30);
    await ada.chooseOther('Microphone');
    await grace.hears();
    await grace.tile('Ada').receivesFrames();
    expect(stagedoor.complaints).toEqual([]);
  });

  it('joins again after a kick by a moderator', async () => {
    const { stagedoor, grace, watchPath } = broadcast;
    const mod = await enter(stagedoor, 'mod');
    await mod.watch(watchPath);
    await mod.actOn('Grace', 'Kick');
    await grace.reads('You were put off the stage');
    await inspectView(grace.page, 'kicked');
    await grace.press('Join again');
    await grace.tile('Ada').receivesFrames();
    await mod.tile('Ada').receivesFrames();
    await mod.page.close();
    expect(stagedoor.complaints).toEqual([]);
  });

  it('joins again after a kick by the host, and stays out after a ban', async () => {
    const { stagedoor, ada, grace } = broadcast;
    await ada.actOn('Grace', 'Kick');
    await grace.reads('You were put off the stage');
    await grace.press('Join again');
    await grace.tile('Ada').receivesFrames();

    await ada.actOn('Grace', 'Ban');
    await ada.press('Ban');
    await grace.reads('You are banned from this stage');
    await grace.page.reload();
    await grace.reads('You are banned from this stage');
    await keepScreenshot(grace.page, 'banned');
    expect(stagedoor.complaints).toEqual([]);
  });
});

describe('the stream key of an encoder', () => {
  afterAll(stopAll);

  it('is shown once, covered and to be copied', async () => {
    const stagedoor = await start();
    const ada = await enter(stagedoor, 'ada');
    await ada.follow('Settings');
    await ada.press('Get an address and a stream key');
    await ada.reads('Copy the stream key now');
    await ada.press('Copy Stream key');
    await ada.reads('Copied');
    const streamKey = await ada.paste();
    const field = ada.page.getByLabel('Stream key', { exact: true });
    expect(await field.inputValue()).toBe(streamKey);
    expect(await field.getAttribute('type')).toBe('password');
    await keepScreenshot(ada.page, 'settings-with-an-encoder');
    await ada.press('Show Stream key');
    expect(await field.getAttribute('type')).toBe('text');

    await ada.page.reload();
    await ada.reads('The stream key was shown once');
    expect(await ada.page.content()).not.toContain(streamKey);
    expect(stagedoor.complaints).toEqual([]);
  });
});
