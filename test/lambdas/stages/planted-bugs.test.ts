import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UserId } from '../../../contract/stages.ts';
import { isIvsError } from '../../../lambdas/stages/errors.ts';
import type { Profile } from '../../../lambdas/stages/profile.ts';
import { arbitrarySteps } from '../../support/life-steps.ts';
import { comeToRest } from '../../support/rest-of-life.ts';
import { Tally } from '../../support/tally.ts';
import { type Flaw, newLife } from '../../support/whole-life.ts';
import type { World } from '../../support/world.ts';

/** As many as the quick form of whole-life.test.ts runs. */
const SEQUENCES = 300;

/** The same services, but for one method of a port. */
function replace<Name extends keyof World>(services: World, port: Name, methods: Partial<World[Name]>): World {
  const flawed = new Proxy(services[port] as object, {
    get: (target, name) => {
      const replacement = Reflect.get(methods, name) as unknown;
      if (replacement !== undefined) return replacement;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { ...services, [port]: flawed };
}

/** What the store would refuse is written all the same. */
const forceWrite = ({ profiles }: World, userId: UserId, write: (profile: Profile) => Profile) =>
  profiles.change(userId, () => true, write);

const claimForgetsItsCondition: Flaw = (services, world) =>
  replace(services, 'profiles', {
    claimForCreation: async (userId, lease) =>
      forceWrite(world, userId, (profile) => ({ ...profile, lease })) !== undefined,
  });

const commitForgetsItsCondition: Flaw = (services, world) =>
  replace(services, 'profiles', {
    commitStage: async (userId, stage) =>
      forceWrite(world, userId, ({ lease, queuedAt, ...profile }) => ({ ...profile, stage })),
  });

const deletionTakesNoLastLook: Flaw = (services, world) =>
  replace(services, 'profiles', {
    confirmRemoval: async ({ userId }, lease) =>
      forceWrite(world, userId, (profile) => ({ ...profile, lease })) !== undefined,
  });

const NO_ENDPOINTS = { whip: '', rtmp: '', rtmps: '' };

/** "It will have worked." */
const creationSwallowsUnknownOutcomes: Flaw = (services) =>
  replace(services, 'ivs', {
    createStage: async (request, signal) => {
      try {
        return await services.ivs.createStage(request, signal);
      } catch (error) {
        if (!isIvsError(error, 'unknown')) throw error;
        return { arn: 'arn:aws:ivs:us-east-1:000000000000:stage/supposed', endpoints: NO_ENDPOINTS };
      }
    },
  });

/** Whoever has just found the owner of a stage takes it for the stage that the profile names. */
const eventsOfEarlierStagesAreTakenIn: Flaw = (services, world) => {
  let arnOfEvent: string | undefined;
  const withOwners = replace(services, 'stageOwners', {
    get: (stageId) => {
      arnOfEvent = `arn:aws:ivs:us-east-1:000000000000:stage/${stageId}`;
      return services.stageOwners.get(stageId);
    },
  });
  const withProfiles = replace(withOwners, 'profiles', {
    get: async (userId) => {
      const profile = await services.profiles.get(userId);
      const arn = arnOfEvent;
      arnOfEvent = undefined;
      return arn !== undefined && profile?.stage ? { ...profile, stage: { ...profile.stage, arn } } : profile;
    },
  });
  return replace(withProfiles, 'liveStatus', {
    replace: async (read, next, now) => {
      const stage = world.profiles.all().find(({ userId }) => userId === read.userId)?.stage;
      return services.liveStatus.replace({ ...read, ...(stage && { stage }) }, next, now);
    },
  });
};

const nobodyIsDisconnected: Flaw = (services) => replace(services, 'moderation', { disconnect: async () => undefined });

const bansAreNotRead: Flaw = (services) =>
  replace(services, 'stageAccess', {
    read: async (...args) => ({ ...(await services.stageAccess.read(...args)), ban: undefined }),
  });

const burntParticipantsAreNotRead: Flaw = (services) =>
  replace(services, 'stageAccess', {
    read: async (...args) => ({ ...(await services.stageAccess.read(...args)), burnt: false }),
  });

const retirementKnowsNoVersions: Flaw = (services) =>
  replace(services, 'publicKeys', {
    list: async (signal) => (await services.publicKeys.list(signal)).slice(-1),
  });

const rightsAreReadByMistake: Flaw = (services) =>
  replace(services, 'stageAccess', { read: () => Promise.reject(new TypeError('undefined has no rights')) });

/** What the whole life finds wrong with a system that has a flaw. */
async function findWrong(flaw: Flaw): Promise<string> {
  const life = fc.asyncProperty(arbitrarySteps(40), async (steps) => {
    const flawed = newLife(new Tally([]), flaw);
    await fc.asyncModelRun(() => ({ model: {}, real: flawed }), steps);
    const wrong = await comeToRest(flawed);
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });
  const { errorInstance } = await fc.check(life, { seed: 1, numRuns: SEQUENCES, endOnFailure: true });
  return String(errorInstance);
}

describe('the whole life of stages finds a bug that is planted into the services:', () => {
  it.each([
    ['a claim that forgets its condition', claimForgetsItsCondition, /without the lease/],
    ['a commit that forgets its condition', commitForgetsItsCondition, /took the place of/],
    ['a deletion without the last look', deletionTakesNoLastLook, /was deleted while live/],
    ['a creation that swallows unknown outcomes', creationSwallowsUnknownOutcomes, /which IVS never made/],
    ['events of earlier stages that are taken in', eventsOfEarlierStagesAreTakenIn, /never published on/],
    ['participants who are not disconnected', nobodyIsDisconnected, /is banned from|publishes on/],
    ['bans that are not read', bansAreNotRead, /and may have/],
    ['burnt participants who are not read', burntParticipantsAreNotRead, /was burnt/],
    ['a mistake that ends a request', rightsAreReadByMistake, /TypeError/],
    ['a list of keys that breaks off', retirementKnowsNoVersions, /IVS still has the key/],
  ])(
    '%s',
    async (_what, flaw, finding) => {
      expect(await findWrong(flaw)).toMatch(finding);
    },
    120_000,
  );
});
