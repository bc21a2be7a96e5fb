import * as z from 'zod/mini';
import type { IssueTokenRequest } from '../../../contract/stages.ts';
import { capabilitiesSchema } from '../../middleware/capabilities-schema.ts';
import { type Endpoint, json } from '../../middleware/http-function.ts';
import { bodyOf, userIdIn } from '../../middleware/request.ts';
import { getParticipantToken, type TokenNeeds } from '../../stages/access/get-participant-token.ts';

/** 14 days, the most that IVS allows. */
const LONGEST_MINUTES = 20_160;
const MINUTES_RULE = `must be a whole number from 1 to ${LONGEST_MINUTES}`;

const schema: z.ZodMiniType<IssueTokenRequest> = z.strictObject(
  {
    capabilities: capabilitiesSchema,
    durationMinutes: z.optional(
      z.int(MINUTES_RULE).check(z.gte(1, MINUTES_RULE), z.lte(LONGEST_MINUTES, MINUTES_RULE)),
    ),
  },
  'must be a JSON object',
);

export const issueToken =
  (services: TokenNeeds): Endpoint =>
  async (event, caller) => {
    const ownerId = userIdIn(event, 'ownerId');
    const request = bodyOf(event, schema);
    return json(201, await getParticipantToken(services)(ownerId, caller, request));
  };
