import { beforeEach, describe, expect, it } from '@jest/globals';
import { toTruth } from '../../../../lambdas/stages/live/examine-live-status.ts';
import { deliver, liveStatusOfUser, openStage, reconcile } from '../../../support/live-stage.ts';
import { createWorld, type World } from '../../../support/world.ts';

let world: World;
let arn: string;
beforeEach(async () => {
  world = createWorld();
  arn = await openStage(world);
  world.ivs.join(arn, 'p');
});

const claimForRemoval = async (deleting?: true) => {
  const until = world.now().getTime() + 30_000;
  const lease = { attemptId: 'r1', kind: 'remove', until, ...(deleting && { deleting }) } as const;
  const { idleHour = '' } = (await world.profiles.get('ada')) ?? {};
  expect(await world.profiles.claimForRemoval({ userId: 'ada', stageArn: arn, idleHour }, lease, world.now())).toBe(
    true,
  );
};

describe('what IVS says of a stage', () => {
  it('counts while a clean-up only considers to remove it, and not any more once it is being deleted', async () => {
    world.ivs.publish(arn, 'p');
    world.ivs.events.length = 0;
    world.clock.advance(60_000);
    await claimForRemoval(true);
    expect(await reconcile(world)).toMatchObject({ corrected: 0 });
    await world.profiles.releaseLease('ada', 'r1');
    await claimForRemoval();
    expect(await reconcile(world)).toMatchObject({ corrected: 1 });
    expect(await liveStatusOfUser(world)).toMatchObject({ live: true });
  });

  it('is activity when somebody is found on air whom no event told of, and none when somebody is found gone', async () => {
    world.clock.advance(3_600_000);
    world.ivs.publish(arn, 'p');
    world.ivs.events.length = 0;
    world.clock.advance(60_000);
    await reconcile(world);
    expect(await world.profiles.get('ada')).toMatchObject({ live: true, idleHour: '2026-01-01T01' });
    world.clock.advance(3_600_000);
    world.ivs.unpublish(arn, 'p');
    world.ivs.events.length = 0;
    world.clock.advance(60_000);
    await reconcile(world);
    expect(await world.profiles.get('ada')).toMatchObject({ live: false, idleHour: '2026-01-01T01' });
  });

  it('is no activity where it says nothing new', async () => {
    world.ivs.publish(arn, 'p');
    await deliver(world);
    world.clock.advance(3_600_000);
    expect(await reconcile(world)).toMatchObject({ corrected: 0, publishers: 1 });
    expect(await world.profiles.get('ada')).toMatchObject({ idleHour: '2026-01-01T00' });
  });
});

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

it.each([
  ['nothing', [], 'unknown'],
  ['a start', [['started', 1]], { publishing: true, started: at(1) }],
  ['a stop alone', [['stopped', 1]], { publishing: false, stopped: at(1) }],
  [
    'a stop behind a start',
    [
      ['started', 1],
      ['stopped', 2],
    ],
    { publishing: false, started: at(1), stopped: at(2) },
  ],
  [
    'a start behind a stop',
    [
      ['stopped', 2],
      ['started', 3],
    ],
    { publishing: true, started: at(3), stopped: at(2) },
  ],
  [
    'a start and a stop at once',
    [
      ['started', 1],
      ['stopped', 1],
    ],
    { publishing: false, started: at(1), stopped: at(1) },
  ],
  [
    'one start more than stops, the last two at once',
    [
      ['started', 1],
      ['stopped', 2],
      ['started', 2],
    ],
    { publishing: true, started: at(2), stopped: at(2) },
  ],
] as const)('IVS tells %s', (_what, changes, truth) => {
  expect(toTruth(changes.map(([kind, second]) => ({ kind, at: at(second) })))).toEqual(truth);
});
