import { signInAs } from '../invoke.ts';
import type { Scenario } from '../scenario.ts';
import { DAY_MS, openStage, openStages } from '../steps.ts';

const signsIn = { act: signInAs('ada') };

export const signingIn: readonly Scenario[] = [
  {
    name: 'Sign-in: the first',
    function: 'sign-in',
    prepare: async (cloud, healthy) => {
      await openStage(cloud, healthy, 'grace');
      return signsIn;
    },
  },
  {
    name: 'Sign-in: a later one',
    function: 'sign-in',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      return signsIn;
    },
  },
  {
    name: 'Sign-in: the stage is due for a check',
    function: 'sign-in',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      cloud.clock.advance(6 * DAY_MS);
      return signsIn;
    },
  },
  {
    name: 'Sign-in: the stage was deleted behind our back',
    function: 'sign-in',
    prepare: async (cloud, healthy) => {
      const arn = await openStages(cloud, healthy);
      await healthy.services.ivs.deleteStage(arn, AbortSignal.timeout(60_000));
      cloud.clock.advance(6 * DAY_MS);
      return signsIn;
    },
  },
  {
    name: 'Sign-in: IVS throttles',
    function: 'sign-in',
    prepare: async (cloud, healthy) => {
      await openStage(cloud, healthy, 'grace');
      cloud.ivs.setFaults({ rules: [{ kind: 'throttle', operations: ['CreateStage'] }] });
      return { ...signsIn, calmDown: () => cloud.ivs.setFaults({ rules: [] }) };
    },
  },
  {
    name: 'Sign-in: the region is full',
    function: 'sign-in',
    alwaysRepeats: true,
    prepare: async (cloud, healthy) => {
      await openStage(cloud, healthy, 'grace');
      const name = 'ServiceQuotaExceededException';
      cloud.ivs.setFaults({ rules: [{ kind: 'error', status: 402, name, operations: ['CreateStage'] }] });
      return { ...signsIn, calmDown: () => cloud.ivs.setFaults({ rules: [] }) };
    },
  },
  {
    name: 'Sign-in: the stage is being removed',
    function: 'sign-in',
    prepare: async (cloud, healthy) => {
      const stageArn = await openStages(cloud, healthy);
      const { profiles, now } = healthy.services;
      const lease = { attemptId: 'removal', kind: 'remove', until: now().getTime() + 30_000 } as const;
      await profiles.claimForRemoval({ userId: 'ada', stageArn }, lease, now());
      return signsIn;
    },
  },
];
