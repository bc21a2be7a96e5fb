import {
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  ListUsersCommand,
  type ListUsersCommandInput,
  paginateListUsers,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createAuthorizer, type Principal } from '../../../../local/cloud/iam/authorize.ts';
import { CLIENT_ID, DEFINITION, PASSWORD, startTestPool, type TestPoolOptions } from './start-test-pool.ts';

const UserPoolId = DEFINITION.id;

let running: Awaited<ReturnType<typeof startTestPool>>;
afterEach(() => running.close());

/** A pool with the user `ada`. */
async function start(options: TestPoolOptions = {}) {
  running = await startTestPool(options);
  const { client } = running;
  return {
    ...running,
    list: (input: Partial<ListUsersCommandInput> = {}) => client.send(new ListUsersCommand({ UserPoolId, ...input })),
    create: async (Username: string) => {
      const { User } = await client.send(
        new AdminCreateUserCommand({ UserPoolId, Username, MessageAction: 'SUPPRESS' }),
      );
      return User?.Attributes?.find(({ Name }) => Name === 'sub')?.Value ?? '';
    },
  };
}

describe('listing users', () => {
  it('finds one by sub, in the form of AWS', async () => {
    const { list, create } = await start();
    const [sub] = [await create('eve'), await create('bob')];
    const { Users, PaginationToken } = await list({ Filter: `sub = "${sub}"` });
    expect(PaginationToken).toBeUndefined();
    expect(Users).toEqual([
      {
        Username: 'eve',
        Attributes: [{ Name: 'sub', Value: sub }],
        Enabled: true,
        UserStatus: 'FORCE_CHANGE_PASSWORD',
        UserCreateDate: expect.any(Date),
        UserLastModifiedDate: expect.any(Date),
      },
    ]);
    expect((await list({ Filter: 'sub = "81a2c28c-d862-484a-8fc5-2d1dfd3549fe"' })).Users).toEqual([]);
  });

  it('finds nobody any more who was deleted', async () => {
    const { client, list, create } = await start();
    const sub = await create('eve');
    await client.send(new AdminDeleteUserCommand({ UserPoolId, Username: sub }));
    expect((await list({ Filter: `sub = "${sub}"` })).Users).toEqual([]);
    await expect(client.send(new AdminDeleteUserCommand({ UserPoolId, Username: sub }))).rejects.toMatchObject({
      name: 'UserNotFoundException',
    });
  });

  it('names those who cannot sign in, too', async () => {
    const { client, list } = await start();
    const UserAttributes = [{ Name: 'email', Value: 'b@example.com' }];
    const signUp = { ClientId: CLIENT_ID, Username: 'bob', Password: PASSWORD, UserAttributes };
    const { UserSub } = await client.send(new SignUpCommand(signUp));
    await client.send(new AdminDisableUserCommand({ UserPoolId, Username: 'ada' }));
    expect((await list()).Users).toMatchObject([
      { Username: 'ada', Enabled: false, UserStatus: 'CONFIRMED' },
      { Username: 'bob', Enabled: true, UserStatus: 'UNCONFIRMED' },
    ]);
    expect((await list({ Filter: `sub = "${UserSub}"` })).Users).toMatchObject([{ Username: 'bob' }]);
  });

  it('gives as many as were asked for, and the others page by page', async () => {
    const { client, list, create } = await start();
    for (const name of ['bob', 'eve', 'kim', 'zoe']) await create(name);
    const pages: (string | undefined)[][] = [];
    for await (const { Users = [] } of paginateListUsers({ client, pageSize: 2 }, { UserPoolId })) {
      pages.push(Users.map(({ Username }) => Username));
    }
    expect(pages).toEqual([['ada', 'bob'], ['eve', 'kim'], ['zoe']]);
    const { Users, PaginationToken } = await list({ Limit: 5 });
    expect([Users?.length, PaginationToken]).toEqual([5, undefined]);
  });

  it('gives 60 at most', async () => {
    const { list, cognito } = await start();
    for (let index = 0; index < 60; index++) {
      await cognito.addUser({ userName: `user${index}`, password: PASSWORD, attributes: {} });
    }
    const { Users, PaginationToken } = await list();
    expect(Users).toHaveLength(60);
    expect((await list({ PaginationToken })).Users).toHaveLength(1);
    await expect(list({ Limit: 61 })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining("Value '61' at 'limit' failed to satisfy constraint"),
    });
    await expect(list({ Limit: -1 })).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('leaves out the attributes that were not asked for', async () => {
    const { list } = await start();
    const { Users } = await list({ AttributesToGet: ['email'] });
    expect(Users?.map(({ Attributes }) => Attributes)).toEqual([[{ Name: 'email', Value: 'ada@example.com' }]]);
  });

  it.each(['sub = unquoted', 'sub > "a"', 'custom:x = "a"'])('refuses the filter %s', async (Filter) => {
    const { list } = await start();
    await expect(list({ Filter })).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('needs the permission for the pool when the access key is a function’s', async () => {
    const allowing = (Resource: string): Principal => ({
      arn: 'arn:aws:sts::1:assumed-role/Role/function',
      policies: [{ Statement: [{ Effect: 'Allow', Action: 'cognito-idp:ListUsers', Resource }] }],
    });
    const authorizeFor = (Resource: string) => createAuthorizer(new Map([['operator', allowing(Resource)]]));
    await expect((await start({ authorize: authorizeFor(DEFINITION.arn) })).list()).resolves.toBeDefined();
    await running.close();
    const { list } = await start({ authorize: authorizeFor(`${DEFINITION.arn}-other`) });
    await expect(list()).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        `not authorized to perform: cognito-idp:ListUsers on resource: ${DEFINITION.arn}`,
      ),
    });
  });
});
