import * as z from 'zod/mini';
import type { OpenIngestRequest } from '../../../contract/stages.ts';
import { type Endpoint, json } from '../../middleware/http-function.ts';
import { bodyOf } from '../../middleware/request.ts';
import { type OpenIngestNeeds, openIngest } from '../../stages/ingest/open-ingest.ts';

const schema: z.ZodMiniType<OpenIngestRequest> = z.strictObject(
  { protocol: z.optional(z.enum(['RTMPS', 'RTMP'], 'must be "RTMPS" or "RTMP"')) },
  'must be a JSON object',
);

export const openMyIngest =
  (services: OpenIngestNeeds): Endpoint =>
  async (event, { userId }) =>
    json(201, await openIngest(services)(userId, bodyOf(event, schema)));
