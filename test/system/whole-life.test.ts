import {
  CreateParticipantTokenCommand,
  CreateStageCommand,
  IVSRealTimeClient,
  TagResourceCommand,
} from '@aws-sdk/client-ivs-realtime';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isRefusal } from '../../local/ivs/index.ts';
import { HARDSHIPS, makeAwsHard } from '../support/aws-at-its-worst.ts';
import { type Deed, deeds, type Neighbourhood, newPerson, type Person } from '../support/lives-on-the-local-run.ts';
import { eventually, type LocalSystem, startLocalSystem } from '../support/local-system.ts';
import { isLongForm, recordProof, seed, times } from '../support/proof.ts';
import { Tally } from '../support/tally.ts';

/** One user's life each, all at the same time. */
const LIVES = times({ quick: 8, long: 36 });
const DEEDS: readonly Deed[] = [...(Object.keys(deeds) as Deed[]), 'asks', 'shows', 'publishes', 'visits', 'exchanges'];

const befell = new Tally([
  'deeds',
  ...HARDSHIPS,
  'a call is refused for its rate',
  'a permission is missing, because a stage is gone',
  'an event of a stage that is not ours',
  'a token is issued',
  'a token is exchanged',
  'the signing key is rotated',
]);

let system: LocalSystem;
let near: Neighbourhood;
let lastEventAt = 0;
beforeAll(async () => {
  system = await startLocalSystem({ ivsQuotas: 'real', ivsCountsRefusedCalls: true, pollers: 3 });
  const ivs = new IVSRealTimeClient({
    endpoint: system.cloud.ivs.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' },
    // Hardship befalls these calls too, and the test needs their answers.
    maxAttempts: 10,
    requestHandler: { requestTimeout: 5_000, throwOnRequestTimeout: true },
  });
  near = { system, ivs, befell, violations: [] };
  system.cloud.ivs.onEvent = (event) => {
    lastEventAt = Date.now();
    return system.cloud.putEvent(event);
  };
});
afterAll(async () => {
  near.ivs.destroy();
  await system.close();
});

const arbitraryLife = fc.array(fc.constantFrom(...DEEDS), {
  minLength: times({ quick: 6, long: 16 }),
  maxLength: times({ quick: 10, long: 20 }),
  size: 'max',
});

it('comes to rest with one stage a user at most, each named by its owner, live where somebody publishes, and nobody there who is banned', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(arbitraryLife, { minLength: LIVES, maxLength: LIVES, size: 'max' }),
      fc.nat(),
      async (lives, seedOfHardship) => {
        const people = await Promise.all(lives.map((_, i) => arrive(`person-${i}`)));
        const delivery = { lose: 0.2, duplicate: 0.2, reorder: 0.2, delayMs: 50, seed: seedOfHardship };
        system.cloud.ivs.setEventDelivery(delivery);
        const isRotated = rotateSigningKey().then(
          () => true,
          () => false,
        );
        const endHardship = makeAwsHard(system, seedOfHardship, befell);
        await Promise.all([anotherDeploymentIsAtWork(), ...lives.map((life, i) => live(people, i, life))]);
        endHardship();
        // Where AWS was too hard for all tries, Secrets Manager begins anew later.
        if (!(await isRotated)) await rotateSigningKey();
        await comeToRest(people);
        expect(near.violations).toEqual([]);
      },
    ),
    { ...seed, numRuns: 1, endOnFailure: true },
  );
  countRefusals();
  if (isLongForm) expect(befell.missing).toEqual([]);
  recordProof('system-lives', { figures: [['lives', LIVES], ...befell.figures] });
}, 600_000);

async function arrive(userName: string): Promise<Person> {
  await system.register(userName);
  return newPerson(await system.signIn(userName));
}

async function live(people: readonly Person[], i: number, life: readonly Deed[]): Promise<void> {
  const [me, other] = [people[i], people[(i + 1) % people.length]];
  if (!me || !other) return;
  for (const deed of life) {
    await deeds[deed](near, me, other);
    befell.count('deeds');
  }
}

async function rotateSigningKey(): Promise<void> {
  await system.cloud.rotateSecret(String(system.cloud.outputs.SigningSecretArn));
  befell.count('the signing key is rotated');
}

/** In the same account: its events are on the same bus, its stages in the same list. */
async function anotherDeploymentIsAtWork(): Promise<void> {
  const { stage } = await near.ivs.send(
    new CreateStageCommand({
      name: 'theirs',
      tags: { 'stagedoor:owner': 'theirs', 'stagedoor:deployment': 'Elsewhere' },
    }),
  );
  const { participantToken } = await near.ivs.send(new CreateParticipantTokenCommand({ stageArn: stage?.arn }));
  const admission = system.cloud.ivs.live.verify(participantToken?.token ?? '');
  const presence = isRefusal(admission) ? admission : system.cloud.ivs.live.join(admission, { end: () => undefined });
  if (isRefusal(presence)) throw new Error(presence.message);
  presence.publish();
  presence.leave('user-initiated');
  befell.count('an event of a stage that is not ours', 2);
}

/** Whoever got no answer to a ban asks again; then each of our timers runs. */
async function comeToRest(people: readonly Person[]): Promise<void> {
  system.cloud.ivs.setEventDelivery({});
  for (const me of people) {
    for (const [userId, state] of me.bans) {
      if (state === 'asked') await deeds.bans(near, me, people.find(({ user }) => user.userId === userId) ?? me);
    }
  }
  // So long the reconcile pass lets events settle.
  await eventually(() => Date.now() - lastEventAt > 11_000, 60_000);
  await ageStages();
  await system.cleanUp({});
  expect(await system.reconcile()).toMatchObject({ complete: true, failed: 0 });
  // Whoever the pass put out is told of by events.
  await eventually(async () => (await wrongs(people)).length === 0, 30_000).catch(() => undefined);
  expect(await wrongs(people)).toEqual([]);
}

/** The sweep takes younger ones for stages that wait for their commit. */
async function ageStages(): Promise<void> {
  const twentyMinutesAgo = new Date(Date.now() - 20 * 60_000).toISOString();
  for (const { arn, tags } of system.cloud.ivs.stages()) {
    if (tags['stagedoor:deployment'] === 'Elsewhere') continue;
    await near.ivs.send(
      new TagResourceCommand({ resourceArn: arn, tags: { 'stagedoor:createdAt': twentyMinutesAgo } }),
    );
  }
}

async function wrongs(people: readonly Person[]): Promise<readonly string[]> {
  const profiles = await system.profiles();
  const stages = system.cloud.ivs.stages().filter(({ tags }) => tags['stagedoor:deployment'] !== 'Elsewhere');
  const stays = people.flatMap((person) => [...person.stays.values()]);
  const published = new Set(stays.flatMap(({ stageArn, publishes }) => (publishes ? stageArn : [])));
  const owners = stages.map(({ tags }) => tags['stagedoor:owner'] ?? '');
  return [
    ...owners.filter((owner, i) => owners.indexOf(owner) !== i).map((owner) => `${owner} has two stages`),
    ...profiles
      .filter(({ stageArn }) => stageArn !== undefined && !stages.some(({ arn }) => arn === stageArn))
      .map(({ userId }) => `the profile of ${userId} names a stage that does not exist`),
    ...profiles
      .filter(({ stageArn = '', live: isLive = false }) => isLive !== published.has(stageArn))
      .map(({ userId, live: isLive }) => `${userId} is live: ${isLive}`),
    ...people.flatMap((host) => bannedOnStageOf(host, people)),
  ];
}

const bannedOnStageOf = ({ user, bans }: Person, people: readonly Person[]): readonly string[] =>
  people
    .filter((person) => bans.get(person.user.userId) === 'done' && person.stays.has(user.userId))
    .map((person) => `${person.user.userId} is banned from the stage of ${user.userId} and there`);

/** A permission may be missing only where a resource has no tag, because it is gone. */
function countRefusals(): void {
  const { calls, stages } = system.cloud.ivs;
  befell.count(
    'a call is refused for its rate',
    calls.filter(({ refused }) => refused === 'ThrottlingException').length,
  );
  befell.count('a permission is missing, because a stage is gone', system.denials.length);
  const present = stages().map(({ arn }) => arn);
  expect(system.denials.filter((denial) => present.some((arn) => denial.includes(arn)))).toEqual([]);
}
