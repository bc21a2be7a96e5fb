import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PostAuthenticationTriggerEvent, PostConfirmationTriggerEvent } from 'aws-lambda';
import { signIn } from '../../../lambdas/events/sign-in/sign-in.ts';
import { createWorld, type World } from '../../support/world.ts';

let world: World;
beforeEach(() => {
  world = createWorld();
});

const cognitoEvent = {
  version: '1',
  region: 'us-east-1',
  userPoolId: 'us-east-1_pool',
  userName: 'ada.l',
  callerContext: { awsSdkVersion: '', clientId: 'client' },
};
const authenticated = (userAttributes: Record<string, string> = {}): PostAuthenticationTriggerEvent => ({
  ...cognitoEvent,
  triggerSource: 'PostAuthentication_Authentication',
  request: {
    userAttributes: { sub: 'ada', email: 'ada@example.com', preferred_username: 'Ada', ...userAttributes },
    newDeviceUsed: false,
  },
  response: {},
});
const confirmed = (
  userAttributes: Record<string, string>,
  triggerSource: PostConfirmationTriggerEvent['triggerSource'] = 'PostConfirmation_ConfirmSignUp',
): PostConfirmationTriggerEvent => ({
  ...cognitoEvent,
  triggerSource,
  request: { userAttributes: { sub: 'ada', ...userAttributes } },
  response: {},
});

it('opens a stage at sign-in and gives the event back whole', async () => {
  const event = authenticated();
  expect(await signIn(world)(event)).toBe(event);
  expect(await world.profiles.get('ada')).toMatchObject({ displayName: 'Ada', stage: { name: 'user-ada-stage' } });
});

it('names a user without a chosen name by their id, never by e-mail or user name', async () => {
  await signIn(world)(authenticated({ preferred_username: '' }));
  expect(await world.profiles.get('ada')).toMatchObject({ displayName: 'Guest-ada' });
  expect(JSON.stringify(world.profiles.all())).not.toMatch(/example\.com|ada\.l/);
});

describe('in a pool that serves other applications too', () => {
  const elsewhere = { awsSdkVersion: '', clientId: 'client-of-another-application' };

  it.each([
    ['sign-in', authenticated()],
    ['confirmation of a federated user', confirmed({ identities: '[{"providerName":"Google"}]' })],
  ])('leaves a %s of theirs alone', async (_what, own) => {
    const event = { ...own, callerContext: elsewhere };
    expect(await signIn({ ...world, onlyClientId: 'client' })(event)).toBe(event);
    expect([world.ivs.stages.size, world.profiles.all()]).toEqual([0, []]);
  });

  it('opens a stage for who signs in to this one', async () => {
    await signIn({ ...world, onlyClientId: 'client' })(authenticated());
    expect(world.ivs.stages.size).toBe(1);
  });
});

it('opens a stage for every client of a pool of its own', async () => {
  await signIn({ ...world, onlyClientId: undefined })(authenticated());
  expect(world.ivs.stages.size).toBe(1);
});

it.each([
  ['a federated user is confirmed', confirmed({ identities: '[{"providerName":"Google"}]' }), 1],
  ['an external provider vouches', confirmed({ 'cognito:user_status': 'EXTERNAL_PROVIDER' }), 1],
  ['a local user confirms the sign-up', confirmed({ 'cognito:user_status': 'CONFIRMED' }), 0],
  ['a forgotten password is reset', confirmed({ identities: '[]' }, 'PostConfirmation_ConfirmForgotPassword'), 0],
])('when %s', async (_what, event, stages) => {
  expect(await signIn(world)(event)).toBe(event);
  expect(world.ivs.stages.size).toBe(stages);
});

it.each([
  ['the profile table', () => (world.profiles.recordVisit = () => Promise.reject(new Error('no table')))],
  ['the queue', () => breakQueue()],
  ['the pointer table', () => (world.stageOwners.put = () => Promise.reject(new Error('no table')))],
  ['IVS', () => (world.ivs.trouble = () => 'unknown')],
])('never refuses a login because of %s', async (_what, breakIt) => {
  breakIt();
  const event = authenticated();
  expect(await signIn(world)(event)).toBe(event);
  expect(world.log.lines.length).toBeGreaterThan(0);
});

it('never refuses a login because of a user id that cannot name a stage', async () => {
  const event = authenticated({ sub: 'not a valid id' });
  expect(await signIn(world)(event)).toBe(event);
  expect(world.log.messages('error')).toEqual(['a sign-in went on without its stage']);
  expect(world.metrics.sum('SignInsWithoutStage')).toBe(1);
});

it('logs neither e-mail nor attributes when something goes wrong', async () => {
  world.profiles.recordVisit = () => Promise.reject(new Error('no table'));
  await signIn(world)(authenticated());
  expect(JSON.stringify(world.log.lines)).not.toMatch(/example\.com|preferred/);
});

function breakQueue() {
  world.ivs.trouble = () => 'throttled';
  world.provisioningQueue.send = () => Promise.reject(new Error('no queue'));
}
