import { record, request, requestOk, runCleanUp, runReconcile } from '../invoke.ts';
import { CUT_OFF, OK } from '../outcome.ts';
import type { Scenario } from '../scenario.ts';
import { DAY_MS, join, MINUTE_MS, makeSigningKey, openStage, openStages, rotateWith } from '../steps.ts';

const HOUR_SECONDS = 3_600;
const cleansUp = { act: runCleanUp() };
const nothingToDo: Scenario = {
  name: 'Clean-up: nothing to do',
  function: 'clean-up',
  repeatAfterSeconds: HOUR_SECONDS,
  prepare: async (cloud, healthy) => {
    await openStages(cloud, healthy);
    return cleansUp;
  },
};
const hourly = { function: 'clean-up', repeatAfterSeconds: HOUR_SECONDS, besides: nothingToDo } as const;

export const cleaningUp: readonly Scenario[] = [
  nothingToDo,
  {
    name: 'Clean-up: an owner has just come back',
    function: 'clean-up',
    repeatAfterSeconds: HOUR_SECONDS,
    prepare: async (cloud, healthy) => {
      await openStage(cloud, healthy);
      cloud.clock.advance(31 * DAY_MS);
      await openStage(cloud, healthy, 'grace');
      // The last write to the profile, which an index may not have yet.
      const visit = { userId: 'ada', visibility: 'public', fallbackName: 'Guest', isSignIn: false } as const;
      await healthy.services.profiles.recordVisit({ ...visit, at: cloud.clock.now() });
      return cleansUp;
    },
  },
  {
    ...hourly,
    name: 'Clean-up: a stale stage with an ingest',
    prepare: async (cloud, healthy) => {
      await openStage(cloud, healthy);
      await requestOk(healthy, 'POST /me/stage/ingests');
      cloud.clock.advance(31 * DAY_MS);
      await openStage(cloud, healthy, 'grace');
      return cleansUp;
    },
  },
  {
    ...hourly,
    name: 'Clean-up: an idle stage with people on it',
    prepare: async (cloud, healthy) => {
      await openStage(cloud, healthy);
      cloud.clock.advance(31 * DAY_MS);
      await openStage(cloud, healthy, 'grace');
      await join(cloud, healthy, { userId: 'grace' });
      return cleansUp;
    },
  },
  {
    ...hourly,
    name: 'Clean-up: a user who is gone from the user pool',
    prepare: async (cloud, healthy) => {
      await openStage(cloud, healthy, 'gone');
      await healthy.services.memberships.putGuest('gone', { userId: 'grace', capabilities: ['PUBLISH_AUDIO'] });
      cloud.clock.advance(31 * DAY_MS);
      await runCleanUp()(healthy);
      cloud.clock.advance(2 * DAY_MS);
      await openStage(cloud, healthy, 'grace');
      return cleansUp;
    },
  },
  {
    ...hourly,
    name: 'Clean-up: a stage that no profile names',
    prepare: async (cloud, healthy) => {
      await openStage(cloud, healthy);
      // A second stage of Ada's, as an attempt leaves it whose answer was lost.
      const { profiles, stageOwners } = healthy.services;
      const { stage } = (await profiles.get('ada')) ?? {};
      await profiles.clearStage('ada', stage?.arn ?? '', true);
      await openStage(cloud, healthy);
      await stageOwners.put((stage?.arn ?? '').split('/')[1] ?? '', 'ada');
      await openStage(cloud, healthy, 'grace');
      cloud.clock.advance(20 * MINUTE_MS);
      return cleansUp;
    },
  },
  {
    ...hourly,
    name: 'Clean-up: a stage that its owner’s profile could name',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      const { profiles } = healthy.services;
      const { stage } = (await profiles.get('ada')) ?? {};
      await profiles.clearStage('ada', stage?.arn ?? '', true);
      cloud.clock.advance(20 * MINUTE_MS);
      return cleansUp;
    },
  },
  {
    ...hourly,
    name: 'Clean-up: a stage that was deleted behind our back',
    prepare: async (cloud, healthy) => {
      const arn = await openStages(cloud, healthy);
      await requestOk(healthy, 'POST /me/stage/ingests');
      await healthy.services.ivs.deleteStage(arn, AbortSignal.timeout(60_000));
      cloud.clock.advance(20 * MINUTE_MS);
      return cleansUp;
    },
  },
  {
    ...hourly,
    name: 'Clean-up: an ingest that no slot names',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      cloud.ivs.setFaults({ rules: [{ kind: 'lose-answer', operations: ['CreateIngestConfiguration'], count: 1 }] });
      await request(healthy, 'POST /me/stage/ingests');
      cloud.clock.advance(20 * MINUTE_MS);
      return cleansUp;
    },
  },
  {
    ...hourly,
    name: 'Clean-up: a replaced signing key',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      await makeSigningKey(cloud, healthy);
      cloud.clock.advance(MINUTE_MS);
      await makeSigningKey(cloud, healthy);
      cloud.clock.advance(2 * HOUR_SECONDS * 1000);
      return cleansUp;
    },
  },
  {
    ...hourly,
    name: 'Clean-up: room is asked for',
    prepare: async (cloud, healthy) => {
      await openStage(cloud, healthy);
      cloud.clock.advance(31 * DAY_MS);
      await openStage(cloud, healthy, 'grace');
      const room = runCleanUp({ Records: [record('{"request":"room"}')] });
      return { act: room };
    },
  },
];

export const reconciling: readonly Scenario[] = [
  {
    name: 'Reconcile: events that never came',
    function: 'reconcile',
    repeatAfterSeconds: 300,
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      await join(cloud, healthy, { userId: 'ada', publishes: true });
      cloud.clock.advance(MINUTE_MS);
      return { act: runReconcile };
    },
  },
  {
    name: 'Reconcile: a banned user who came back',
    function: 'reconcile',
    repeatAfterSeconds: 300,
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      await join(cloud, healthy, { userId: 'ada', publishes: true });
      await join(cloud, healthy, { userId: 'grace' });
      await healthy.services.memberships.putBan('ada', { userId: 'grace' }, cloud.clock.now());
      cloud.clock.advance(MINUTE_MS);
      return { act: runReconcile };
    },
  },
];

/** Secrets Manager takes the steps one after the other, and begins anew when one failed. */
export const rotating: readonly Scenario[] = [
  {
    name: 'Rotation of the signing key: its four steps',
    function: 'rotation',
    prepare: async (cloud, healthy) => {
      await openStages(cloud, healthy);
      await makeSigningKey(cloud, healthy);
      cloud.clock.advance(20 * DAY_MS);
      return {
        outlivesProcess: true,
        act: async (process) => {
          const died = process.wire.death.then(() => Promise.reject(new Error(CUT_OFF.word)));
          let failures = 0;
          cloud.rotate = async (event) => {
            if (failures > 0) return rotateWith(healthy)(event);
            return Promise.race([rotateWith(process)(event), died]).catch((error: unknown) => {
              failures += 1;
              throw error;
            });
          };
          await cloud.secrets.rotateSecret(cloud.secretArn);
          return failures === 0 ? OK : { word: 'repeated', isDone: true };
        },
      };
    },
  },
];
