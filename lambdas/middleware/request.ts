import type * as z from 'zod/mini';
import type { UserId } from '../../contract/stages.ts';
import { InvalidRequestError } from '../stages/errors.ts';
import { isUserId, USER_ID_RULE } from '../stages/user-id.ts';
import type { HttpEvent } from './http-event.ts';

const LONGEST_BODY_BYTES = 10_240;
/** No body needs more than three; a text of thousands is short, and too deep for what recurses. */
const MOST_LEVELS = 10;
const LONGEST_QUOTED_VALUE = 100;
/** An answer must not be much longer than what provoked it. */
const MOST_ISSUES = 3;

/** The user id in the path. @throws InvalidRequestError */
export function userIdIn({ pathParameters }: HttpEvent, name: string): UserId {
  const value = pathParameters?.[name];
  if (isUserId(value)) return value;
  throw new InvalidRequestError(`${name} ${USER_ID_RULE}, got ${quote(value)}`);
}

/** IVS's own rule, but for the empty id. */
const PARTICIPANT_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The participant id in the path. @throws InvalidRequestError */
export function participantIdIn({ pathParameters }: HttpEvent): string {
  const value = pathParameters?.participantId;
  if (value !== undefined && PARTICIPANT_ID.test(value)) return value;
  throw new InvalidRequestError(
    `participantId must have 1 to 64 characters of A-Z, a-z, 0-9, - and _, got ${quote(value)}`,
  );
}

/** The JSON body by its schema; no body is an empty object. @throws InvalidRequestError naming field, value and rule */
export const bodyOf = <T>(event: HttpEvent, schema: z.ZodMiniType<T>): T =>
  checked(parseJson(event), schema, { whole: 'body', part: 'field' });

/** The query parameters by their schema. Of one that is repeated, API Gateway joins the values with commas. */
export const queryOf = <T>({ queryStringParameters = {} }: HttpEvent, schema: z.ZodMiniType<T>): T =>
  checked(queryStringParameters, schema, { whole: 'query', part: 'parameter' });

/** What a refusal calls the input and its parts. */
interface Words {
  readonly whole: string;
  readonly part: string;
}

function checked<T>(input: unknown, schema: z.ZodMiniType<T>, words: Words): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const sentences = new Set(result.error.issues.map((issue) => describe(issue, input, words)));
  throw new InvalidRequestError([...sentences].slice(0, MOST_ISSUES).join('; '));
}

function parseJson({ body = '', isBase64Encoded }: HttpEvent): unknown {
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
  const json = text.replace(/^\uFEFF/, '');
  const bytes = Buffer.byteLength(text);
  if (bytes > LONGEST_BODY_BYTES) {
    throw new InvalidRequestError(`body must have at most ${LONGEST_BODY_BYTES} bytes, got ${bytes}`);
  }
  if (json.trim() === '') return {};
  const value = parse(json);
  if (nestsDeeperThan(MOST_LEVELS, value)) {
    throw new InvalidRequestError(`body must have at most ${MOST_LEVELS} levels, got ${quote(json)}`);
  }
  return value;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new InvalidRequestError(`body must be JSON, got ${quote(json)}`, { cause });
  }
}

const nestsDeeperThan = (levels: number, value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((member) => nestsDeeperThan(levels - 1, member)));

function describe(issue: z.core.$ZodIssue, input: unknown, { whole, part }: Words): string {
  const field = issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  const name = field === '' ? whole : field.slice(1);
  if (issue.code === 'unrecognized_keys')
    return `${name} must not have the ${part} ${issue.keys.slice(0, MOST_ISSUES).map(quote).join(', ')}`;
  return `${name} ${issue.message}, got ${quote(issue.path.reduce(memberOf, input))}`;
}

const memberOf = (value: unknown, key: PropertyKey): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;

/** How every JWT begins, also when the rest is cut off. */
const TOKEN = /eyJ[\w-]{10,}[\w.-]*/g;

/** The sender of a token knows it; whoever they show the answer to, or let log it, need not. */
function quote(value: unknown): string {
  const text = (JSON.stringify(value) ?? 'nothing').replace(TOKEN, '(a token)');
  return text.length > LONGEST_QUOTED_VALUE ? `${text.slice(0, LONGEST_QUOTED_VALUE)}…` : text;
}
