import { type CognitoIdentityProviderClient, ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import type { UserId } from '../../contract/stages.ts';
import type { UserDirectory } from '../stages/ports.ts';

/** The users of a Cognito user pool. */
export class CognitoUserDirectory implements UserDirectory {
  readonly #client: CognitoIdentityProviderClient;
  readonly #userPoolId: string;

  constructor(client: CognitoIdentityProviderClient, userPoolId: string) {
    this.#client = client;
    this.#userPoolId = userPoolId;
  }

  /** By ListUsers, because AdminGetUser would bill the user as active in this month. */
  async exists(userId: UserId): Promise<boolean> {
    const { Users = [] } = await this.#client.send(
      new ListUsersCommand({
        UserPoolId: this.#userPoolId,
        Filter: `sub = "${userId}"`,
        Limit: 1,
        AttributesToGet: ['sub'],
      }),
    );
    return Users.length > 0;
  }
}
