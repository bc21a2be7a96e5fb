import { StageError } from '../../lambdas/stages/errors.ts';
import { DEPLOYMENT_TAG, OWNER_TAG } from '../../lambdas/stages/stage-tags.ts';
import { namedIngests, wrongIngests } from './ingest-life.ts';
import { finishRotation } from './life-of-keys.ts';
import { checkDueRights, cleanUpNow, reconcile } from './life-processes.ts';
import { callerOf, isBanned, mayHave } from './people.ts';
import { drainQueue } from './stage-life.ts';
import { type Life, OWNERS } from './whole-life.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;

/**
 * What is wrong once nothing is under way any more, every undelivered event is lost, who got no answer has asked again, and
 * each of our timers has run: first while people are still on the stages, then when all have gone.
 */
export async function comeToRest(life: Life): Promise<readonly string[]> {
  const { world } = life;
  world.profiles.indexLags = () => false;
  await repeatUnanswered(life);
  await settle(life);
  const wrongWithPeople = [...wrongNames(world), ...wrongLiveStatus(world), ...wrongPeople(world)];
  for (const { arn } of world.ivs.stages.values()) {
    for (const participantId of world.ivs.connected(arn)) world.ivs.leave(arn, participantId);
    world.ivs.endSession(arn);
  }
  await finishRotation(life);
  await settle(life);
  return [
    ...wrongWithPeople,
    ...life.violations,
    ...life.inspect(),
    ...wrongNames(world),
    ...wrongLiveStatus(world),
    ...wrongStages(world),
    ...wrongKeys(world),
    ...wrongIngests(world, await namedIngests(world, OWNERS)),
  ];
}

async function repeatUnanswered({ world, flaw, unanswered }: Life): Promise<void> {
  // Past every lease.
  world.clock.advance(MINUTE_MS);
  for (const request of unanswered) {
    await request(flaw(world, world)).catch((error: unknown) => {
      if (!(error instanceof StageError)) throw error;
    });
  }
}

/** Long enough for whatever is waited for: leases, tokens, watches over the banned, keys. */
async function settle(life: Life): Promise<void> {
  const { clock } = life.world;
  const services = life.flaw(life.world, life.world);
  for (let minutes = 0; minutes < 40; minutes += 5) {
    clock.advance(5 * MINUTE_MS);
    await checkDueRights(life, services);
    await reconcile(services);
  }
  await drainQueue(life.world, services);
  clock.advance(40 * MINUTE_MS);
  await cleanUpNow(services);
  // Whoever the first pass puts out, the second one finds gone.
  for (const pass of [reconcile, reconcile]) {
    await pass(services);
    clock.advance(MINUTE_MS);
  }
}

const isOurs = ({ ivs, settings }: World, arn: string): boolean =>
  ivs.stages.get(arn)?.tags[DEPLOYMENT_TAG] === settings.deployment;

const wrongNames = ({ profiles, ivs }: World): readonly string[] =>
  profiles
    .all()
    .flatMap(({ userId, stage }) =>
      stage && !ivs.stages.has(stage.arn) ? [`the profile of ${userId} names a stage that does not exist`] : [],
    );

/** Of a stage that was given another deployment's tags we are not shown anything. */
const wrongLiveStatus = (world: World): readonly string[] =>
  world.profiles.all().flatMap(({ userId, stage, live, publisherCount }) => {
    const publishing = stage && isOurs(world, stage.arn) ? world.ivs.publishing(stage.arn).length : 0;
    const agrees = live === publishing > 0 && publisherCount === publishing;
    return agrees ? [] : [`${userId}: ${publisherCount} publishers (live: ${live}), in truth ${publishing}`];
  });

/** Whoever is on a stage in session is not banned, and publishes only with the right to. */
const wrongPeople = (world: World): readonly string[] =>
  world.profiles.all().flatMap(({ userId: ownerId, stage }) => {
    if (!stage || !isOurs(world, stage.arn) || !world.ivs.stages.get(stage.arn)?.activeSessionId) return [];
    const publishing = world.ivs.publishing(stage.arn);
    return world.ivs.connected(stage.arn).flatMap((participantId) => {
      const { userId = '' } = world.ivs.whoIs(stage.arn, participantId) ?? {};
      if (userId === '' || userId === ownerId) return [];
      const isKeptOut = isBanned(world, ownerId, userId) && !callerOf(userId).isModerator;
      const mayPublish = mayHave(world, ownerId, userId).some((capability) => capability.startsWith('PUBLISH_'));
      return [
        ...(isKeptOut ? [`${userId} is banned from ${ownerId}'s stage and there`] : []),
        ...(publishing.includes(participantId) && !mayPublish ? [`${userId} publishes on ${ownerId}'s stage`] : []),
      ];
    });
  });

/** A stage of ours that nobody's profile names may stay while people are on it, and no longer. */
function wrongStages(world: World): readonly string[] {
  const { profiles, ivs } = world;
  const own = [...ivs.stages.values()].filter(({ arn }) => isOurs(world, arn));
  const named = new Set(profiles.all().map(({ stage }) => stage?.arn));
  return [
    ...OWNERS.flatMap((userId) => {
      const theirs = own.filter(({ tags }) => tags[OWNER_TAG] === userId);
      return theirs.length > 1 ? [`${userId} has ${theirs.length} stages`] : [];
    }),
    ...own.flatMap(({ arn }) => (named.has(arn) ? [] : [`no profile names ${arn}`])),
  ];
}

/** IVS has the key that signs, and none of an earlier version. A step that ran twice may leave one more of the same. */
function wrongKeys({ publicKeys, signingSecret, settings }: World): readonly string[] {
  const [versionId, version] =
    [...signingSecret.versions].find(([, { stages }]) => stages.includes('AWSCURRENT')) ?? [];
  const arn = version?.value?.publicKeyArn;
  const others = [...publicKeys.keys.values()].filter(({ name }) => name !== `${settings.deployment}-${versionId}`);
  return [
    ...(arn === undefined || publicKeys.keys.has(arn) ? [] : [`IVS has not the key ${arn}, which signs`]),
    ...others.map(({ name }) => `IVS still has the key ${name}`),
  ];
}
