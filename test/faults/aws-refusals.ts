import { Readable } from 'node:stream';

export type Service = 'DynamoDB' | 'IVS' | 'SQS' | 'Secrets Manager' | 'Cognito';

/** Status and name of an error of a service's own. */
type Refusal = readonly [status: number, name: string];

const THROTTLED: Readonly<Record<Service, Refusal>> = {
  DynamoDB: [400, 'ProvisionedThroughputExceededException'],
  IVS: [429, 'ThrottlingException'],
  SQS: [400, 'RequestThrottled'],
  'Secrets Manager': [400, 'ThrottlingException'],
  Cognito: [400, 'TooManyRequestsException'],
};

const SERVER_ERROR: Readonly<Record<Service, Refusal>> = {
  DynamoDB: [500, 'InternalServerError'],
  IVS: [500, 'InternalServerException'],
  SQS: [503, 'ServiceUnavailable'],
  'Secrets Manager': [500, 'InternalServiceError'],
  Cognito: [500, 'InternalErrorException'],
};

export const throttle = (service: Service) => refusal(THROTTLED[service]);
export const serverError = (service: Service) => refusal(SERVER_ERROR[service]);

const refusal = ([status, name]: Refusal) => answer(status, { __type: name, message: 'a planned fault' }, name);

/** As the SDK's HTTP handler hands an answer over. */
export const answer = (statusCode: number, body: object, errorName?: string) => ({
  response: {
    statusCode,
    headers: { 'content-type': 'application/json', ...(errorName && { 'x-amzn-errortype': errorName }) },
    body: Readable.from([Buffer.from(JSON.stringify(body))]),
  },
});

/** As Node's connection, and the SDK's HTTP handler after it, tell that the other side hung up. */
export const connectionReset = (): Error =>
  Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', name: 'TimeoutError' });

/** As the SDK's HTTP handler tells that its time for an answer is over. */
export const requestTimeout = (): Error =>
  Object.assign(new Error('a request has exceeded the configured requestTimeout'), {
    code: 'ETIMEDOUT',
    name: 'TimeoutError',
  });

/** As the SDK's HTTP handler tells that the caller's signal ended the call. */
export const aborted = (): Error => Object.assign(new Error('Request aborted'), { name: 'AbortError' });
