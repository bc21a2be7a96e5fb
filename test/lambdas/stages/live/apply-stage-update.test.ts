import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { changeUserStage } from '../../../../lambdas/stages/change-user-stage.ts';
import { applyStageUpdate } from '../../../../lambdas/stages/live/apply-stage-update.ts';
import type { StageUpdate } from '../../../../lambdas/stages/live/stage-update.ts';
import type { Lease } from '../../../../lambdas/stages/profile.ts';
import { stageIdOf } from '../../../../lambdas/stages/stage-tags.ts';
import { deliver, liveStatusOfUser, openStage } from '../../../support/live-stage.ts';
import { inProcess } from '../../../support/process.ts';
import { createWorld, type World } from '../../../support/world.ts';

let world: World;
let arn: string;
beforeEach(async () => {
  world = createWorld();
  arn = await openStage(world);
  for (const id of ['p', 'q']) world.ivs.join(arn, id);
});

const apply = (update: StageUpdate) => applyStageUpdate(world)(update);
function nextEvent(): StageUpdate {
  const event = world.ivs.events.shift();
  if (!event) throw new Error('IVS told nothing');
  return event;
}
function published(id = 'p'): StageUpdate {
  world.ivs.publish(arn, id);
  return nextEvent();
}

describe('an event', () => {
  it('of a start makes the stage live, and of the stop ends it', async () => {
    expect(await apply(published())).toBe('applied');
    expect(await liveStatusOfUser(world)).toEqual({
      live: true,
      liveSince: '2026-01-01T00:00:00.000Z',
      publisherCount: 1,
      doubtful: false,
    });
    world.clock.advance(5000);
    world.ivs.leave(arn, 'p');
    expect(await apply(nextEvent())).toBe('applied');
    expect(await liveStatusOfUser(world)).toEqual({ live: false, liveSince: null, publisherCount: 0, doubtful: false });
  });

  it('that comes again changes nothing and writes nothing', async () => {
    const event = published();
    await apply(event);
    expect(await apply(event)).toBe('unchanged');
    expect(await world.profiles.get('ada')).toMatchObject({ liveRevision: 1 });
  });

  it('of a replica is dropped', async () => {
    expect(await apply({ ...published(), replica: true })).toBe('replica');
    expect(await liveStatusOfUser(world)).toMatchObject({ live: false });
  });

  it('of a stage that nobody of ours owns is dropped', async () => {
    expect(await apply({ ...published(), stageArn: `${arn}x` })).toBe('unknown-stage');
  });

  it('of a stage that the owner no longer has is dropped', async () => {
    const event = published();
    await world.profiles.clearStage('ada', arn, false);
    expect(await apply(event)).toBe('not-current');
    const other = await openStage(world);
    expect(other).not.toBe(arn);
    expect(await apply(event)).toBe('not-current');
  });

  it('of a stage whose owner is forgotten is dropped', async () => {
    await world.stageOwners.put(stageIdOf(arn), 'nobody');
    expect(await apply(published())).toBe('not-current');
  });

  it('comes back while the stage is being deleted, and counts if it stays', async () => {
    const event = published();
    const lease: Lease = { attemptId: 'r1', kind: 'remove', until: world.now().getTime() + 1000 };
    const claim = { userId: 'ada', stageArn: arn };
    await world.profiles.claimForRemoval(claim, lease, world.now());
    await world.profiles.confirmRemoval(claim, lease, world.now());
    await expect(apply(event)).rejects.toThrow('the stage is being deleted');
    world.clock.advance(1000);
    expect(await apply(event)).toBe('applied');
  });
});

describe('activity', () => {
  it('is a start, at most once an hour', async () => {
    world.clock.advance(2 * 3_600_000);
    await apply(published('p'));
    expect(await world.profiles.get('ada')).toMatchObject({ idleHour: '2026-01-01T02' });
    const changes: unknown[] = [];
    const replace = world.liveStatus.replace.bind(world.liveStatus);
    world.liveStatus.replace = (read, next, now) => {
      changes.push(next);
      return replace(read, next, now);
    };
    await apply(published('q'));
    expect(changes).toHaveLength(1);
    expect(changes[0]).not.toHaveProperty('idleHour');
  });

  it('is not a stop', async () => {
    await apply(published());
    world.clock.advance(2 * 3_600_000);
    world.ivs.unpublish(arn, 'p');
    await deliver(world);
    expect(await world.profiles.get('ada')).toMatchObject({ idleHour: '2026-01-01T00' });
  });
});

describe('in any order of their AWS calls', () => {
  it('events and a change of visibility all count', () =>
    fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        world = createWorld();
        arn = await openStage(world);
        for (const id of ['p', 'q', 'r']) {
          world.ivs.join(arn, id);
          world.ivs.publish(arn, id);
        }
        world.ivs.unpublish(arn, 'q');
        const scheduled = (name: string) =>
          inProcess(world, { before: ({ method }) => scheduler.schedule(Promise.resolve(), `${name} ${method}`) });
        const all = [
          ...world.ivs.events.map((event, i) => applyStageUpdate(scheduled(`event ${i}`))(event)),
          changeUserStage(scheduled('owner'))('ada', { visibility: 'invited' }),
        ];
        await scheduler.waitIdle();
        await Promise.all(all);
        expect(await world.profiles.get('ada')).toMatchObject({
          visibility: 'invited',
          live: true,
          publisherCount: 2,
          doubtful: false,
          liveRevision: 5,
        });
      }),
    ));

  it('a profile that changes at every try sends the event back', async () => {
    const event = published();
    let tries = 0;
    world.liveStatus.replace = async () => {
      tries++;
      return undefined;
    };
    await expect(apply(event)).rejects.toThrow('changed 6 times');
    expect(tries).toBe(6);
  });
});

describe('a change of visibility', () => {
  const change = () => changeUserStage(world)('ada', { visibility: 'invited' });

  it('takes a live stage out of the list and leaves it live', async () => {
    await apply(published());
    expect(await change()).toMatchObject({ visibility: 'invited', live: true });
    expect(await world.liveStatus.listLive(10)).toEqual({ stages: [] });
  });

  it('to what it is already writes nothing', async () => {
    await change();
    await change();
    expect(await world.profiles.get('ada')).toMatchObject({ liveRevision: 1 });
  });

  it('waits for the end of a deletion', async () => {
    const lease: Lease = { attemptId: 'r1', kind: 'remove', until: world.now().getTime() + 1500 };
    const claim = { userId: 'ada', stageArn: arn };
    await world.profiles.claimForRemoval(claim, lease, world.now());
    await world.profiles.confirmRemoval(claim, lease, world.now());
    await expect(change()).rejects.toMatchObject({ code: 'STAGE_NOT_READY', retryAfterSeconds: 2 });
  });

  it('that is overtaken again and again is put off', async () => {
    world.liveStatus.replace = async () => undefined;
    await expect(change()).rejects.toMatchObject({ code: 'UPSTREAM_THROTTLED' });
  });
});
