import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { LiveStagesPage, StageSummary } from '../../contract/stages.ts';
import type { Presence } from '../../local/ivs/index.ts';
import { eventually, type LocalSystem, startLocalSystem, type User } from '../support/local-system.ts';

let system: LocalSystem;
let ada: User;
let grace: User;
let adasArn: string;
beforeAll(async () => {
  system = await startLocalSystem({ ivsQuotas: 'off' });
  ada = await system.signIn('ada');
  grace = await system.signIn('grace');
  adasArn = (await ada.get('/me/stage')).body.arn ?? '';
});
afterEach(() => system.cloud.ivs.setEventDelivery({}));
afterAll(async () => {
  await system.close();
  expect(system.denials).toEqual([]);
});

const joinAdasStage = async (): Promise<Presence> => (await system.join(ada, ada.userId)).presence;

const listed = async (): Promise<readonly StageSummary[]> => {
  const { status, body } = await grace.get('/stages?live=true');
  expect(status).toBe(200);
  return (body as unknown as LiveStagesPage).stages;
};
const isLive = async () => (await ada.get('/me/stage')).body.live;

/** The emulator's times are no finer, and a start and a stop at once would be in doubt. */
async function nextMillisecond(): Promise<void> {
  const now = Date.now();
  await eventually(() => Date.now() > now);
}

describe('a stage', () => {
  it('is live, and listed, while somebody publishes', async () => {
    expect(await listed()).toEqual([]);
    const presence = await joinAdasStage();
    presence.publish();
    await eventually(isLive);
    await eventually(async () => (await listed()).length === 1);
    const { body } = await ada.get('/me/stage');
    expect(await listed()).toEqual([
      {
        ownerId: ada.userId,
        displayName: 'Ada',
        status: 'active',
        live: true,
        liveSince: body.liveSince,
        publisherCount: 1,
        visibility: 'public',
        role: 'viewer',
        capabilities: ['SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'],
      },
    ]);
    expect(Date.parse(body.liveSince ?? '')).toBeLessThanOrEqual(Date.now());

    await ada.patch('/me/stage', { visibility: 'invited' });
    expect(await listed()).toEqual([]);
    await ada.patch('/me/stage', { visibility: 'public' });
    await eventually(async () => (await listed()).length === 1);

    presence.leave('user-initiated');
    await eventually(async () => !(await isLive()));
    expect(await listed()).toEqual([]);
  }, 30_000);

  it('is listed with two calls to DynamoDB', async () => {
    const presence = await joinAdasStage();
    presence.publish();
    await eventually(async () => (await listed()).length === 1);
    const before = system.cloud.dynamoDb.calls.length;
    await listed();
    expect(system.cloud.dynamoDb.calls.slice(before).map(({ operation }) => operation)).toEqual([
      'Query',
      'BatchGetItem',
    ]);
    presence.leave('user-initiated');
    await eventually(async () => !(await isLive()));
  }, 30_000);

  it("keeps its status whatever comes twice, late or from somebody else's stage", async () => {
    system.cloud.ivs.setEventDelivery({ duplicate: 1, reorder: 0.5, seed: 7 });
    const presence = await joinAdasStage();
    for (let i = 0; i < 5; i++) {
      presence.publish();
      await nextMillisecond();
      presence.unpublish();
      await nextMillisecond();
    }
    const leftAt = Date.now() * 1000;
    presence.publish();
    const foreign = stageUpdate('arn:aws:ivs:us-east-1:000000000000:stage/abcdABCDefgh', 'somebody');
    await system.cloud.putEvent(foreign);
    await nextMillisecond();
    presence.leave('user-initiated');
    const lastMoments = async () => (await system.profile(ada.userId))?.publishers?.[presence.participantId];
    await eventually(async () => ((await lastMoments())?.unpublished?.at ?? 0) >= leftAt);
    await eventually(async () => ((await lastMoments())?.published?.at ?? 0) >= leftAt);
    expect(await isLive()).toBe(false);
  }, 30_000);
});

describe('a reconcile run', () => {
  it('makes up for a start that got lost', async () => {
    system.cloud.ivs.setEventDelivery({ lose: 1 });
    const presence = await joinAdasStage();
    presence.publish();
    expect(await isLive()).toBe(false);
    expect(await system.reconcile()).toMatchObject({ corrected: 1, liveStages: 1, complete: true });
    expect(await isLive()).toBe(true);
    system.cloud.ivs.setEventDelivery({});
    presence.leave('user-initiated');
    await eventually(async () => !(await isLive()));
  }, 30_000);

  it('makes up for a stop that got lost', async () => {
    const started = stageUpdate(adasArn, 'who-has-long-left');
    await system.cloud.putEvent(started);
    await eventually(isLive);
    expect(await system.reconcile()).toMatchObject({ corrected: 1, liveStages: 0, complete: true });
    expect(await isLive()).toBe(false);
    expect(await listed()).toEqual([]);
  }, 30_000);
});

/** That somebody began to publish a minute ago, as EventBridge tells it. */
function stageUpdate(stageArn: string, participantId: string) {
  const time = `${new Date(Date.now() - 60_000).toISOString().slice(0, 19)}Z`;
  return {
    version: '0',
    id: `${participantId}-${time}`,
    'detail-type': 'IVS Stage Update',
    source: 'aws.ivs',
    account: '000000000000',
    time,
    region: 'us-east-1',
    resources: [stageArn],
    detail: {
      session_id: 'st-abcdefghijklm',
      event_name: 'Participant Published',
      event_time: time,
      user_id: '',
      participant_id: participantId,
    },
  };
}
