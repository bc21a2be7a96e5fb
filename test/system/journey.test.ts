import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CAPABILITIES } from '../../lambdas/stages/access/capabilities.ts';
import { DEMO_PASSWORD } from '../../local/cloud/index.ts';
import { expectNoSecretsIn, type LocalSystem, startLocalSystem } from '../support/local-system.ts';
import { signInBySrp } from '../support/sign-in-by-srp.ts';

const DAY_MS = 86_400_000;

let system: LocalSystem;
const tokens: string[] = [];
beforeAll(async () => {
  system = await startLocalSystem({ ivsQuotas: 'off' });
});
afterAll(async () => {
  await system.close();
  expectNoSecretsIn(system.logLines, tokens);
  expect(system.denials).toEqual([]);
});

const stagesOf = (userId: string) => system.cloud.ivs.stages().filter(({ tags }) => tags['stagedoor:owner'] === userId);
const later = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();

describe('a sign-in', () => {
  it('opens a stage, named and tagged, and the profile holds its ARN', async () => {
    const ada = await system.signIn('ada');
    const [stage, ...others] = stagesOf(ada.userId);
    expect(others).toEqual([]);
    expect(stage).toMatchObject({
      name: `user-${ada.userId}-stage`,
      tags: {
        'stagedoor:owner': ada.userId,
        'stagedoor:deployment': 'Stagedoor',
        'stagedoor:attempt': expect.any(String),
        'stagedoor:createdAt': expect.stringMatching(/^\d{4}-/),
      },
    });
    expect(await system.profile(ada.userId)).toMatchObject({ displayName: 'Ada', stageArn: stage?.arn });
    expect((await ada.get('/me/stage')).body).toMatchObject({ arn: stage?.arn, status: 'active', displayName: 'Ada' });
  });

  it('takes one AWS call when it is a repeat, and none to IVS', async () => {
    await system.signIn('ada');
    const { dynamoDb, ivs } = system.cloud;
    const before = [dynamoDb.calls.length, ivs.calls.length];
    await system.signIn('ada');
    expect([dynamoDb.calls.length, ivs.calls.length]).toEqual([(before[0] ?? 0) + 1, before[1]]);
  });

  it('works by SRP, with the library that front ends use', async () => {
    const { UserPoolId, UserPoolClientId, CognitoEndpoint } = system.cloud.outputs;
    const [claims] = await signInBySrp({
      endpoint: String(CognitoEndpoint),
      pool: String(UserPoolId),
      client: String(UserPoolClientId),
      user: 'mod',
      password: DEMO_PASSWORD,
    });
    const { sub } = claims as { sub: string };
    expect(stagesOf(sub)).toHaveLength(1);
  });

  it('is refused with a wrong password, and opens nothing', async () => {
    const before = system.cloud.ivs.stages().length;
    await expect(system.signIn('grace', 'Wrong-door-1')).rejects.toMatchObject({
      name: 'NotAuthorizedException',
      message: 'Incorrect username or password.',
    });
    expect(system.cloud.ivs.stages()).toHaveLength(before);
  });

  it('of somebody who registered by themselves goes the same way', async () => {
    await system.register('newcomer');
    const newcomer = await system.signIn('newcomer');
    expect((await newcomer.get('/me/stage')).body).toMatchObject({
      status: 'active',
      displayName: `Guest-${newcomer.userId.slice(-4)}`,
    });
  });

  it('fifty times at once opens one stage, and none is refused', async () => {
    await system.register('popular');
    const visits = await Promise.all(Array.from({ length: 50 }, () => system.signIn('popular')));
    const userId = visits[0]?.userId ?? '';
    expect(visits).toHaveLength(50);
    expect(stagesOf(userId)).toHaveLength(1);
    expect(await system.profile(userId)).toMatchObject({ stageArn: stagesOf(userId)[0]?.arn });
  }, 60_000);
});

describe('a participant token', () => {
  it('lets the host publish and a viewer subscribe only', async () => {
    const [ada, grace] = [await system.signIn('ada'), await system.signIn('grace')];
    const stage = `/stages/${ada.userId}/tokens`;
    const host = await ada.post(stage);
    const viewer = await grace.post(stage, {});
    tokens.push(host.body.token, viewer.body.token);
    expect(host).toMatchObject({ status: 201, body: { role: 'host', capabilities: CAPABILITIES, userId: ada.userId } });
    expect(viewer).toMatchObject({
      status: 201,
      body: { role: 'viewer', capabilities: ['SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'], userId: grace.userId },
    });
    expect(await grace.post(stage, { capabilities: ['PUBLISH_VIDEO'] })).toMatchObject({
      status: 403,
      body: { code: 'CAPABILITY_NOT_ALLOWED' },
    });
  });

  it('for a private stage is for moderators, and to strangers the stage does not exist', async () => {
    const [ada, grace, mod] = [await system.signIn('ada'), await system.signIn('grace'), await system.signIn('mod')];
    await ada.patch('/me/stage', { visibility: 'invited' });
    const stage = `/stages/${ada.userId}`;
    const moderator = await mod.post(`${stage}/tokens`);
    tokens.push(moderator.body.token);
    expect(moderator).toMatchObject({ status: 201, body: { role: 'moderator' } });
    expect(await grace.get(stage)).toMatchObject({ status: 404, body: { code: 'STAGE_NOT_FOUND' } });
    expect(await grace.post(`${stage}/tokens`)).toMatchObject({ status: 404, body: { code: 'STAGE_NOT_FOUND' } });
    await ada.patch('/me/stage', { visibility: 'public' });
    expect(await grace.get(stage)).toMatchObject({ status: 200, body: { role: 'viewer' } });
  });
});

describe('the clean-up', () => {
  it('removes what is stale and only that, and the next sign-in brings a stage back', async () => {
    const [ada, grace] = [await system.signIn('ada'), await system.signIn('grace')];
    const [live] = stagesOf(grace.userId);
    system.cloud.ivs.setActiveSession(live?.arn ?? '', 'st-abcdefghijklm');
    expect(await system.cleanUp({ time: later(29) })).toMatchObject({ stale: {} });
    expect(await system.cleanUp({ time: later(31) })).toMatchObject({ stale: { 'in-session': 1 }, complete: true });
    expect(system.cloud.ivs.stages()).toEqual([expect.objectContaining({ arn: live?.arn })]);
    expect((await ada.get('/me/stage')).body).toMatchObject({ status: 'inactive' });
    expect(await ada.post(`/stages/${ada.userId}/tokens`)).toMatchObject({
      status: 503,
      body: { code: 'STAGE_NOT_READY' },
    });
    expect(await grace.post(`/stages/${ada.userId}/tokens`)).toMatchObject({
      status: 409,
      body: { code: 'STAGE_INACTIVE' },
    });

    await system.signIn('ada');
    expect(stagesOf(ada.userId)).toHaveLength(1);
    expect((await ada.get('/me/stage')).body).toMatchObject({ status: 'active' });
  }, 30_000);

  it('gives the host a first token with the PUT that brings the stage back', async () => {
    const ada = await system.signIn('ada');
    await system.cleanUp({ time: later(31) });
    const { status, body } = await ada.put('/me/stage');
    expect({ status, roles: Object.values(body.participantTokens).map(({ role }) => role) }).toEqual({
      status: 200,
      roles: ['host'],
    });
    tokens.push(...Object.values(body.participantTokens).map(({ token }) => token));
    expect((await ada.put('/me/stage')).body.participantTokens).toEqual({});
  }, 30_000);
});
