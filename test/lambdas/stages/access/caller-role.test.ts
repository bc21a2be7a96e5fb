import { describe, expect, it } from '@jest/globals';
import type { Visibility } from '../../../../contract/stages.ts';
import { type StandingFacts, standingOf } from '../../../../lambdas/stages/access/caller-role.ts';
import { CAPABILITIES, ivsCapabilities } from '../../../../lambdas/stages/access/capabilities.ts';

const now = new Date('2026-01-01T00:00:00Z');
const SUBSCRIBE = ['SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];
const NONE = { role: null, capabilities: [], banned: false };
const BANNED = { ...NONE, banned: true };
const VIEWER = { role: 'viewer', capabilities: SUBSCRIBE, banned: false };
const MODERATOR = { ...VIEWER, role: 'moderator' };

const invited = { guest: { capabilities: ['PUBLISH_VIDEO', 'PUBLISH_AUDIO'] } } as const;
const endsAt = (time: string) => ({ expiresAt: `2026-01-01T00:${time}Z` });
const standing = (facts: Partial<StandingFacts>, visibility: Visibility, callers: object = {}) =>
  standingOf(
    { userId: 'grace', isModerator: false, ...callers },
    'ada',
    { owner: { visibility }, ban: undefined, guest: undefined, ...facts },
    now,
  );

describe('what somebody is on a stage', () => {
  it.each([
    ['a viewer of a public one', {}, 'public', VIEWER],
    ['nobody on a private one', {}, 'invited', NONE],
    [
      'a guest with what they were invited to, sorted, and no more',
      invited,
      'invited',
      {
        role: 'guest',
        capabilities: ['PUBLISH_AUDIO', 'PUBLISH_VIDEO'],
        banned: false,
      },
    ],
    [
      'a guest until the end of the invitation',
      { guest: { ...invited.guest, ...endsAt('01:01') } },
      'invited',
      {
        role: 'guest',
        capabilities: ['PUBLISH_AUDIO', 'PUBLISH_VIDEO'],
        banned: false,
        roleEndsAt: '2026-01-01T00:01:01Z',
      },
    ],
    [
      'no guest in the last minute, when IVS makes no token',
      { guest: { ...invited.guest, ...endsAt('01:00') } },
      'invited',
      NONE,
    ],
    ['banned, and nothing else, also as a guest', { ...invited, ban: {} }, 'public', BANNED],
    ['banned until the last moment of the ban', { ban: endsAt('00:01') }, 'public', BANNED],
    ['a viewer again when the ban has ended', { ban: endsAt('00:00') }, 'public', VIEWER],
  ] as const)('%s', (_what, facts, visibility, expected) => {
    expect(standing(facts, visibility)).toEqual(expected);
  });

  it('is nothing where there is no owner', () => {
    expect(standing({ owner: undefined }, 'public')).toEqual(NONE);
  });

  it.each([{}, { ban: {} }])('is a moderator for the group, whatever the host says: %j', (facts) => {
    expect(standing(facts, 'invited', { isModerator: true })).toEqual(MODERATOR);
  });

  it('is the host for the owner, banned or not, moderator or not', () => {
    const owner = { userId: 'ada', isModerator: true };
    expect(standing({ ban: {} }, 'invited', owner)).toEqual({
      role: 'host',
      capabilities: CAPABILITIES,
      banned: false,
    });
  });
});

it('no token is made without a capability, which IVS would take for all of them', () => {
  expect(() => ivsCapabilities([])).toThrow('at least one capability');
});
