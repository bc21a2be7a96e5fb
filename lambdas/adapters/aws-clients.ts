import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IVSRealTimeClient, type IVSRealTimeClientConfig } from '@aws-sdk/client-ivs-realtime';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** A connection that does not answer must leave time for the SDK's next try within a sign-in's 3 s. */
const requestHandler = { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true };

export const dynamoDbClient = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler }), {
    marshallOptions: { removeUndefinedValues: true },
  });

type RetryStrategy = Extract<
  NonNullable<IVSRealTimeClientConfig['retryStrategy']>,
  { refreshRetryTokenForRetry: unknown }
>;

/**
 * A second try for calls that may be made twice and failed in passing: a function that was frozen may find its connection
 * closed. Throttled calls are not repeated: five a second are all there are, and our own pace decides about them.
 */
const retryTransientOnce: RetryStrategy = {
  acquireInitialRetryToken: async () => retryToken(0),
  refreshRetryTokenForRetry: async (token, { errorType }) => {
    if (errorType !== 'TRANSIENT' || token.getRetryCount() > 0) throw new Error('no further try');
    return retryToken(1);
  },
  recordSuccess: () => undefined,
};

const retryToken = (count: number) => ({ getRetryCount: () => count, getRetryDelay: () => 0 });

export const ivsClient = (): IVSRealTimeClient => new IVSRealTimeClient({ retryStrategy: retryTransientOnce });

/**
 * For CreateStage, which cannot be repeated: one try, on a connection of its own. On one that IVS closed while the function
 * was frozen the call would fail without anybody knowing whether it was carried out.
 */
export const ivsClientForCreation = (): IVSRealTimeClient =>
  new IVSRealTimeClient({
    maxAttempts: 1,
    requestHandler: { httpAgent: oneCallEach, httpsAgent: oneCallEach },
  });

/** With a limit of sockets, which is the SDK's default, Node would ask to keep the connection all the same. */
const oneCallEach = { keepAlive: false, maxSockets: Number.POSITIVE_INFINITY };

export const sqsClient = (): SQSClient => new SQSClient({ requestHandler });

export const secretsManagerClient = (): SecretsManagerClient => new SecretsManagerClient({ requestHandler });

/** For the clean-up, which has time: one that is throttled waits and tries again, by the SDK's own rules. */
export const cognitoClient = (): CognitoIdentityProviderClient =>
  new CognitoIdentityProviderClient({ requestHandler: { ...requestHandler, requestTimeout: 3_000 }, maxAttempts: 3 });
