import * as z from 'zod/mini';
import type { PublishingKind } from '../../stages/live/publishers.ts';
import { momentIn, type StageUpdate } from '../../stages/live/stage-update.ts';

const KINDS: Readonly<Record<string, PublishingKind>> = {
  'Participant Published': 'published',
  'Participant Unpublished': 'unpublished',
  'Participant Publish Error': 'failed',
};

const time = z.pipe(
  z.string().check(z.refine((text) => momentIn(text) !== undefined, 'must be an ISO 8601 time in UTC')),
  z.transform((text) => momentIn(text)),
);

/** IVS documents more fields, and leaves out any of them: what is not needed is not asked for. */
const eventSchema = z.object({
  resources: z.tuple([z.string()], z.unknown()),
  detail: z.object({
    event_name: z.string(),
    participant_id: z.string().check(z.minLength(1)),
    user_id: z.optional(z.nullable(z.string())),
    event_time: time,
    // Since June 2026, of starts and stops only.
    event_time_precise: z.optional(z.nullable(time)),
    replica: z.optional(z.nullable(z.boolean())),
  }),
});

/** An event of IVS as EventBridge put it into the queue. Undefined: about something else. @throws Error for what is none */
export function readStageUpdate(body: string): StageUpdate | undefined {
  const { resources, detail } = eventSchema.parse(parseJson(body));
  const kind = KINDS[detail.event_name];
  const moment = detail.event_time_precise ?? detail.event_time;
  if (!kind || !moment) return undefined;
  return {
    kind,
    stageArn: resources[0],
    participantId: detail.participant_id,
    userId: detail.user_id ?? '',
    moment,
    replica: detail.replica ?? false,
  };
}

/** The parser's own message would quote the event into the log. */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Error('the message is not JSON');
  }
}
