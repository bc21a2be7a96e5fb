import { type Attribute, invalidParameter, type User } from './cognito-local.ts';
import type { Operation } from './operations.ts';
import type { Request } from './read-request.ts';

const LIMIT = 60;

/** cognito-local's ListUsers answers all that match at once; Cognito gives 60 at most, and then a token for the rest. */
export function pageUsers(listAll: Operation): Operation {
  return async (request) => {
    const limit = readLimit(request);
    const { Users: all } = (await listAll(request)) as { readonly Users: readonly User[] };
    const ordered = all.toSorted((one, other) => (one.Username < other.Username ? -1 : 1));
    const last = Buffer.from(request.PaginationToken ?? '', 'base64url').toString();
    const rest = ordered.filter(({ Username }) => Username > last);
    const users = rest.slice(0, limit);
    return {
      Users: users.map((user) => onlyAsked(user, request)),
      ...(rest.length > limit && { PaginationToken: Buffer.from(users.at(-1)?.Username ?? '').toString('base64url') }),
    };
  };
}

function readLimit({ Limit = LIMIT }: Request): number {
  if (Number.isInteger(Limit) && Limit >= 0 && Limit <= LIMIT) return Limit || LIMIT;
  const constraint = Limit > LIMIT ? `less than or equal to ${LIMIT}` : 'greater than or equal to 0';
  throw invalidParameter(
    `1 validation error detected: Value '${Limit}' at 'limit' failed to satisfy constraint: Member must have value ${constraint}`,
  );
}

function onlyAsked(user: User, { AttributesToGet }: Request): User {
  if (AttributesToGet === undefined) return user;
  const attributes = user.Attributes as readonly Attribute[];
  return { ...user, Attributes: attributes.filter(({ Name }) => AttributesToGet.includes(Name)) };
}
