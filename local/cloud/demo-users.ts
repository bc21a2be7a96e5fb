import type { NewUser } from './cognito/index.ts';

/** No secret: it opens accounts that exist on this machine only. */
export const DEMO_PASSWORD = 'Stage-door-1';

export const DEMO_USERS: readonly NewUser[] = [
  demoUser('ada', 'Ada'),
  demoUser('grace', 'Grace'),
  { ...demoUser('mod', 'Mod'), groups: ['moderators'] },
];

function demoUser(userName: string, displayName: string): NewUser {
  const attributes = { email: `${userName}@example.com`, email_verified: 'true', preferred_username: displayName };
  return { userName, password: DEMO_PASSWORD, attributes };
}
