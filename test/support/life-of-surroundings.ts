import fc from 'fast-check';
import type { UserId } from '../../contract/stages.ts';
import { DEPLOYMENT_TAG, OWNER_TAG, stageNameOf, tagsOf } from '../../lambdas/stages/stage-tags.ts';
import { callsPerSecond, createRateLimiter } from '../../local/ivs/rate-limits.ts';
import { type Step, step } from './life-step.ts';
import { type Life, OWNERS } from './whole-life.ts';
import type { World } from './world.ts';

const PARTICIPANTS = ['p1', 'p2'];
/** Of other deployments and their users; not more, so that lists stay short. */
const MOST_FOREIGN_STAGES = 2;

const arbitraryOwner = fc.constantFrom(...OWNERS);
const arbitraryParticipant = fc.constantFrom(...PARTICIPANTS);

const ownStageOf = ({ ivs, settings }: World, userId: UserId) =>
  [...ivs.stages.values()].find(
    ({ tags }) => tags[OWNER_TAG] === userId && tags[DEPLOYMENT_TAG] === settings.deployment,
  );

/** Acts on the user's stage, if there is one. */
const onStage = (name: string, userId: UserId, act: (ivs: World['ivs'], arn: string) => void): Step =>
  step(`${name} the stage of ${userId}`, ({ world }) => {
    const stage = ownStageOf(world, userId);
    if (stage) act(world.ivs, stage.arn);
  });

/** Somebody whose token names no user, with an id that IVS gives once. */
export const idOn = (arn: string, participant: string): string => `${participant}-${arn.slice(arn.indexOf('/') + 1)}`;

const publishes = (userId: UserId, participant: string): Step =>
  onStage(`${participant} publishes on`, userId, (ivs, arn) => {
    ivs.join(arn, idOn(arn, participant));
    ivs.publish(arn, idOn(arn, participant));
  });

const stopsPublishing = (how: 'unpublish' | 'leave', userId: UserId, which: number): Step =>
  onStage(`publisher ${which} does ${how} on`, userId, (ivs, arn) => {
    const publishing = ivs.publishing(arn);
    const participantId = publishing[which % Math.max(1, publishing.length)];
    if (participantId !== undefined) ivs[how](arn, participantId);
  });

const sessionEnds = (userId: UserId): Step =>
  onStage('the session ends on', userId, (ivs, arn) => {
    if (ivs.publishing(arn).length === 0) ivs.endSession(arn);
  });

/** With the key of any ingest that IVS has. */
const encoderPublishes = (userId: UserId): Step =>
  step(`the encoder of ${userId} publishes`, ({ world: { ivs, ingests } }) => {
    const usable = [...ingests.configurations.values()].filter(({ stageArn }) => ivs.stages.has(stageArn));
    const ingest = usable.find((each) => each.userId === userId);
    if (ingest) ingests.startBroadcast(ingest.arn);
  });

const foreignStages = ({ ivs, settings }: World) =>
  [...ivs.stages.values()].filter(({ tags }) => tags[DEPLOYMENT_TAG] !== settings.deployment);

/** In the same account, for a user of the same name; somebody publishes there too. */
const anotherDeploymentIsAtWork = (userId: UserId): Step =>
  step(`another deployment opens a stage for ${userId}`, ({ world, befell }) => {
    if (foreignStages(world).length >= MOST_FOREIGN_STAGES) return;
    const origin = {
      ownerId: userId,
      deployment: 'Elsewhere',
      attemptId: 'theirs',
      createdAt: world.now().toISOString(),
    };
    const arn = world.ivs.add(stageNameOf(userId), tagsOf(origin));
    world.ivs.join(arn, `stranger-${arn}`);
    world.ivs.publish(arn, `stranger-${arn}`);
    befell.count("another deployment's stage and event");
  });

const tagsChange = (userId: UserId): Step =>
  step(`somebody gives the stage of ${userId} another deployment's tag`, ({ world }) => {
    const stage = ownStageOf(world, userId);
    if (stage) stage.tags = { ...stage.tags, [DEPLOYMENT_TAG]: 'Elsewhere' };
  });

/** IVS tells of a participant of another stage, who is shown on this one. */
const replicaIsTold = (userId: UserId): Step =>
  onStage('a replica is told of on', userId, (ivs, stageArn) => {
    const moment = { at: 1_800_000_000_000_000, within: 1 };
    ivs.events.push({ kind: 'published', stageArn, participantId: 'replica', userId: '', moment, replica: true });
  });

const indexesLag = (lag: boolean): Step =>
  step(lag ? 'indexes lag' : 'indexes are up to date', ({ world, befell }) => {
    world.profiles.indexLags = () => {
      if (lag) befell.count('an index lags');
      return lag;
    };
  });

/** From then on every call counts, also one that is refused. */
const ratesAreCounted = fc.constant(
  step('IVS counts calls, refused ones too', ({ world, befell }) => {
    const admit = createRateLimiter({ clock: world.now, countsRefusedCalls: true });
    world.ivs.admit = (operation) => {
      const isAdmitted = admit(operation);
      if (!isAdmitted) befell.count('a call is refused for its rate');
      return isAdmitted;
    };
  }),
);

const othersUseUpTheRate = fc.constant(
  step('others in the account make as many calls as are allowed', ({ world: { ivs } }) => {
    for (const operation of ['CreateStage', 'GetStage', 'DeleteStage', 'DisconnectParticipant'] as const) {
      for (let call = 0; call < callsPerSecond[operation]; call++) ivs.admit(operation);
    }
  }),
);

const changes = (name: string, change: (world: World) => void): Step => step(name, ({ world }: Life) => change(world));

/** What others do: publishers, encoders, other deployments, operators, and AWS itself. */
export const stepsOfSurroundings = [
  ...Array.from({ length: 3 }, () =>
    fc.tuple(arbitraryOwner, arbitraryParticipant).map((given) => publishes(...given)),
  ),
  fc
    .tuple(fc.constantFrom('unpublish' as const, 'leave' as const), arbitraryOwner, fc.nat(3))
    .map((given) => stopsPublishing(...given)),
  arbitraryOwner.map(sessionEnds),
  arbitraryOwner.map(encoderPublishes),
  arbitraryOwner.map(anotherDeploymentIsAtWork),
  arbitraryOwner.map(tagsChange),
  arbitraryOwner.map(replicaIsTold),
  fc.boolean().map(indexesLag),
  ratesAreCounted,
  othersUseUpTheRate,
  arbitraryOwner.map((userId) => onStage('somebody else deletes', userId, (ivs, arn) => ivs.removeStage(arn))),
  arbitraryOwner.map((userId) =>
    changes(`${userId} is gone from the user pool`, ({ userDirectory }) => userDirectory.gone.add(userId)),
  ),
  fc.constantFrom(1, 2, 1_000).map((stages) =>
    changes(`the region allows ${stages} stages`, ({ ivs }) => {
      ivs.stageQuota = stages;
    }),
  ),
  fc.constantFrom(1, 1_000_000).map((microseconds) =>
    changes(`event times are rounded to ${microseconds} µs`, ({ ivs }) => {
      ivs.eventPrecision = microseconds;
    }),
  ),
];
