import { beforeEach, describe, expect, it } from '@jest/globals';
import { closeIngest } from '../../../../lambdas/stages/ingest/close-ingest.ts';
import { ingestIdOf } from '../../../../lambdas/stages/ingest/ingest-view.ts';
import { listIngests } from '../../../../lambdas/stages/ingest/list-ingests.ts';
import { openIngest } from '../../../../lambdas/stages/ingest/open-ingest.ts';
import { stageNameOf, tagsOf } from '../../../../lambdas/stages/stage-tags.ts';
import { putStage, signIn } from '../../../support/stage-life.ts';
import { createWorld, type World } from '../../../support/world.ts';

const DAY_MS = 86_400_000;

let world: World;
let stageArn: string;
beforeEach(async () => {
  world = createWorld();
  await signIn(world);
  stageArn = [...world.ivs.stages.keys()][0] ?? '';
});

const open = (protocol?: 'RTMPS' | 'RTMP') => openIngest(world)('ada', { protocol });
const list = async () => (await listIngests(world)('ada')).ingests;
const made = () => [...world.ingests.configurations.values()];
const slot = () => world.ingestSlots.get('ada');

describe('opening an ingest', () => {
  it('answers server and stream key, and names the ingest in the slot, without the key', async () => {
    const opened = await open();
    const [ingest] = made();
    expect(opened).toEqual({
      ingestId: 'ingest1',
      protocol: 'RTMPS',
      server: 'rtmps://ingest.invalid:443/app/',
      participantId: 'encoder-1',
      streamKey: `key-of-${ingest?.arn}`,
    });
    expect(ingest).toMatchObject({
      name: 'user-ada-ingest',
      stageArn,
      userId: 'ada',
      displayName: 'Ada',
      role: 'host',
      capabilities: ['PUBLISH_AUDIO', 'PUBLISH_VIDEO', 'SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'],
      tags: {
        'stagedoor:owner': 'ada',
        'stagedoor:deployment': 'Stagedoor',
        'stagedoor:attempt': (await slot())?.attemptId,
        'stagedoor:createdAt': world.now().toISOString(),
      },
    });
    const { streamKey, ...shown } = opened;
    expect(await list()).toEqual([shown]);
    expect(JSON.stringify([await slot(), world.log.lines])).not.toContain(streamKey);
    expect(world.ingests.calls).toEqual(['create']);
  });

  it('is in plain RTMP only when asked', async () => {
    expect(await open('RTMP')).toMatchObject({ protocol: 'RTMP', server: 'rtmp://ingest.invalid/app/' });
    expect(made()).toMatchObject([{ protocol: 'RTMP' }]);
  });

  it('counts as activity', async () => {
    world.clock.advance(31 * DAY_MS);
    await open();
    expect(await world.profiles.get('ada')).toMatchObject({ idleHour: world.now().toISOString().slice(0, 13) });
  });

  it('is refused while the stage has one', async () => {
    await open();
    await expect(open()).rejects.toMatchObject({ code: 'INGEST_EXISTS', retryAfterSeconds: undefined });
    expect(world.ingests.calls).toEqual(['create']);
  });

  it('is refused while another request opens one, until that must have ended', async () => {
    await world.ingestSlots.reserve('ada', 'other', new Date(world.now().getTime() + 5_000), world.now());
    await expect(open()).rejects.toMatchObject({ code: 'INGEST_EXISTS', retryAfterSeconds: 5 });
    expect(made()).toEqual([]);
  });

  it('needs a stage', async () => {
    await expect(openIngest(world)('grace', {})).rejects.toMatchObject({ code: 'STAGE_NOT_READY' });
    expect(await world.ingestSlots.get('grace')).toBeUndefined();
  });

  it('waits for the end of a removal, and for a look at what one left that broke off', async () => {
    const lease = { attemptId: 'r1', kind: 'remove', until: world.now().getTime() + 20_000 } as const;
    await world.profiles.claimForRemoval({ userId: 'ada', stageArn }, lease, world.now());
    await expect(open()).rejects.toMatchObject({ code: 'STAGE_NOT_READY', retryAfterSeconds: 20 });
    world.clock.advance(20_000);
    await expect(open()).rejects.toMatchObject({ code: 'STAGE_NOT_READY', retryAfterSeconds: 2 });
    await putStage(world);
    expect(await open()).toMatchObject({ ingestId: 'ingest1' });
  });

  it('waits for the next PUT where the server is not known, before anything is made', async () => {
    await world.profiles.clearStage('ada', stageArn, true);
    const stage = { arn: stageArn, name: stageNameOf('ada'), createdAt: '2026-01-01T00:00:00Z', attemptId: 'a' };
    await world.profiles.adoptStage('ada', stage, world.now());
    await expect(open()).rejects.toMatchObject({ code: 'STAGE_NOT_READY' });
    expect(await slot()).toBeUndefined();
    await putStage(world);
    expect(await open()).toMatchObject({ ingestId: 'ingest1' });
  });

  it.each([
    ['quota-reached', 'INGEST_QUOTA_REACHED', 60],
    ['throttled', 'UPSTREAM_THROTTLED', 1],
  ] as const)('frees the slot when IVS answers %s', async (trouble, code, retryAfterSeconds) => {
    world.ingests.trouble = () => trouble;
    await expect(open()).rejects.toMatchObject({ code, retryAfterSeconds, cause: { name: 'IvsError' } });
    expect(await slot()).toBeUndefined();
    world.ingests.trouble = () => undefined;
    expect(await open()).toMatchObject({ ingestId: 'ingest1' });
    expect(world.ingests.calls).toEqual(['create', 'create']);
  });

  it('finds out that somebody deleted the stage', async () => {
    world.ivs.removeStage(stageArn);
    await expect(open()).rejects.toMatchObject({ code: 'STAGE_NOT_READY' });
    expect(await slot()).toBeUndefined();
  });

  it('fails as it is when IVS refuses for a reason that nobody foresaw', async () => {
    world.ingests.trouble = () => 'denied';
    await expect(open()).rejects.toMatchObject({ name: 'IvsError', reason: 'denied' });
    expect(await slot()).toBeUndefined();
  });

  it.each(['unknown', 'applied-then-lost'] as const)(
    'keeps the slot when the outcome is not known (%s)',
    async (trouble) => {
      world.ingests.trouble = () => trouble;
      await expect(open()).rejects.toMatchObject({ code: 'UPSTREAM_THROTTLED', retryAfterSeconds: 12 });
      world.ingests.trouble = () => undefined;
      await expect(open()).rejects.toMatchObject({ code: 'INGEST_EXISTS', retryAfterSeconds: 12 });
      world.clock.advance(12_000);
      const { ingestId } = await open();
      expect(made().map(({ arn }) => ingestIdOf(arn))).toEqual([ingestId]);
      expect(await list()).toMatchObject([{ ingestId }]);
    },
  );

  it('clears away only what an attempt of this deployment left', async () => {
    await world.ingestSlots.reserve('ada', 'dead', world.now(), new Date(0));
    const origin = { ownerId: 'ada', attemptId: 'dead', createdAt: '2026-01-01T00:00:00Z' };
    const like = { name: 'user-ada-ingest', stageArn, protocol: 'RTMPS', userId: 'ada', displayName: '' } as const;
    const rights = { role: 'host', capabilities: [] } as const;
    const left = ['Stagedoor', 'Stagedoor-other'].map((deployment) =>
      world.ingests.add({ ...like, ...rights, tags: tagsOf({ ...origin, deployment }) }),
    );
    const byHand = [
      world.ingests.add({ ...like, ...rights, tags: {} }),
      world.ingests.add({ ...like, ...rights, name: 'main', tags: {} }),
    ];
    const { ingestId } = await open();
    expect(made().map(({ arn }) => arn)).toEqual([
      left[1]?.arn,
      ...byHand.map(({ arn }) => arn),
      expect.stringMatching(new RegExp(`/${ingestId}$`)),
    ]);
  });

  it('takes the place of the ingest of an earlier stage, which is deleted', async () => {
    const first = await open();
    world.ivs.removeStage(stageArn);
    world.clock.advance(60_000);
    await putStage(world);
    expect(await list()).toEqual([]);
    const second = await open();
    expect(await list()).toMatchObject([{ ingestId: second.ingestId }]);
    expect(made().map(({ arn }) => ingestIdOf(arn))).toEqual([second.ingestId]);
    expect(second.ingestId).not.toBe(first.ingestId);
  });

  it('takes the ingest back when the reservation is gone before the ingest could be named', async () => {
    const { create } = world.ingests;
    world.ingests.create = async (...given) => {
      const answer = await create.apply(world.ingests, given);
      await world.stageMembers.deleteAllOf('ada');
      return answer;
    };
    await expect(open()).rejects.toMatchObject({ code: 'STAGE_NOT_READY' });
    expect(made()).toEqual([]);
  });
});

describe('closing an ingest', () => {
  it('ends the broadcast and frees the slot', async () => {
    const { ingestId } = await open();
    world.ingests.startBroadcast(made()[0]?.arn ?? '');
    expect(world.ivs.publishing(stageArn)).toHaveLength(1);
    await closeIngest(world)('ada', ingestId);
    expect(world.ivs.publishing(stageArn)).toEqual([]);
    expect(made()).toEqual([]);
    expect(await list()).toEqual([]);
    expect(await open()).toMatchObject({ ingestId: 'ingest2' });
  });

  it("is refused for any but one's own", async () => {
    const { ingestId } = await open();
    for (const [userId, id] of [
      ['ada', 'another'],
      ['grace', ingestId],
    ] as const) {
      await expect(closeIngest(world)(userId, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(made()).toHaveLength(1);
  });

  it('frees the slot of one that IVS does not have any more', async () => {
    const { ingestId } = await open();
    world.ingests.configurations.clear();
    await closeIngest(world)('ada', ingestId);
    expect(await slot()).toBeUndefined();
  });

  it.each(['throttled', 'unknown'] as const)('keeps the slot when IVS is %s', async (trouble) => {
    const { ingestId } = await open();
    world.ingests.trouble = () => trouble;
    await expect(closeIngest(world)('ada', ingestId)).rejects.toMatchObject({ code: 'UPSTREAM_THROTTLED' });
    expect(await list()).toMatchObject([{ ingestId }]);
  });
});

it('shows the ingests of users without a stage, or without a profile, as none', async () => {
  expect((await listIngests(world)('grace')).ingests).toEqual([]);
  await open();
  await world.profiles.clearStage('ada', stageArn, true);
  expect(await list()).toEqual([]);
});
