import { beforeEach, describe, expect, it } from '@jest/globals';
import { changeUserStage } from '../../../lambdas/stages/change-user-stage.ts';
import { openStage } from '../../support/live-stage.ts';
import { createWorld, type World } from '../../support/world.ts';

let world: World;
let arn: string;
beforeEach(async () => {
  world = createWorld();
  arn = await openStage(world);
});

const change = (visibility: 'public' | 'invited') => changeUserStage(world)('ada', { visibility });
const looks = () =>
  world.rightsChecks.messages.splice(0).map(({ check, delaySeconds }) => ({ ...check, delaySeconds }));

describe('a change of visibility', () => {
  it('to private has who is there looked at, also when it was private already: a message may have got lost', async () => {
    for (let i = 0; i < 2; i++) {
      await change('invited');
      expect(looks()).toEqual([10, 900].map((delaySeconds) => ({ ownerId: 'ada', delaySeconds })));
    }
  });

  it('to public takes nobody’s rights away, so nobody is looked at', async () => {
    await change('invited');
    looks();
    await change('public');
    expect(looks()).toEqual([]);
  });

  it('needs no look while there is no stage', async () => {
    await world.profiles.clearStage('ada', arn, true);
    await change('invited');
    expect(looks()).toEqual([]);
  });

  it('is tried six times while others write the profile', async () => {
    let tries = 0;
    world.liveStatus.replace = async () => {
      tries++;
      return undefined;
    };
    await expect(change('invited')).rejects.toMatchObject({ code: 'UPSTREAM_THROTTLED' });
    expect(tries).toBe(6);
  });
});
