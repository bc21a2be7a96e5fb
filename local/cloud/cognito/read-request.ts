import { z } from 'zod';
import { CognitoError } from './cognito-local.ts';

const text = z.string().optional();
const texts = z.record(z.string(), z.string()).optional();

/** Every member that an operation of the local run reads. Others are dropped: nobody has looked at their types. */
const request = z.object({
  AccessToken: text,
  AttributesToGet: z.array(z.string()).optional(),
  AuthFlow: text,
  AuthParameters: texts,
  ChallengeName: text,
  ChallengeResponses: texts,
  ClientId: text,
  ClientMetadata: texts,
  ConfirmationCode: text,
  DesiredDeliveryMediums: z.array(z.string()).optional(),
  Filter: text,
  GroupName: text,
  Limit: z.number().optional(),
  MessageAction: text,

  PaginationToken: text,
  Password: text,
  Permanent: z.boolean().optional(),
  Session: text,
  TemporaryPassword: text,
  Token: text,
  UserAttributes: z.array(z.object({ Name: z.string(), Value: z.string().default('') })).optional(),
  UserPoolId: text,
  Username: text,
});

export type Request = Readonly<z.infer<typeof request>>;

/** The members of a request, with the types that AWS's model of it gives them. */
export function readRequest(body: string): Request {
  const { data, error } = request.safeParse(parseJson(body));
  if (data !== undefined) return data;
  const { path = [], message = '' } = error.issues[0] ?? {};
  throw new CognitoError('SerializationException', `${path.join('.') || 'The request body'}: ${message}`);
}

function parseJson(body: string): unknown {
  try {
    // A null member is an absent one, as on AWS.
    return JSON.parse(body, (_name, value) => value ?? undefined);
  } catch {
    throw new CognitoError('SerializationException', 'The request body is not JSON');
  }
}
