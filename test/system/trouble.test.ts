import { IVSRealTimeClient, TagResourceCommand } from '@aws-sdk/client-ivs-realtime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, type LocalSystem, startLocalSystem } from '../support/local-system.ts';

let system: LocalSystem;
let users = 0;
beforeAll(async () => {
  // Without the quota: here the only trouble is what a test makes.
  system = await startLocalSystem({ ivsQuotas: 'off' });
});
afterEach(() => {
  system.cloud.ivs.setFaults({ rules: [] });
  system.cloud.dynamoDb.faults = {};
});
afterAll(async () => {
  await system.close();
  expect(system.denials).toEqual([]);
});

const stagesOf = (userId: string) => system.cloud.ivs.stages().filter(({ tags }) => tags['stagedoor:owner'] === userId);
const newUser = async () => {
  const name = `user-${++users}`;
  await system.register(name);
  return name;
};

describe('a first sign-in while CreateStage', () => {
  it.each([
    ['is throttled', { kind: 'throttle' }],
    ['fails', { kind: 'error', status: 500, name: 'InternalServerException' }],
    ['takes ten seconds', { kind: 'delay', ms: 10_000 }],
    ['never answers', { kind: 'hang' }],
    ['loses its answer', { kind: 'lose-answer' }],
  ] as const)(
    '%s succeeds within its 3 s, and the queue makes the stage',
    async (_what, fault) => {
      const name = await newUser();
      system.cloud.ivs.setFaults({ rules: [{ operations: ['CreateStage'], count: 1, ...fault }] });
      const startedAt = performance.now();
      const user = await system.signIn(name);
      expect(performance.now() - startedAt).toBeLessThan(4_000);
      await eventually(async () => (await system.profile(user.userId))?.stageArn);
      expect((await user.get('/me/stage')).body).toMatchObject({ status: 'active' });
      expect(await system.profile(user.userId)).not.toHaveProperty('queuedAt');
    },
    30_000,
  );

  it('is throttled answers PUT with 202 and Retry-After until the stage is there', async () => {
    const name = await newUser();
    system.cloud.ivs.setFaults({ rules: [{ operations: ['CreateStage'], kind: 'throttle' }] });
    const user = await system.signIn(name);
    const waiting = await user.put('/me/stage');
    expect(waiting).toMatchObject({ status: 202, body: { status: 'provisioning' } });
    expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(0);
    system.cloud.ivs.setFaults({ rules: [] });
    await eventually(async () => (await user.put('/me/stage')).status === 200);
    expect(stagesOf(user.userId)).toHaveLength(1);
  }, 30_000);
});

describe('the lost answer of a write, which the SDK sends again', () => {
  it.each([1, 2, 3, 4])(
    'number %i of a first sign-in leaves one stage, which the profile names',
    async (number) => {
      const name = await newUser();
      let writes = 0;
      system.cloud.dynamoDb.faults = {
        loseAnswer: ({ operation }) => /^(Put|Update|Delete)Item$/.test(operation) && ++writes === number,
      };
      const { userId } = await system.signIn(name);
      system.cloud.dynamoDb.faults = {};
      await eventually(async () => (await system.profile(userId))?.stageArn);
      const [stage, ...others] = stagesOf(userId);
      expect(others).toEqual([]);
      expect(await system.profile(userId)).toMatchObject({ stageArn: stage?.arn });
      expect(writes).toBeGreaterThanOrEqual(5);
    },
    30_000,
  );
});

/** A user whose tokens come from IVS: what is known of the stage's endpoints is too old to sign tokens with. */
async function userOfTheApi() {
  const user = await system.signIn(await newUser());
  await system.changeProfile(user.userId, { endpointsAt: new Date(Date.now() - 8 * 86_400_000).toISOString() });
  return user;
}

it('a token whose first answer got lost is asked for again, on a new connection', async () => {
  const user = await userOfTheApi();
  system.cloud.ivs.setFaults({ rules: [{ operations: ['CreateParticipantToken'], kind: 'lose-answer', count: 1 }] });
  const before = system.cloud.ivs.calls.length;
  expect((await user.post(`/stages/${user.userId}/tokens`)).status).toBe(201);
  expect(system.cloud.ivs.calls).toHaveLength(before + 2);
}, 30_000);

it('a token that IVS throttles is refused with Retry-After, and not asked for again', async () => {
  const user = await userOfTheApi();
  system.cloud.ivs.setFaults({ rules: [{ operations: ['CreateParticipantToken'], kind: 'throttle' }] });
  const before = system.cloud.ivs.calls.length;
  const { status, headers, body } = await user.post(`/stages/${user.userId}/tokens`);
  const calls = system.cloud.ivs.calls.length - before;
  expect({ status, code: body.code, retryAfter: headers.get('retry-after'), calls }).toEqual({
    status: 503,
    code: 'UPSTREAM_THROTTLED',
    retryAfter: '1',
    calls: 1,
  });
}, 30_000);

it('a sweep after all that trouble leaves each user one stage, which the profile names', async () => {
  // Two CreateStage calls were carried out without an answer in time: their stages are nobody's.
  await eventually(() => system.cloud.ivs.stages().length === users + 2);
  await makeStagesOlder(16 * 60_000);
  expect(await system.cleanUp({})).toMatchObject({ orphans: { deleted: 2 }, stages: users + 2 });
  const profiles = await system.profiles();
  expect(profiles).toHaveLength(users);
  for (const { userId, stageArn } of profiles) expect(stagesOf(userId).map(({ arn }) => arn)).toEqual([stageArn]);
}, 30_000);

async function makeStagesOlder(byMs: number): Promise<void> {
  const client = new IVSRealTimeClient({
    endpoint: system.cloud.ivs.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' },
  });
  for (const { arn, tags } of system.cloud.ivs.stages()) {
    const createdAt = new Date(Date.parse(tags['stagedoor:createdAt'] ?? '') - byMs).toISOString();
    await client.send(new TagResourceCommand({ resourceArn: arn, tags: { 'stagedoor:createdAt': createdAt } }));
  }
  client.destroy();
}

it('reads that lag behind change nothing: index and plain reads are only hints', async () => {
  const name = await newUser();
  system.cloud.dynamoDb.faults = { staleReads: () => true, indexLag: () => true };
  const { userId } = await system.signIn(name);
  await system.cleanUp({});
  expect(stagesOf(userId)).toHaveLength(1);
  expect(await system.profile(userId)).toMatchObject({ stageArn: stagesOf(userId)[0]?.arn });
}, 30_000);
