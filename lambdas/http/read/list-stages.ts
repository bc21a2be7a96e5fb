import * as z from 'zod/mini';
import type { LiveStagesPage } from '../../../contract/stages.ts';
import { type Endpoint, json } from '../../middleware/http-function.ts';
import { queryOf } from '../../middleware/request.ts';
import { listLiveStages } from '../../stages/live/list-live-stages.ts';
import type { LiveCursor, Services } from '../../stages/ports.ts';
import { decodeLiveCursor, encodeLiveCursor } from './live-cursor.ts';

const DEFAULT_LIMIT = 20;

interface ListStagesQuery {
  readonly live: 'true';
  readonly limit?: number | undefined;
  readonly cursor?: LiveCursor | undefined;
}

const schema: z.ZodMiniType<ListStagesQuery> = z.strictObject({
  live: z.literal('true', 'must be "true"'),
  limit: z.optional(
    z.pipe(
      z.string().check(z.regex(/^([1-9]|[1-4]\d|50)$/, 'must be a whole number from 1 to 50')),
      z.transform(Number),
    ),
  ),
  cursor: z.optional(
    z.pipe(
      z.string().check(z.refine((text) => decodeLiveCursor(text) !== undefined, 'must be one that a page answered')),
      z.transform((text) => decodeLiveCursor(text)),
    ),
  ),
});

export const listStages =
  (services: Pick<Services, 'liveStatus' | 'stageAccess' | 'now'>): Endpoint =>
  async (event, caller) => {
    const { limit = DEFAULT_LIMIT, cursor: from } = queryOf(event, schema);
    const { stages, cursor } = await listLiveStages(services)(caller, limit, from);
    const page: LiveStagesPage = { stages, ...(cursor && { cursor: encodeLiveCursor(cursor) }) };
    return json(200, page);
  };
