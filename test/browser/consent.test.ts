import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Capability } from '../../contract/stages.ts';
import type { User } from '../support/local-system.ts';
import { until } from './pages.ts';
import { openPerson, type Person } from './person.ts';
import { type RunningStagedoor, runStagedoor } from './run-stagedoor.ts';
import { type WatchedDevices, watchDevices } from './watch-devices.ts';

// Starting browsers takes its time, on a busy machine above all.
jest.setTimeout(90_000);

const ALL: readonly Capability[] = ['PUBLISH_AUDIO', 'PUBLISH_VIDEO', 'SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];
const INVITED = /invited you on stage/;
const WITHOUT_CAMERA = ALL.filter((capability) => capability !== 'PUBLISH_VIDEO');

let stagedoor: RunningStagedoor;
let host: User;
let grace: Person;
let devices: WatchedDevices;
let guestPath: string;
let hosts = 0;

beforeAll(async () => {
  stagedoor = await runStagedoor();
  guestPath = `/me/stage/guests/${(await stagedoor.signIn('grace')).userId}`;
  grace = await openPerson(stagedoor);
  await grace.signIn('grace');
  devices = await watchDevices(grace);
});
/** Another host for each test: who gets less a second time within seconds may be put out before the page has exchanged its token. */
beforeEach(async () => {
  hosts += 1;
  await stagedoor.register(`host${hosts}`);
  host = await stagedoor.signIn(`host${hosts}`);
  await host.put('/me/stage');
  await invite(ALL);
  await grace.open(`#/stages/${host.userId}`);
  await grace.reads(INVITED);
});
afterAll(() => stagedoor.close());

async function invite(capabilities: readonly Capability[]): Promise<void> {
  const { status } = await host.put(guestPath, { capabilities });
  if (status !== 204) throw new Error(`the invitation was answered with ${status}`);
}

function areOn(...kinds: readonly string[]): Promise<unknown> {
  return until(devices.on, (on) => on.join() === kinds.join(), 30_000);
}

async function goOffAsSoonAsGiven(): Promise<void> {
  await until(devices.timesGiven, (times) => times === 1);
  await until(devices.on, (on) => on.length === 0, 1000);
}

describe('camera and microphone of a guest', () => {
  it('stay off when the permission comes after the invitation has ended, and after another one', async () => {
    await devices.keepAsking();
    await grace.press('Turn on camera and microphone');
    await host.delete(guestPath);
    await grace.reads('Your invitation has ended');
    await devices.allow();
    await goOffAsSoonAsGiven();
    await invite(ALL);
    await grace.reads(INVITED);
    await grace.page.getByText('Your invitation has ended').waitFor({ state: 'detached' });
    await grace.page.getByRole('button', { name: 'Turn on camera and microphone' }).waitFor();
    expect(await devices.on()).toEqual([]);
    expect(stagedoor.complaints).toEqual([]);
  });

  it('stay off when the permission comes after the invitation has come to allow less', async () => {
    await devices.keepAsking();
    await grace.press('Turn on camera and microphone');
    await invite(WITHOUT_CAMERA);
    await grace.page.getByRole('button', { name: 'Turn on microphone' }).waitFor();
    await devices.allow();
    await goOffAsSoonAsGiven();
  });

  it('go off before they are shown when the invitation comes to allow less, and on again by a click only', async () => {
    await grace.press('Turn on camera and microphone');
    await areOn('audio', 'video');
    await invite(WITHOUT_CAMERA);
    await areOn();
    await grace.press('Turn on microphone');
    await areOn('audio');
    await invite(ALL);
    await grace.page.getByRole('button', { name: 'Turn on camera', exact: true }).waitFor();
    expect(await devices.on()).toEqual(['audio']);
    await grace.press('Turn on camera');
    await areOn('audio', 'video');
    expect(stagedoor.complaints).toEqual([]);
  });

  it('go off on stage when the invitation comes to allow less, and on again by a click only', async () => {
    await grace.press('Come on stage');
    await grace.reads('You are on stage.');
    await areOn('audio', 'video');
    await grace.press('Mute microphone');
    await invite(WITHOUT_CAMERA);
    await areOn('audio');
    await invite(ALL);
    await grace.press('Turn on camera');
    await areOn('audio', 'video');
    await grace.tile('You').receivesFrames();
    await grace.tile('You').isMarkedMuted(true);
    await grace.press('Leave the stage');
    await areOn();
    expect(stagedoor.complaints).toEqual([]);
  });
});
