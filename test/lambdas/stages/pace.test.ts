import { beforeEach, describe, expect, it } from '@jest/globals';
import { IvsError } from '../../../lambdas/stages/errors.ts';
import { Pace } from '../../../lambdas/stages/pace.ts';
import { createWorld, type World } from '../../support/world.ts';

let world: World;
let calls: number[];
beforeEach(() => {
  world = createWorld();
  calls = [];
});

/** Milliseconds between the calls. */
const gaps = () => calls.slice(1).map((at, i) => Math.round(at - (calls[i] ?? 0)));
const call = (refusals = 0) => {
  let left = refusals;
  return async () => {
    calls.push(world.now().getTime());
    if (left-- > 0) throw new IvsError('throttled', 'getStage');
    return 'answer';
  };
};

describe('a pace', () => {
  it('lets no two calls be closer than its rate, and keeps nobody waiting without need', async () => {
    const pace = new Pace(world, 4);
    for (let i = 0; i < 3; i++) await pace.run(call());
    world.clock.advance(10_000);
    await pace.run(call());
    expect(gaps()).toEqual([250, 250, 10_000]);
  });

  it('pauses for a second when it is throttled, goes on at two thirds, and comes back to its rate', async () => {
    const pace = new Pace(world, 4);
    expect(await pace.run(call(1))).toBe('answer');
    for (let i = 0; i < 20; i++) await pace.run(call());
    expect(gaps().slice(0, 2)).toEqual([1_000, 375]);
    expect(gaps().at(-1)).toBeCloseTo(250, -1);
  });

  it('tries five times more, and then says so', async () => {
    await expect(new Pace(world, 4).run(call(6))).rejects.toThrow('getStage: throttled');
    expect(calls).toHaveLength(6);
    calls.length = 0;
    expect(await new Pace(world, 4).run(call(5))).toBe('answer');
  });
});
