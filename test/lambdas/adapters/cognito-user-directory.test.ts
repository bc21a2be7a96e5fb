import {
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminGetUserCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { CognitoUserDirectory } from '../../../lambdas/adapters/cognito-user-directory.ts';
import { DEFINITION, startTestPool } from '../../local/cloud/cognito/start-test-pool.ts';

let pool: Awaited<ReturnType<typeof startTestPool>>;
beforeAll(async () => {
  pool = await startTestPool();
});
afterAll(() => pool.close());

const directory = () => new CognitoUserDirectory(pool.client, DEFINITION.id);
const inPool = { UserPoolId: DEFINITION.id };
const subOf = async (Username: string) => {
  const { UserAttributes = [] } = await pool.client.send(new AdminGetUserCommand({ ...inPool, Username }));
  return UserAttributes.find(({ Name }) => Name === 'sub')?.Value ?? '';
};

it('knows a user until they are deleted, and nobody else', async () => {
  const UserAttributes = [{ Name: 'email', Value: 'grace@example.com' }];
  await pool.client.send(
    new AdminCreateUserCommand({ ...inPool, Username: 'grace', UserAttributes, MessageAction: 'SUPPRESS' }),
  );
  const [ada, grace] = [await subOf('ada'), await subOf('grace')];
  expect(await directory().exists(ada)).toBe(true);
  expect(await directory().exists(grace)).toBe(true);
  expect(await directory().exists('00000000-0000-0000-0000-000000000000')).toBe(false);
  await pool.client.send(new AdminDeleteUserCommand({ ...inPool, Username: 'grace' }));
  expect(await directory().exists(grace)).toBe(false);
  expect(await directory().exists(ada)).toBe(true);
});

it('asks by ListUsers for one user and no more of them than their id', async () => {
  const client = mockClient(pool.client);
  client.onAnyCommand().resolves({ Users: [] });
  await directory().exists('a-b_c');
  expect(client.calls().map(({ args: [{ input }] }) => input)).toEqual([
    { ...inPool, Filter: 'sub = "a-b_c"', Limit: 1, AttributesToGet: ['sub'] },
  ]);
  client.restore();
});
