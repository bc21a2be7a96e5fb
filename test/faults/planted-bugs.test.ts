import { afterAll, expect, it } from '@jest/globals';
import type { Services } from '../../lambdas/stages/ports.ts';
import { Clouds } from './clouds.ts';
import type { Fault } from './fault.ts';
import { scenarios } from './scenarios/index.ts';

const clouds = new Clouds();
afterAll(() => clouds.close());

/** What is found wrong with a scenario, in which the process that meets the fault has a bug. */
async function wrongWith(name: string, fault: Fault, alter: (services: Services) => Services): Promise<string> {
  const scenario = scenarios.find((each) => each.name === name);
  if (!scenario) throw new Error(`there is no scenario ${name}`);
  const faultless = await clouds.run(scenario);
  const sound = await clouds.run(scenario, { fault, faultless });
  expect(sound.wrong).toEqual([]);
  const { wrong } = await clouds.run(scenario, { fault, faultless, alter });
  return wrong.join('\n');
}

const lasting = (kind: Fault['kind'], name: string): Fault => ({ kind, lasts: true, site: { name, number: 1 } });

/** The same object with some methods of its own. */
const replaced = <T extends object>(original: T, methods: Partial<T>): T =>
  new Proxy(original, {
    get: (_target, key) => {
      const value = Reflect.get(key in methods ? methods : original, key);
      return typeof value === 'function' ? value.bind(original) : value;
    },
  });

const swallow = (work: Promise<void>): Promise<void> => work.catch(() => undefined);

it('finds a rights check whose sending fails in silence: whoever was put out stays', async () => {
  const fault = lasting('server error', 'SQS SendMessage');
  const wrong = await wrongWith('DELETE /me/stage/guests/{userId}: while on stage', fault, (services) => {
    const { rightsChecks } = services;
    const send: typeof rightsChecks.send = (...check) => swallow(rightsChecks.send(...check));
    return { ...services, rightsChecks: replaced(rightsChecks, { send }) };
  });
  expect(wrong).toContain('nobody was told that it failed: SQS SendMessage');
});

it('finds a pointer whose write fails in silence: events of the stage would find nobody', async () => {
  const fault = lasting('reset', 'DynamoDB PutItem StageOwners');
  const wrong = await wrongWith('Sign-in: the first', fault, (services) => {
    const { stageOwners } = services;
    const put: typeof stageOwners.put = (...pointer) => swallow(stageOwners.put(...pointer));
    return { ...services, stageOwners: replaced(stageOwners, { put }) };
  });
  expect(wrong).toContain('nobody was told that it failed: DynamoDB PutItem StageOwners');
  expect(wrong).toMatch(/^pointers: /m);
});

it('finds a store that lost its condition: a stage is deleted whose owner has come back', async () => {
  const fault: Fault = { kind: 'stale index', lasts: false, site: { name: 'DynamoDB Query Profiles/idle', number: 1 } };
  const wrong = await wrongWith('Clean-up: an owner has just come back', fault, (services) => {
    const { profiles } = services;
    return {
      ...services,
      profiles: replaced(profiles, {
        claimForRemoval: ({ idleHour: _seen, ...claim }, lease, now) => profiles.claimForRemoval(claim, lease, now),
        confirmRemoval: ({ idleHour: _seen, ...claim }, lease, now) => profiles.confirmRemoval(claim, lease, now),
      }),
    };
  });
  expect(wrong).toMatch(/^profiles: .*ada.* instead of .*ada/m);
});

it('finds a bare 500 whose cause nobody can look up, and a token in a log line', async () => {
  const fault = lasting('server error', 'DynamoDB GetItem Profiles');
  const untold = await wrongWith('GET /me/stage', fault, (services) => ({
    ...services,
    log: { ...services.log, error: () => undefined },
  }));
  expect(untold).toContain('a bare 500 without its cause in the log');
  const talkative = await wrongWith(
    'Token by key pair: the key is known',
    { ...fault, site: TOKEN_READ },
    (services) => ({
      ...services,
      log: {
        ...services.log,
        error: (message) => services.log.error(`${message} eyJhbGciOiJFUzM4NCJ9.eyJqdGkiOiJhIn0.c2ln`),
      },
    }),
  );
  expect(talkative).toContain('a secret is in the log');
});

const TOKEN_READ = { name: 'DynamoDB BatchGetItem Profiles, StageMembers', number: 1 };

it('finds a call that is tried again though it must not be: two stages come of one sign-in', async () => {
  const fault: Fault = { kind: 'answer lost', lasts: false, site: { name: 'IVS CreateStage', number: 1 } };
  const wrong = await wrongWith('Sign-in: the first', fault, (services) => {
    const { ivs } = services;
    const createStage: typeof ivs.createStage = (...request) =>
      ivs.createStage(...request).catch(() => ivs.createStage(...request));
    return { ...services, ivs: replaced(ivs, { createStage }) };
  });
  expect(wrong).toContain('made again, though it may have been carried out: IVS CreateStage');
});
