import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toTruth } from '../../../../lambdas/stages/live/examine-live-status.ts';
import { reconcileLiveStatus } from '../../../../lambdas/stages/live/reconcile-live-status.ts';
import type { StageUpdate } from '../../../../lambdas/stages/live/stage-update.ts';
import { DEPLOYMENT_TAG } from '../../../../lambdas/stages/stage-tags.ts';
import { deliver, liveStatusOfUser, openStage, reconcile } from '../../../support/live-stage.ts';
import { inProcess } from '../../../support/process.ts';
import { createWorld, type World } from '../../../support/world.ts';

let world: World;
let arn: string;
beforeEach(async () => {
  world = createWorld();
  arn = await openStage(world);
  for (const id of ['p', 'q', 'r']) world.ivs.join(arn, id);
});

const settled = { publisherCount: 0, live: false, liveSince: null, doubtful: false };
const later = (seconds = 60) => world.clock.advance(seconds * 1000);
const lose = () => world.ivs.events.splice(0);

describe('a pass', () => {
  it('makes live who publishes though the event got lost', async () => {
    world.ivs.publish(arn, 'p');
    lose();
    later();
    expect(await reconcile(world)).toMatchObject({ candidates: 1, corrected: 1, liveStages: 1, publishers: 1 });
    expect(await liveStatusOfUser(world)).toEqual({
      live: true,
      liveSince: '2026-01-01T00:00:00.000Z',
      publisherCount: 1,
      doubtful: false,
    });
  });

  it('ends who stopped, left, or lost the session, though the events got lost', async () => {
    for (const id of ['p', 'q', 'r']) world.ivs.publish(arn, id);
    await deliver(world);
    later();
    world.ivs.unpublish(arn, 'p');
    world.ivs.leave(arn, 'q');
    lose();
    later();
    expect(await reconcile(world)).toMatchObject({ corrected: 1, publishers: 1, participants: 2 });
    expect(await liveStatusOfUser(world)).toMatchObject({ live: true, publisherCount: 1 });
    world.ivs.leave(arn, 'r');
    lose();
    world.ivs.endSession(arn);
    later();
    expect(await reconcile(world)).toMatchObject({ corrected: 1, liveStages: 0 });
    expect(await liveStatusOfUser(world)).toEqual(settled);
  });

  it('is not deceived by events that come late after it', async () => {
    world.ivs.publish(arn, 'p');
    later();
    world.ivs.unpublish(arn, 'p');
    const late = lose();
    later();
    await reconcile(world);
    await deliver(world, late.reverse());
    expect(await liveStatusOfUser(world)).toEqual(settled);
  });

  it('ends what the profile claims of a stage that is gone or not ours', async () => {
    world.ivs.publish(arn, 'p');
    await deliver(world);
    later();
    const stage = world.ivs.stages.get(arn);
    if (stage) stage.tags = { [DEPLOYMENT_TAG]: 'Stagedoor-other' };
    await reconcile(world);
    expect(await liveStatusOfUser(world)).toEqual(settled);
  });

  it('settles a doubt either way', async () => {
    world.ivs.eventPrecision = 1_000_000;
    for (const id of ['p', 'q']) world.ivs.publish(arn, id);
    world.ivs.unpublish(arn, 'p');
    world.ivs.failToPublish(arn, 'q');
    await deliver(world);
    expect(await liveStatusOfUser(world)).toMatchObject({ publisherCount: 2, doubtful: true });
    later();
    expect(await reconcile(world)).toMatchObject({ corrected: 1 });
    expect(await liveStatusOfUser(world)).toMatchObject({ live: true, publisherCount: 1, doubtful: false });
  });

  it("leaves what is younger than ten seconds: IVS's lists may lag behind", async () => {
    world.ivs.publish(arn, 'p');
    await deliver(world);
    world.ivs.listPublishers = async () => ({ participants: [] });
    later(9.999);
    await reconcile(world);
    expect(await liveStatusOfUser(world)).toMatchObject({ live: true });
    later(0.001);
    await reconcile(world);
    expect(await liveStatusOfUser(world)).toMatchObject({ live: false });
  });

  it('writes nothing where all is well', async () => {
    world.ivs.publish(arn, 'p');
    await deliver(world);
    later();
    expect(await reconcile(world)).toMatchObject({ corrected: 0, liveStages: 1 });
    expect(await world.profiles.get('ada')).toMatchObject({ liveRevision: 1 });
  });

  it('asks nothing about stages without a session that do not claim to be live', async () => {
    await openStage(world, 'grace');
    world.ivs.calls.length = 0;
    await reconcile(world);
    expect(world.ivs.calls.map(({ operation }) => operation)).toEqual(['listStages', 'getStage', 'listPublishers']);
  });

  it('makes one call a second to IVS, whatever the operation, and goes through pages', async () => {
    for (const id of ['p', 'q', 'r']) {
      for (let i = 0; i < 2; i++) {
        world.ivs.publish(arn, id);
        world.ivs.unpublish(arn, id);
      }
    }
    world.ivs.calls.length = 0;
    await reconcile(world);
    const operations = world.ivs.calls.map(({ operation }) => operation);
    expect(operations).toEqual([
      ...['listStages', 'getStage', 'listPublishers', 'listPublishers'],
      ...Array.from({ length: 6 }, () => 'listPublishing'),
    ]);
    const gaps = world.ivs.calls.slice(1).map(({ at }, i) => at - (world.ivs.calls[i]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000 / 1.0000001);
  });

  it('records what it counted, and corrections', async () => {
    world.ivs.publish(arn, 'p');
    lose();
    later();
    await reconcile(world);
    expect(world.metrics.records.at(-1)).toEqual({
      ReconcileSeconds: expect.any(Number),
      ReconcileFailures: 0,
      ParticipantsPutOut: 0,
      LiveStages: 1,
      Publishers: 1,
      Participants: 1,
      LiveStatusCorrected: 1,
    });
  });
});

describe('a start that only IVS knows of', () => {
  it('counts as activity', async () => {
    later();
    world.clock.advance(31 * 86_400_000);
    world.ivs.publish(arn, 'p');
    lose();
    later();
    await reconcile(world);
    expect((await world.profiles.get('ada'))?.idleHour).toBe(world.now().toISOString().slice(0, 13));
  });
});

describe('trouble', () => {
  it('that IVS makes is counted, and no figure is given for what is not known', async () => {
    world.ivs.publish(arn, 'p');
    later();
    world.ivs.trouble = (operation) => (operation === 'listPublishers' ? 'denied' : undefined);
    await reconcile(world);
    expect(world.metrics.records.at(-1)).toEqual({
      ReconcileSeconds: expect.any(Number),
      ReconcileFailures: 1,
      LiveStatusCorrected: 0,
      ParticipantsPutOut: 0,
    });
  });

  it('of one owner does not keep the others from being reconciled', async () => {
    const other = await openStage(world, 'grace');
    world.ivs.join(other, 's');
    for (const [stage, id] of [
      [arn, 'p'],
      [other, 's'],
    ] as const) {
      world.ivs.publish(stage, id);
    }
    lose();
    later();
    let failures = 1;
    world.ivs.trouble = (operation) => (operation === 'getStage' && failures-- > 0 ? 'unknown' : undefined);
    expect(await reconcile(world)).toMatchObject({ examined: 2, failed: 1, corrected: 1, complete: true });
    expect(await liveStatusOfUser(world, 'grace')).toMatchObject({ live: true });
    expect(world.log.messages('warn')).toEqual(['a live status could not be reconciled']);
  });

  it('with the list of stages leaves those to be watched', async () => {
    world.ivs.publish(arn, 'p');
    await deliver(world);
    world.ivs.leave(arn, 'p');
    lose();
    later();
    world.ivs.trouble = (operation) => (operation === 'listStages' ? 'unknown' : undefined);
    expect(await reconcile(world)).toMatchObject({ corrected: 1 });
    expect(world.log.messages('warn')).toEqual(['not all stages in session could be listed']);
  });

  it('that changes the profile while IVS is asked: what came meanwhile stands', async () => {
    world.ivs.publish(arn, 'p');
    await deliver(world);
    world.ivs.leave(arn, 'p');
    lose();
    later();
    const getStage = world.ivs.getStage.bind(world.ivs);
    world.ivs.getStage = async (...args) => {
      const answer = await getStage(...args);
      world.ivs.publish(arn, 'q');
      await deliver(world);
      return answer;
    };
    expect(await reconcile(world)).toMatchObject({ failed: 1, corrected: 0 });
    expect(await liveStatusOfUser(world)).toMatchObject({ publisherCount: 2 });
  });

  it('with a stage that is being deleted is left alone', async () => {
    world.ivs.publish(arn, 'p');
    lose();
    const lease = { attemptId: 'r1', kind: 'remove', until: world.now().getTime() + 60_000 } as const;
    const claim = { userId: 'ada', stageArn: arn };
    await world.profiles.claimForRemoval(claim, lease, world.now());
    await world.profiles.confirmRemoval(claim, lease, world.now());
    expect(await reconcile(world)).toMatchObject({ examined: 1, corrected: 0, failed: 0 });
  });
});

describe('passes', () => {
  const openInSession = async (userId: string) => {
    const stage = await openStage(world, userId);
    world.ivs.join(stage, `${userId}-host`);
    world.ivs.publish(stage, `${userId}-host`);
    return stage;
  };

  it('take turns: whoever had none comes first in the next', async () => {
    for (const userId of ['bea', 'cleo', 'dora', 'eve']) await openInSession(userId);
    lose();
    later();
    const live = async () => {
      const users = ['bea', 'cleo', 'dora', 'eve'];
      const all = await Promise.all(users.map((userId) => liveStatusOfUser(world, userId)));
      return users.filter((_user, i) => all[i]?.live);
    };
    // Three pages of stages, one owner without publishers and two calls; then three calls each.
    expect(await reconcile(world, 8_000)).toMatchObject({ complete: false });
    const first = await live();
    expect(first.length).toBeLessThan(4);
    for (let i = 0; i < 3; i++) await reconcile(world, 8_000);
    expect(await live()).toEqual(['bea', 'cleo', 'dora', 'eve']);
    expect(first.length).toBeGreaterThan(0);
  });

  it('too short for one stage end in time, and get round to the others all the same', async () => {
    const crowded = await openInSession('bea');
    for (let i = 0; i < 20; i++) {
      world.ivs.join(crowded, `p${i}`);
      world.ivs.publish(crowded, `p${i}`);
    }
    await openInSession('cleo');
    lose();
    later();
    for (let i = 0; i < 4; i++) {
      const startedAt = world.now().getTime();
      await reconcile(world, 12_000);
      expect(world.now().getTime() - startedAt).toBeLessThanOrEqual(13_000);
    }
    expect(await liveStatusOfUser(world, 'bea')).toMatchObject({ live: false });
    expect(await liveStatusOfUser(world, 'cleo')).toMatchObject({ live: true });
    expect(await reconcile(world)).toMatchObject({ corrected: 1 });
    expect(await liveStatusOfUser(world, 'bea')).toMatchObject({ live: true, publisherCount: 21 });
  });

  it('that came round start at the beginning again', async () => {
    await openInSession('bea');
    await reconcile(world);
    expect(world.runLeases.cursors.size).toBe(0);
  });

  it('do not overlap', async () => {
    await world.runLeases.acquire('reconcile', 'another', new Date(world.now().getTime() + 60_000), world.now());
    expect(await reconcileLiveStatus(world)(world.now())).toEqual({ skipped: 'another run is under way' });
  });

  it('that break off go on where they began', async () => {
    await world.runLeases.release('reconcile', 'x');
    world.runLeases.cursors.set('reconcile', 'watched#bea');
    world.liveStatus.listWatched = () => {
      throw new Error('the table is on fire');
    };
    await expect(reconcile(world)).rejects.toThrow('on fire');
    expect(world.runLeases.cursors.get('reconcile')).toBe('watched#bea');
    const other = await world.runLeases.acquire('reconcile', 'another', world.now(), world.now());
    expect(other).toEqual({ cursor: 'watched#bea' });
  });
});

describe('what IVS lists of one participant', () => {
  const at = new Date(1000);
  const before = new Date(999);

  it.each([
    ['nothing', [], 'unknown'],
    ['a start', [{ kind: 'started', at }], { publishing: true, started: at }],
    [
      'the newest first',
      [
        { kind: 'stopped', at },
        { kind: 'started', at: before },
      ],
      { publishing: false },
    ],
    [
      'a stop in the same millisecond',
      [
        { kind: 'stopped', at },
        { kind: 'started', at },
      ],
      { publishing: false },
    ],
    [
      'a stop and a start in the same millisecond',
      [
        { kind: 'started', at: before },
        { kind: 'stopped', at },
        { kind: 'started', at },
      ],
      { publishing: true },
    ],
  ] as const)('%s', (_what, changes, truth) => {
    if (truth === 'unknown') expect(toTruth(changes)).toBe(truth);
    else expect(toTruth(changes)).toMatchObject(truth);
  });
});

describe('any history, told by any of its events in any order and number', () => {
  type Act = 'publish' | 'unpublish' | 'leave' | 'failToPublish';
  const acts = fc.array(
    fc.record({
      act: fc.constantFrom<Act>('publish', 'unpublish', 'leave', 'failToPublish'),
      id: fc.constantFrom('p', 'q', 'r'),
      pauseMs: fc.constantFrom(0, 1, 300, 1_000, 4_000),
    }),
    { maxLength: 14 },
  );

  it('ends in the truth after one pass, and stays there whatever comes late', () =>
    fc.assert(
      fc.asyncProperty(
        acts,
        fc.constantFrom(1, 1_000_000),
        fc.infiniteStream(fc.nat({ max: 99 })),
        async (history, precision, chances) => {
          world = createWorld();
          arn = await openStage(world);
          world.ivs.eventPrecision = precision;
          for (const { act, id, pauseMs } of history) {
            world.ivs.join(arn, id);
            world.ivs[act](arn, id);
            world.clock.advance(pauseMs);
          }
          const chance = (): number => chances.next().value;
          const told = lose();
          const { now: early, later: late } = deal(told, chance);
          await deliver(world, early);
          later(15);
          await reconcile(world);
          const truth = {
            live: world.ivs.publishing(arn).length > 0,
            publisherCount: world.ivs.publishing(arn).length,
          };
          expect(await liveStatusOfUser(world)).toMatchObject({ ...truth, doubtful: false });
          await deliver(world, late);
          later(15);
          await reconcile(world);
          expect(await liveStatusOfUser(world)).toMatchObject({ ...truth, doubtful: false });
        },
      ),
      { numRuns: 300 },
    ));

  it('is never made live by a pass after IVS denied it, in any order of their calls with an event', () =>
    fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        world = createWorld();
        arn = await openStage(world);
        world.ivs.join(arn, 'p');
        world.ivs.publish(arn, 'p');
        later(20);
        world.ivs.unpublish(arn, 'p');
        const [start, stop] = lose() as [StageUpdate, StageUpdate];
        await deliver(world, [start]);
        later(20);
        const scheduled = (name: string) =>
          inProcess(world, { before: ({ method }) => scheduler.schedule(Promise.resolve(), `${name} ${method}`) });
        const all = [deliver(scheduled('event'), [stop]), reconcile(scheduled('pass'))];
        await scheduler.waitIdle();
        await Promise.all(all);
        expect(await liveStatusOfUser(world)).toEqual(settled);
      }),
    ));
});

/** Loses some events, doubles some, turns them round, and keeps some for later. */
function deal(events: readonly StageUpdate[], chance: () => number) {
  const now: StageUpdate[] = [];
  const later: StageUpdate[] = [];
  for (const event of events) {
    const luck = chance();
    if (luck < 30) continue;
    if (luck < 55 || luck >= 90) later.push(event);
    if (luck >= 55) now.splice(chance() % (now.length + 1), 0, event);
    if (luck >= 80) now.splice(chance() % (now.length + 1), 0, event);
  }
  return { now, later };
}
