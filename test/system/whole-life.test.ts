import { DeleteStageCommand, IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Presence } from '../../local/ivs/index.ts';
import { eventually, type LocalSystem, startLocalSystem, type User } from '../support/local-system.ts';

/** One user's life each, all at the same time; `npm run prove` has 36. */
const LIVES = Number(process.env.LIVES ?? 8);

let system: LocalSystem;
let ivs: IVSRealTimeClient;
let lastEventAt = 0;
beforeAll(async () => {
  system = await startLocalSystem({ ivsQuotas: 'off' });
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'operator' };
  ivs = new IVSRealTimeClient({ endpoint: system.cloud.ivs.url, region: 'us-east-1', credentials });
  system.cloud.ivs.onEvent = (event) => {
    lastEventAt = Date.now();
    return system.cloud.putEvent(event);
  };
});
afterAll(async () => {
  ivs.destroy();
  await system.close();
  // A stage that was deleted has no tags, so a token for it is denied; GetStage then tells that it is gone.
  expect(system.denials.filter((denial) => !denial.includes('ivs:CreateParticipantToken'))).toEqual([]);
});

interface Person {
  readonly user: User;
  presence?: Presence;
  /** ARN of the stage on which they publish, if it still exists. */
  publishesOn?: string | undefined;
}

const deeds = {
  asks: ({ user }: Person) => user.put('/me/stage'),
  hides: ({ user }: Person) => user.patch('/me/stage', { visibility: 'invited' }),
  publishes: async (person: Person) => {
    person.presence?.leave('user-initiated');
    person.publishesOn = undefined;
    const joined = await system.join(person.user, person.user.userId).catch(() => undefined);
    if (!joined) return;
    person.presence = joined.presence;
    person.publishesOn = joined.presence.publish() ? undefined : joined.stageArn;
  },
  'stops publishing': async (person: Person) => {
    person.presence?.unpublish();
    person.publishesOn = undefined;
  },
  leaves: async (person: Person) => {
    person.presence?.leave('user-initiated');
    person.publishesOn = undefined;
  },
  'deletes themselves': ({ user }: Person) => user.delete('/me'),
  'loses the stage': async ({ user }: Person) => {
    const { arn } = (await user.get('/me/stage')).body;
    if (arn) await ivs.send(new DeleteStageCommand({ arn })).catch(() => undefined);
  },
  // Another one's may be under way.
  'sees a clean-up in a month': () =>
    system.cleanUp({ time: new Date(Date.now() + 31 * 86_400_000).toISOString() }).catch(() => undefined),
} satisfies Readonly<Record<string, (person: Person) => Promise<unknown>>>;
type Deed = keyof typeof deeds;

const arbitraryLife = fc.array(fc.constantFrom(...(Object.keys(deeds) as Deed[])), {
  minLength: 6,
  maxLength: 10,
  size: 'max',
});

it(
  'comes to rest with one stage a user at most, each named by its owner, and live where somebody publishes',
  () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(arbitraryLife, { minLength: LIVES, maxLength: LIVES, size: 'max' }),
        fc.nat(),
        async (lives, seed) => {
          system.cloud.ivs.setEventDelivery({ lose: 0.2, duplicate: 0.2, reorder: 0.2, delayMs: 50, seed });
          const people = await Promise.all(lives.map((life, i) => live(`person-${i}`, life)));
          // So long the reconcile pass lets events settle.
          await eventually(() => Date.now() - lastEventAt > 11_000);
          await system.cleanUp({});
          expect(await system.reconcile()).toMatchObject({ complete: true, failed: 0 });
          expect(await wrongs(people)).toEqual([]);
        },
      ),
      { numRuns: 1, endOnFailure: true },
    ),
  300_000,
);

async function live(userName: string, life: readonly Deed[]): Promise<Person> {
  await system.register(userName);
  const person: Person = { user: await system.signIn(userName) };
  for (const deed of life) await deeds[deed](person);
  return person;
}

async function wrongs(people: readonly Person[]): Promise<readonly string[]> {
  const profiles = await system.profiles();
  const stages = system.cloud.ivs.stages();
  const published = new Set(people.map(({ publishesOn }) => publishesOn));
  const owners = stages.map(({ tags }) => tags['stagedoor:owner'] ?? '');
  return [
    ...owners.filter((owner, i) => owners.indexOf(owner) !== i).map((owner) => `${owner} has two stages`),
    ...profiles
      .filter(({ stageArn }) => stageArn !== undefined && !stages.some(({ arn }) => arn === stageArn))
      .map(({ userId }) => `the profile of ${userId} names a stage that does not exist`),
    ...profiles
      .filter(({ stageArn = '', live: isLive = false }) => isLive !== published.has(stageArn))
      .map(({ userId, live: isLive }) => `${userId} is live: ${isLive}`),
  ];
}
