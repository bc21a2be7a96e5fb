import type { ParticipantToken, UserId } from '../../contract/stages.ts';
import { isRunning } from '../../lambdas/stages/profile.ts';
import { ATTEMPT_TAG, DEPLOYMENT_TAG, OWNER_TAG } from '../../lambdas/stages/stage-tags.ts';
import type { Process } from './explore.ts';
import { mayHave } from './people.ts';
import type { Tally } from './tally.ts';
import { createWorld, type World } from './world.ts';

export const OWNERS: readonly UserId[] = ['ada', 'grace'];

/** A whole system, and the processes that are under way in it. */
export interface Life {
  readonly world: World;
  /** What the processes are given instead of these services: the same, but for a defect that the life shall find. */
  readonly flaw: Flaw;
  /** Processes that stand still before one of their calls; each lets its process run to the end. */
  readonly paused: (() => Promise<unknown>)[];
  /** Users who are being deleted at their own wish: their stage may go while somebody publishes on it. */
  readonly leavers: Set<UserId>;
  /** Participant tokens that were handed out. */
  readonly tickets: Ticket[];
  /** Looks at rights that wait in their queue. */
  readonly rightsChecks: WaitingCheck[];
  /** Requests that got no answer or a passing refusal: whoever made them would repeat them. */
  readonly unanswered: Set<Process>;
  /** What must never happen and did. */
  readonly violations: string[];
  readonly befell: Tally;
  /** What must hold after each step; each tells what does not. */
  readonly inspect: () => readonly string[];
}

export interface Ticket extends ParticipantToken {
  readonly ownerId: UserId;
}

export interface WaitingCheck {
  readonly check: Parameters<World['rightsChecks']['send']>[0];
  readonly dueAt: number;
}

/** Of the services as a process sees them; the world itself is for what a test may see. */
export type Flaw = (services: World, world: World) => World;

export function newLife(befell: Tally, flaw: Flaw = (services) => services): Life {
  const world = createWorld();
  const violations: string[] = [];
  const life: Life = {
    world,
    flaw,
    paused: [],
    leavers: new Set(),
    tickets: [],
    rightsChecks: [],
    unanswered: new Set(),
    violations,
    befell,
    inspect: watchNames(world),
  };
  watchDeletions(life);
  watchTokens(life);
  watchDisconnections(life);
  watchCreations(life);
  watchStageChanges(life);
  world.rightsChecks.send = async (check, delaySeconds) => {
    life.rightsChecks.push({ check, dueAt: world.now().getTime() + delaySeconds * 1000 });
  };
  return life;
}

function watchDeletions({ world, leavers, violations }: Life): void {
  const deleteStage = world.ivs.deleteStage.bind(world.ivs);
  world.ivs.deleteStage = async (arn, signal) => {
    for (const { userId, stage, live } of world.profiles.all()) {
      // A call that was held up for longer than it may take does not go out any more.
      if (stage?.arn === arn && live && !signal.aborted && !leavers.has(userId)) {
        violations.push(`${arn} was deleted while live`);
      }
    }
    const tag = world.ivs.stages.get(arn)?.tags[DEPLOYMENT_TAG];
    await deleteStage(arn, signal);
    if (tag !== undefined && tag !== world.settings.deployment) violations.push(`${arn} was another deployment's`);
  };
}

/** Who calls CreateStage holds the lease. */
function watchCreations({ world, violations }: Life): void {
  const createStage = world.ivs.createStage.bind(world.ivs);
  world.ivs.createStage = async (request, signal) => {
    const { [OWNER_TAG]: ownerId, [ATTEMPT_TAG]: attemptId } = request.tags;
    const { stage, lease } = world.profiles.all().find(({ userId }) => userId === ownerId) ?? {};
    const isBusy = stage !== undefined || (isRunning(lease, world.now()) && lease.attemptId !== attemptId);
    if (isBusy && !signal.aborted) violations.push(`${attemptId} makes a stage for ${ownerId} without the lease`);
    return createStage(request, signal);
  };
}

/** A stage that a profile names is forgotten before another takes its place. */
function watchStageChanges({ world: { profiles }, violations }: Life): void {
  const change = profiles.change.bind(profiles);
  profiles.change = (userId, allowed, make) => {
    const before = profiles.all().find((profile) => profile.userId === userId)?.stage;
    const changed = change(userId, allowed, make);
    const after = changed?.stage;
    if (before && after && before.arn !== after.arn) violations.push(`${after.arn} took the place of ${before.arn}`);
    return changed;
  };
}

/** No token says more than its holder may have at that moment, by our own reckoning, and no burnt participant gets another. */
function watchTokens({ world, violations, befell }: Life): void {
  const { tokenIssuer, memberships } = world;
  const [issue, reissue] = [tokenIssuer.issue.bind(tokenIssuer), tokenIssuer.reissue.bind(tokenIssuer)];
  const assertWithin = (arn: string, { userId, capabilities }: Parameters<typeof issue>[1]) => {
    const owner = world.profiles.all().find(({ stage }) => stage?.arn === arn);
    const allowed = mayHave(world, owner?.userId ?? '', userId);
    if (capabilities.some((capability) => !allowed.includes(capability))) {
      violations.push(`${userId} got ${capabilities} on ${arn}, and may have ${allowed}`);
    }
    return owner?.userId;
  };
  tokenIssuer.issue = async (stage, request, signal) => {
    befell.count('a token is issued');
    assertWithin(stage.arn, request);
    return issue(stage, request, signal);
  };
  tokenIssuer.reissue = async (held, request) => {
    befell.count('a token is exchanged');
    const ownerId = assertWithin(held.stageArn, request);
    if (memberships.burnt.has(`${ownerId}/${held.participantId}`)) violations.push(`${held.participantId} was burnt`);
    return reissue(held, request);
  };
}

function watchDisconnections({ world: { ivs }, befell }: Life): void {
  const disconnect = ivs.disconnect.bind(ivs);
  ivs.disconnect = async (arn, participantId, ...rest) => {
    const wasThere = ivs.connected(arn).includes(participantId);
    await disconnect(arn, participantId, ...rest);
    if (wasThere) befell.count('somebody is put out');
  };
}

/** A profile names a stage that IVS made, and counts as publishers who have published there and nowhere else. */
function watchNames({ ivs, profiles }: World): Life['inspect'] {
  const publishers = new Map<string, Set<string>>();
  const [add, publish] = [ivs.add.bind(ivs), ivs.publish.bind(ivs)];
  ivs.add = (name, tags) => {
    const arn = add(name, tags);
    publishers.set(arn, new Set());
    return arn;
  };
  ivs.publish = (arn, participantId) => {
    publishers.get(arn)?.add(participantId);
    publish(arn, participantId);
  };
  return () =>
    profiles.all().flatMap(({ userId, stage, publishers: counted }) => {
      if (!stage) return [];
      const known = publishers.get(stage.arn);
      if (!known) return [`the profile of ${userId} names ${stage.arn}, which IVS never made`];
      const strangers = Object.keys(counted).filter((participantId) => !known.has(participantId));
      return strangers.map((participantId) => `${participantId} never published on ${stage.arn}`);
    });
}
