import { httpFunction } from '../../middleware/http-function.ts';
import type { RouteKey } from '../../routes.ts';
import { awsServices } from '../../services.ts';
import type { Services } from '../../stages/ports.ts';
import { issueToken } from './issue-token.ts';

/** Participant tokens. */
export const tokens = (services: Services) =>
  httpFunction<RouteKey<'tokens'>>({ 'POST /stages/{ownerId}/tokens': issueToken(services) }, () => services.log);

export const handler = tokens(awsServices('tokens'));
