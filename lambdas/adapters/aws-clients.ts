import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** A connection that does not answer must leave time for the SDK's next try within a sign-in's 3 s. */
const requestHandler = { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true };

export const dynamoDbClient = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler }), {
    marshallOptions: { removeUndefinedValues: true },
  });

/** One try: CreateStage cannot be repeated safely, and a retry would count against a quota of 5 calls a second. */
export const ivsClient = (): IVSRealTimeClient => new IVSRealTimeClient({ maxAttempts: 1 });

export const sqsClient = (): SQSClient => new SQSClient({ requestHandler });
