import { httpFunction } from '../../middleware/http-function.ts';
import type { RouteKey } from '../../routes.ts';
import type { TokenNeeds } from '../../stages/access/get-participant-token.ts';
import type { Log } from '../../stages/ports.ts';
import { issueToken } from './issue-token.ts';

/** Participant tokens. */
export const tokens = (services: TokenNeeds & { readonly log: Log }) =>
  httpFunction<RouteKey<'tokens'>>({ 'POST /stages/{ownerId}/tokens': issueToken(services) }, services.log);
