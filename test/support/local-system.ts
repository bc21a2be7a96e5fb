import {
  CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ParticipantToken, UserStage } from '../../contract/stages.ts';
import type { ProfileItem } from '../../lambdas/adapters/profile-item.ts';
import { DEMO_PASSWORD, type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../../local/cloud/index.ts';
import { isRefusal, type Presence } from '../../local/ivs/index.ts';
import { keepRecord, recordDecision } from './record-privileges.ts';
import { expectNoSecretsIn } from './secrets.ts';

export { expectNoSecretsIn };

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T & { readonly code?: string; readonly detail?: string; readonly message?: string };
}

/** A signed-in user who calls the API. */
export interface User {
  readonly userId: string;
  readonly accessToken: string;
  readonly idToken: string;
  get(path: string): Promise<Answer<UserStage>>;
  put(path: string, body?: object): Promise<Answer<UserStage>>;
  patch(path: string, body: object): Promise<Answer<UserStage>>;
  post(path: string, body?: object): Promise<Answer<ParticipantToken>>;
  delete(path: string): Promise<Answer<object>>;
}

/** The local run with the real bundles, and users in front of it. */
export interface LocalSystem {
  readonly cloud: LocalCloud;
  /** All that functions and services logged. */
  readonly logLines: readonly string[];
  /** Permissions that were asked for and not granted. */
  readonly denials: readonly string[];
  signIn(userName: string, password?: string): Promise<User>;
  /** Signs up and confirms, as people do by themselves. */
  register(userName: string): Promise<void>;
  profile(userId: string): Promise<ProfileItem | undefined>;
  profiles(): Promise<readonly ProfileItem[]>;
  /** Changes a profile behind the system's back, for a past that a test cannot wait for. */
  changeProfile(userId: string, change: Partial<ProfileItem>): Promise<void>;
  cleanUp(event: object): Promise<Readonly<Record<string, unknown>>>;
  reconcile(): Promise<Readonly<Record<string, unknown>>>;
  /** Joins an owner's stage with a token of the user's, without media. */
  join(user: User, ownerId: string): Promise<{ readonly presence: Presence; readonly stageArn: string }>;
  close(): Promise<void>;
}

const CREDENTIALS = { accessKeyId: 'operator', secretAccessKey: 'operator' };

export function assemblyDirectory(): string {
  const directory = process.env.STAGEDOOR_TEST_ASSEMBLY;
  if (!directory) throw new Error('this test belongs to the project "system", which synthesizes first');
  return directory;
}

export interface LocalSystemOptions extends Partial<LocalCloudOptions> {
  /**
   * `FUNCTION ACTION`: refusals that the test is about. Any other fails `npm run check:privileges`, but for those of IVS
   * resources that are gone. Default: none.
   */
  readonly mayBeDenied?: readonly string[];
}

export async function startLocalSystem({
  mayBeDenied = [],
  ...options
}: LocalSystemOptions = {}): Promise<LocalSystem> {
  const logLines: string[] = [];
  const denials: string[] = [];
  const cloud = await startLocalCloud({
    assemblyDirectory: assemblyDirectory(),
    log: (line) => logLines.push(line),
    onDecision: (call, { allowed, message }) => {
      recordDecision(call, allowed, mayBeDenied);
      if (!allowed) denials.push(message);
    },
    ...options,
  });
  const { CognitoEndpoint, DynamoDbEndpoint, Region, UserPoolClientId, ProfilesTableName } = cloud.outputs;
  const config: DynamoDBClientConfig = { region: String(Region), credentials: CREDENTIALS, maxAttempts: 1 };
  const cognito = new CognitoIdentityProviderClient({ ...config, endpoint: String(CognitoEndpoint) });
  const dynamoDb = DynamoDBDocumentClient.from(new DynamoDBClient({ ...config, endpoint: String(DynamoDbEndpoint) }));
  const ClientId = String(UserPoolClientId);
  const TableName = String(ProfilesTableName);
  return {
    cloud,
    logLines,
    denials,
    signIn: async (userName, password = DEMO_PASSWORD) => {
      const AuthParameters = { USERNAME: userName, PASSWORD: password };
      const command = new InitiateAuthCommand({ AuthFlow: 'USER_PASSWORD_AUTH', ClientId, AuthParameters });
      const { AuthenticationResult: { AccessToken = '', IdToken = '' } = {} } = await cognito.send(command);
      return createUser(cloud.apiUrl, AccessToken, IdToken);
    },
    register: async (Username) => {
      const UserAttributes = [{ Name: 'email', Value: `${Username}@example.com` }];
      await cognito.send(new SignUpCommand({ ClientId, Username, Password: DEMO_PASSWORD, UserAttributes }));
      const { code } = cloud.cognito.outbox.findLast(({ userName }) => userName === Username) ?? {};
      await cognito.send(new ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode: code }));
    },
    profile: async (userId) => {
      const { Item } = await dynamoDb.send(new GetCommand({ TableName, Key: { userId }, ConsistentRead: true }));
      return Item as ProfileItem | undefined;
    },
    profiles: async () => {
      const { Items = [] } = await dynamoDb.send(new ScanCommand({ TableName, ConsistentRead: true }));
      return Items as ProfileItem[];
    },
    changeProfile: async (userId, change) => {
      const names = Object.keys(change);
      const command = new UpdateCommand({
        TableName,
        Key: { userId },
        UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(
          Object.entries(change).map(([name, value]) => [`:${name}`, value]),
        ),
      });
      await dynamoDb.send(command);
    },
    cleanUp: (event) => invoke(cloud, 'CleanUpFunctionName', event),
    reconcile: () => invoke(cloud, 'ReconcileFunctionName', {}),
    join: async (user, ownerId) => {
      const { status, body } = await user.post(`/stages/${ownerId}/tokens`);
      if (status !== 201) throw new Error(`no token: ${body.code}`);
      const admission = cloud.ivs.live.verify(body.token);
      const presence = isRefusal(admission) ? admission : cloud.ivs.live.join(admission, { end: () => undefined });
      if (isRefusal(presence)) throw new Error(presence.message);
      return { presence, stageArn: body.stageArn };
    },
    close: async () => {
      cognito.destroy();
      dynamoDb.destroy();
      await cloud.close();
      keepRecord(assemblyDirectory());
      expectNoSecretsIn(logLines);
    },
  };
}

async function invoke(cloud: LocalCloud, output: string, event: object): Promise<Readonly<Record<string, unknown>>> {
  const result = await cloud.lambda.invoke(String(cloud.outputs[output]), event);
  if ('error' in result) throw new Error(result.error.errorMessage);
  return JSON.parse(result.payload) as Readonly<Record<string, unknown>>;
}

function createUser(apiUrl: string, accessToken: string, idToken: string): User {
  const send = async <T>(method: string, path: string, body?: object): Promise<Answer<T>> => {
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${accessToken}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = (text === '' ? {} : JSON.parse(text)) as Answer<T>['body'];
    return { status: response.status, headers: response.headers, body: answer };
  };
  return {
    userId: claimsOf(accessToken).sub,
    accessToken,
    idToken,
    get: (path) => send('GET', path),
    put: (path, body) => send('PUT', path, body),
    patch: (path, body) => send('PATCH', path, body),
    post: (path, body) => send('POST', path, body),
    delete: (path) => send('DELETE', path),
  };
}

export const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { readonly sub: string };

/** Waits until a condition holds that others bring about. */
export async function eventually(holds: () => unknown, withinMs = 20_000): Promise<void> {
  const giveUpAt = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error(`not within ${withinMs} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
