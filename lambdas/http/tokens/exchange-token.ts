import * as z from 'zod/mini';
import type { ExchangeTokenRequest } from '../../../contract/stages.ts';
import { capabilitiesSchema } from '../../middleware/capabilities-schema.ts';
import { type Endpoint, json } from '../../middleware/http-function.ts';
import { bodyOf, userIdIn } from '../../middleware/request.ts';
import { type ExchangeNeeds, exchangeParticipantToken } from '../../stages/access/exchange-participant-token.ts';

const schema: z.ZodMiniType<ExchangeTokenRequest> = z.strictObject(
  { token: z.string('must be a text'), capabilities: capabilitiesSchema },
  'must be a JSON object',
);

export const exchangeToken =
  (services: ExchangeNeeds): Endpoint =>
  async (event, caller) => {
    const ownerId = userIdIn(event, 'ownerId');
    const request = bodyOf(event, schema);
    return json(200, await exchangeParticipantToken(services)(ownerId, caller, request));
  };
