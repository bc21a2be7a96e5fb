import { httpFunction } from '../../middleware/http-function.ts';
import type { RouteKey } from '../../routes.ts';
import type { ExchangeNeeds } from '../../stages/access/exchange-participant-token.ts';
import type { TokenNeeds } from '../../stages/access/get-participant-token.ts';
import type { Log } from '../../stages/ports.ts';
import { exchangeToken } from './exchange-token.ts';
import { issueToken } from './issue-token.ts';

/** Participant tokens. */
export const tokens = (services: TokenNeeds & ExchangeNeeds & { readonly log: Log }) =>
  httpFunction<RouteKey<'tokens'>>(
    {
      'POST /stages/{ownerId}/tokens': issueToken(services),
      'POST /stages/{ownerId}/tokens/exchange': exchangeToken(services),
    },
    services.log,
  );
