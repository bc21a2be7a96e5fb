import { MODERATORS_GROUP } from '../groups.ts';
import type { Caller } from '../stages/access/caller-role.ts';
import { UnauthenticatedError } from '../stages/errors.ts';
import { isUserId } from '../stages/user-id.ts';
import type { HttpEvent } from './http-event.ts';

/**
 * Who calls. API Gateway has verified signature, issuer, audience and time, but lets ID tokens pass as well as access
 * tokens: only the access token is meant for an API.
 */
export function callerOf({ requestContext }: HttpEvent): Caller {
  const claims = requestContext.authorizer?.jwt?.claims ?? {};
  if (claims.token_use !== 'access') {
    throw new UnauthenticatedError('the Authorization header must hold an access token, not an ID token');
  }
  const userId = claims.sub;
  if (!isUserId(userId)) throw new UnauthenticatedError('the access token names no user');
  return { userId, isModerator: groupsIn(claims['cognito:groups']).includes(MODERATORS_GROUP) };
}

/**
 * HTTP APIs hand over an array claim as the text `[a b]`, so a group named `a b` would look like two groups. Only an
 * administrator makes groups; docs/operations.md tells them not to make such names.
 */
function groupsIn(claim: unknown): readonly string[] {
  if (Array.isArray(claim)) return claim.filter((name) => typeof name === 'string');
  if (typeof claim !== 'string') return [];
  return claim.replace(/^\[|\]$/g, '').split(' ');
}
