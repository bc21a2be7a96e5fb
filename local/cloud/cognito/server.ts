import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { types } from 'node:util';
import { readBody } from '../aws-json-server.ts';
import { type Authorize, accessKeyIdOf } from '../iam/authorize.ts';
import { CognitoError, invalidParameter } from './cognito-local.ts';
import type { Operation } from './operations.ts';
import { type Request, readRequest } from './read-request.ts';
import type { TokenIssuer } from './tokens.ts';
import type { UserPoolDefinition } from './user-pool-definition.ts';

export interface Endpoint {
  readonly definition: UserPoolDefinition;
  readonly operations: ReadonlyMap<string, Operation>;
  readonly tokens: TokenIssuer;
  readonly issuer: string;
  readonly authorize: Authorize;
}

/** All others are an administrator's. */
const PUBLIC_OPERATIONS = new Set([
  ...['ConfirmForgotPassword', 'ConfirmSignUp', 'ForgotPassword', 'GetUser', 'InitiateAuth', 'ResendConfirmationCode'],
  ...['RespondToAuthChallenge', 'RevokeToken', 'SignUp'],
]);

/** Far more than any request needs. */
const BODY_LIMIT_BYTES = 65_536;

/** Speaks the user pools' JSON protocol, and serves the keys of the issuer. */
export async function serveCognito(endpoint: Endpoint, request: IncomingMessage, response: ServerResponse) {
  response.setHeader('x-amzn-requestid', randomUUID());
  // Browsers call this endpoint from any page, as they do on AWS.
  if (!isAdministrators(endpoint, operationOf(request))) {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-expose-headers', 'x-amzn-errortype,x-amzn-requestid');
  }
  if (request.method === 'OPTIONS') answerPreflight(response);
  else if (request.method === 'GET') serveDiscovery(endpoint, request, response);
  else await serveOperation(endpoint, request, response);
}

function operationOf({ headers }: IncomingMessage): string {
  return String(headers['x-amz-target']).split('.')[1] ?? '';
}

function isAdministrators({ operations }: Endpoint, operation: string): boolean {
  return operations.has(operation) && !PUBLIC_OPERATIONS.has(operation);
}

/** A preflight does not say which operation follows. Without `authorization`, no page can sign an administrator's. */
const HEADERS_OF_PAGES =
  'amz-sdk-invocation-id,amz-sdk-request,cache-control,content-type,x-amz-target,x-amz-user-agent';

function answerPreflight(response: ServerResponse): void {
  response
    .writeHead(204, { 'access-control-allow-methods': 'POST', 'access-control-allow-headers': HEADERS_OF_PAGES })
    .end();
}

function serveDiscovery(
  { issuer, tokens, definition }: Endpoint,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const documents: Readonly<Record<string, object>> = {
    [`/${definition.id}/.well-known/jwks.json`]: tokens.jwks,
    [`/${definition.id}/.well-known/openid-configuration`]: {
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      id_token_signing_alg_values_supported: ['RS256'],
    },
  };
  const document = documents[request.url ?? ''];
  response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(document ?? { message: 'Not Found' }));
}

async function serveOperation(endpoint: Endpoint, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = (status: number, body: object) => {
    response
      .writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
      .end(JSON.stringify(body, withEpochSeconds));
  };
  try {
    answer(200, await perform(endpoint, request));
  } catch (error) {
    if (!(error instanceof CognitoError)) throw error;
    response.setHeader('x-amzn-errortype', error.code);
    answer(400, { __type: error.code, message: error.message });
  }
}

async function perform(endpoint: Endpoint, request: IncomingMessage): Promise<object> {
  const name = operationOf(request);
  const operation = endpoint.operations.get(name);
  if (operation === undefined) {
    throw new CognitoError(
      'UnknownOperationException',
      `The local run does not emulate the user pool operation ${name}`,
    );
  }
  const input = readRequest(await readBody(request, BODY_LIMIT_BYTES));
  if (isAdministrators(endpoint, name)) assertAdministrator(endpoint, name, accessKeyIdOf(request.headers), input);
  return operation(input);
}

function assertAdministrator(
  { definition, authorize }: Endpoint,
  operation: string,
  accessKeyId: string | undefined,
  { UserPoolId }: Request,
): void {
  // Elsewhere an unsigned call is the operator's. But this endpoint is the one that pages can reach.
  if (accessKeyId === undefined) {
    throw new CognitoError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  if (UserPoolId === undefined) throw invalidParameter('Missing required parameter UserPoolId');
  if (UserPoolId !== definition.id) {
    throw new CognitoError('ResourceNotFoundException', `User pool ${UserPoolId} does not exist.`);
  }
  const call = { accessKeyId, action: `cognito-idp:${operation}`, resource: definition.arn };
  const { allowed, message } = authorize(call);
  if (!allowed) throw new CognitoError('AccessDeniedException', message);
}

/** Sees a date before JSON makes it a string: the protocol wants seconds. */
function withEpochSeconds(this: Readonly<Record<string, unknown>>, name: string, value: unknown): unknown {
  const original = this[name];
  return types.isDate(original) ? Math.floor(original.getTime() / 1_000) : value;
}
