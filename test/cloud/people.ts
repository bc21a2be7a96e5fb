import {
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminSetUserPasswordCommand,
  type CognitoIdentityProviderClient,
  InitiateAuthCommand,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Deployment } from './deployment.ts';
import { newPassword } from './without-secrets.ts';

/** A user of the check's own. */
export interface Person {
  readonly userName: string;
  readonly password: string;
  /** Known as soon as Cognito has the user. */
  userId?: string;
  /** Whether there may be a profile: the first sign-in makes it. */
  hasTriedToSignIn?: boolean;
  accessToken?: string;
  refreshToken?: string;
}

export type KnownPerson = Person & { readonly userId: string; readonly accessToken: string };

type Pool = Pick<Deployment, 'UserPoolId' | 'UserPoolClientId'>;

export class People {
  /** All who were made or may have been, for the purge. */
  readonly made: Person[] = [];
  readonly #cognito: CognitoIdentityProviderClient;
  readonly #pool: Pool;

  constructor(cognito: CognitoIdentityProviderClient, pool: Pool) {
    this.#cognito = cognito;
    this.#pool = pool;
  }

  /** By an administrator's hand: that works where nobody may sign up, and sends no mail. No trigger fires. */
  async make(userName: string): Promise<Person> {
    const person: Person = { userName, password: newPassword() };
    this.made.push(person);
    const { UserPoolId } = this.#pool;
    const UserAttributes = [
      { Name: 'email', Value: `${userName}@example.com` },
      { Name: 'email_verified', Value: 'true' },
    ];
    const named = { UserPoolId, Username: userName };
    const { User } = await this.#cognito.send(
      new AdminCreateUserCommand({ ...named, MessageAction: 'SUPPRESS', UserAttributes }),
    );
    const userId = User?.Attributes?.find(({ Name }) => Name === 'sub')?.Value;
    if (userId !== undefined) person.userId = userId;
    const { password: Password } = person;
    await this.#cognito.send(new AdminSetUserPasswordCommand({ ...named, Password, Permanent: true }));
    return person;
  }

  async signIn(person: Person): Promise<KnownPerson> {
    person.hasTriedToSignIn = true;
    const { userName: USERNAME, password: PASSWORD } = person;
    return this.#authenticate(person, 'USER_PASSWORD_AUTH', { USERNAME, PASSWORD });
  }

  async refresh(person: Person): Promise<KnownPerson> {
    return this.#authenticate(person, 'REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: person.refreshToken ?? '' });
  }

  async remove({ userName: Username }: Person): Promise<void> {
    const { UserPoolId } = this.#pool;
    try {
      await this.#cognito.send(new AdminDeleteUserCommand({ UserPoolId, Username }));
    } catch (error) {
      // Who could not be made needs not be removed.
      if (!(error instanceof UserNotFoundException)) throw error;
    }
  }

  async #authenticate(
    person: Person,
    AuthFlow: 'USER_PASSWORD_AUTH' | 'REFRESH_TOKEN_AUTH',
    AuthParameters: Record<string, string>,
  ): Promise<KnownPerson> {
    const { UserPoolClientId: ClientId } = this.#pool;
    const { AuthenticationResult, ChallengeName } = await this.#cognito.send(
      new InitiateAuthCommand({ AuthFlow, ClientId, AuthParameters }),
    );
    const { AccessToken, RefreshToken } = AuthenticationResult ?? {};
    if (AccessToken === undefined || person.userId === undefined) {
      throw new Error(`Cognito let ${person.userName} not in: ${ChallengeName ?? 'no token'}`);
    }
    // A refresh gives no new refresh token.
    const refreshToken = RefreshToken ?? person.refreshToken;
    return Object.assign(person, {
      userId: person.userId,
      accessToken: AccessToken,
      ...(refreshToken !== undefined && { refreshToken }),
    });
  }
}
