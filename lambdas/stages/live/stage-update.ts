import type { Moment, PublishingKind } from './publishers.ts';

/** What IVS tells of one participant's publishing, by way of EventBridge: at best once, late, in any order, or never. */
export interface StageUpdate {
  readonly kind: PublishingKind;
  readonly stageArn: string;
  readonly participantId: string;
  /** Empty: the token or ingest names no user. */
  readonly userId: string;
  readonly moment: Moment;
  /** The participant is another stage's, shown on this one too. */
  readonly replica: boolean;
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

/**
 * IVS tells whole seconds, microseconds or nanoseconds, by field and kind of event. As texts they do not even sort:
 * `…32Z` comes after `…32.1Z`. Undefined: not a time.
 */
export function momentIn(text: string): Moment | undefined {
  const [, whole, digits = ''] = TIME.exec(text) ?? [];
  const wholeMs = Date.parse(`${whole}Z`);
  if (Number.isNaN(wholeMs)) return undefined;
  const microseconds = Number(digits.padEnd(6, '0').slice(0, 6));
  return { at: wholeMs * 1000 + microseconds, within: 10 ** Math.max(0, 6 - digits.length) };
}
