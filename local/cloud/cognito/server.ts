import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { types } from 'node:util';
import { readBody } from '../aws-json-server.ts';
import { type Authorize, accessKeyIdOf } from '../iam/authorize.ts';
import { CognitoError, type Request } from './cognito-local.ts';
import type { Operation } from './operations.ts';
import type { TokenIssuer } from './tokens.ts';
import type { UserPoolDefinition } from './user-pool-definition.ts';

export interface Endpoint {
  readonly definition: UserPoolDefinition;
  readonly operations: ReadonlyMap<string, Operation>;
  readonly tokens: TokenIssuer;
  readonly issuer: string;
  readonly authorize: Authorize;
}

/** Speaks the user pools' JSON protocol, and serves the keys of the issuer. */
export async function serveCognito(endpoint: Endpoint, request: IncomingMessage, response: ServerResponse) {
  // Browsers call this endpoint from any page, as they do on AWS.
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-expose-headers', 'x-amzn-errortype,x-amzn-requestid');
  response.setHeader('x-amzn-requestid', randomUUID());
  if (request.method === 'OPTIONS') answerPreflight(request, response);
  else if (request.method === 'GET') serveDiscovery(endpoint, request, response);
  else await serveOperation(endpoint, request, response);
}

function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  const headers = request.headers['access-control-request-headers'] ?? '';
  response.writeHead(204, { 'access-control-allow-methods': 'POST', 'access-control-allow-headers': headers }).end();
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

async function perform({ definition, operations, authorize }: Endpoint, request: IncomingMessage): Promise<object> {
  const name = String(request.headers['x-amz-target']).split('.')[1] ?? '';
  const operation = operations.get(name);
  if (operation === undefined) {
    throw new CognitoError(
      'UnknownOperationException',
      `The local run does not emulate the user pool operation ${name}`,
    );
  }
  const input = await readJson(request);
  // Operations that name the pool are an administrator's; the others are open to every client.
  if (input.UserPoolId !== undefined) {
    if (input.UserPoolId !== definition.id) {
      throw new CognitoError('ResourceNotFoundException', `User pool ${input.UserPoolId} does not exist.`);
    }
    const call = {
      accessKeyId: accessKeyIdOf(request.headers),
      action: `cognito-idp:${name}`,
      resource: definition.arn,
    };
    const { allowed, message } = authorize(call);
    if (!allowed) throw new CognitoError('AccessDeniedException', message);
  }
  return operation(input);
}

async function readJson(request: IncomingMessage): Promise<Request> {
  const body = await readBody(request);
  try {
    const input: unknown = JSON.parse(body);
    if (typeof input === 'object' && input !== null) return input as Request;
  } catch {
    // Refused below, as any other body that is not an object.
  }
  throw new CognitoError('SerializationException', 'The request body is not a JSON object');
}

/** Sees a date before JSON makes it a string: the protocol wants seconds. */
function withEpochSeconds(this: Readonly<Record<string, unknown>>, name: string, value: unknown): unknown {
  const original = this[name];
  return types.isDate(original) ? Math.floor(original.getTime() / 1_000) : value;
}
