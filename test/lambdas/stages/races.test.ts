import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { leave } from '../../../lambdas/stages/leave.ts';
import { dies, inProcess } from '../../support/process.ts';
import {
  afterLeavingAndSweep,
  afterNextSignInAndSweep,
  cleanUp,
  NOTHING_LEFT,
  putStage,
  SETTLED,
  signIn,
} from '../../support/stage-life.ts';
import { createWorld, type World } from '../../support/world.ts';

const DAY_MS = 86_400_000;
const RUNS = { numRuns: 500 };

/** A process whose every call to the outside waits until the scheduler lets it go. */
const scheduled = (world: World, scheduler: fc.Scheduler, name: string): World =>
  inProcess(world, { before: ({ method }) => scheduler.schedule(Promise.resolve(), `${name} ${method}`) });

describe('in any order of their AWS calls', () => {
  it('parallel first visits of one user leave one stage, and none is refused', () =>
    fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 6 }), async (scheduler, visitors) => {
        const world = createWorld();
        const visits = Array.from({ length: visitors }, (_, i) =>
          (i % 2 ? putStage : signIn)(scheduled(world, scheduler, `visit ${i}`)),
        );
        await scheduler.waitIdle();
        for (const { state } of await Promise.all(visits)) expect(['active', 'provisioning']).toContain(state);
        expect(world.ivs.stages.size).toBe(1);
        expect(await afterNextSignInAndSweep(world)).toEqual(SETTLED);
      }),
      RUNS,
    ));

  it('parallel visits, leases that end under them and a crash leave one stage', () =>
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.nat({ max: 7_000 }), { minLength: 12, maxLength: 12 }),
        fc.nat({ max: 12 }),
        async (scheduler, pauses, crashAt) => {
          const world = createWorld();
          let calls = 0;
          const visitor = (name: string) =>
            inProcess(scheduled(world, scheduler, name), {
              before: () => world.clock.advance(pauses[calls++ % pauses.length] ?? 0),
              after: () => (calls === crashAt ? dies() : undefined),
            });
          const visits = ['first', 'second', 'third'].map((name) => signIn(visitor(name)).catch(() => undefined));
          await scheduler.waitIdle();
          void visits;
          expect(await afterNextSignInAndSweep(world)).toEqual(SETTLED);
        },
      ),
      RUNS,
    ));

  it('a visit and a clean-up leave the owner with a stage that exists', () =>
    fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const world = createWorld();
        await signIn(world);
        world.clock.advance(31 * DAY_MS);
        const visit = signIn(scheduled(world, scheduler, 'visit'));
        const removal = cleanUp(scheduled(world, scheduler, 'clean-up'));
        await scheduler.waitIdle();
        const { state } = await visit;
        await removal;
        const profile = await world.profiles.get('ada');
        if (state === 'active') expect(world.ivs.stages.has(profile?.stage?.arn ?? '')).toBe(true);
        expect(await afterNextSignInAndSweep(world)).toEqual(SETTLED);
      }),
      RUNS,
    ));

  it('a stage with a session is never deleted, whoever comes and goes', () =>
    fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const world = createWorld();
        await signIn(world);
        const [stage] = world.ivs.stages.values();
        world.clock.advance(31 * DAY_MS);
        if (stage) stage.activeSessionId = 'st-1';
        const runs = [1, 2].map((n) => cleanUp(scheduled(world, scheduler, `clean-up ${n}`)).catch(() => undefined));
        const visit = putStage(scheduled(world, scheduler, 'visit'));
        await scheduler.waitIdle();
        await Promise.all([...runs, visit]);
        expect([...world.ivs.stages.values()]).toEqual([stage]);
      }),
      RUNS,
    ));

  it('a user who leaves amid visits and a clean-up comes to an end when they ask again, and nothing is left', () =>
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.nat({ max: 7_000 }), { minLength: 12, maxLength: 12 }),
        fc.nat({ max: 20 }),
        async (scheduler, pauses, crashAt) => {
          const world = createWorld();
          await signIn(world);
          world.stageMembers.rows.set('ada/ban#troll', 'ada');
          world.clock.advance(31 * DAY_MS);
          let calls = 0;
          const process = (name: string) =>
            inProcess(scheduled(world, scheduler, name), {
              before: () => world.clock.advance(pauses[calls++ % pauses.length] ?? 0),
              after: () => (calls === crashAt ? dies() : undefined),
            });
          const running = [leave(process('leave'))('ada'), leave(process('leave again'))('ada')];
          running.push(
            ...[putStage(process('visit')), cleanUp(process('clean-up'))].map(async (one) => void (await one)),
          );
          void Promise.allSettled(running);
          await scheduler.waitIdle();
          expect(await afterLeavingAndSweep(world)).toEqual(NOTHING_LEFT);
        },
      ),
      RUNS,
    ));

  it('a user who leaves while somebody signs them in has afterwards what the later of the two left', () =>
    fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const world = createWorld();
        await signIn(world);
        const leaving = leave(scheduled(world, scheduler, 'leave'))('ada').then(
          () => 'left',
          () => 'refused',
        );
        const visit = signIn(scheduled(world, scheduler, 'visit'));
        await scheduler.waitIdle();
        const { state } = await visit;
        const profile = await world.profiles.get('ada');
        if (profile?.stage) expect(world.ivs.stages.has(profile.stage.arn)).toBe(true);
        if ((await leaving) === 'left' && !profile) expect(world.ivs.stages.size).toBe(0);
        expect(['active', 'provisioning', 'being-removed']).toContain(state);
        expect(await afterNextSignInAndSweep(world)).toEqual(SETTLED);
      }),
      RUNS,
    ));
});
