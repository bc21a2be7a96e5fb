/** When something happened, as exactly as IVS told: at some microsecond of `[at, at + within)`. */
export interface Moment {
  /** Microseconds since 1970: IVS's times are finer than a Date. */
  readonly at: number;
  /** Microseconds: 1 for a precise time, 1,000,000 for one in whole seconds. */
  readonly within: number;
}

/** The last that is known of one participant's publishing. Each moment is the latest of its kind, in whatever order they were told. */
export interface PublisherRecord {
  readonly published?: Moment;
  readonly unpublished?: Moment;
  /** A publish error: only IVS can tell whether they still publish. */
  readonly failed?: Moment;
}

export type PublishingKind = keyof PublisherRecord;

/** By participant id: those who publish, and those who stopped in the last 48 hours, so that late events change nothing. */
export type Publishers = Readonly<Record<string, PublisherRecord>>;

/** Who publishes on a stage, and what follows from it. */
export interface LiveStatus {
  readonly publishers: Publishers;
  /** At least one participant publishes. */
  readonly live: boolean;
  /** Since when without a gap, ISO. */
  readonly liveSince: string | null;
  readonly publisherCount: number;
  /** Something in it only IVS can tell: the reconcile pass asks. */
  readonly doubtful: boolean;
}

export const NOT_LIVE: LiveStatus = {
  publishers: {},
  live: false,
  liveSince: null,
  publisherCount: 0,
  doubtful: false,
};

/** IVS sends an event again for several hours; what is older than this is over. */
const REMEMBERED_MS = 48 * 3_600_000;
/** So that a client that joins again and again cannot fill the profile's item. */
const MOST_ENTRIES = 100;

/** Takes in what an event told. A maximum for each kind: order and repetition cannot matter. */
export function takeIn(
  publishers: Publishers,
  participantId: string,
  kind: PublishingKind,
  moment: Moment,
  now: Date,
): Publishers {
  const known = publishers[participantId];
  if (!known && isOver(moment, now)) return publishers;
  return forgetOld({ ...publishers, [participantId]: { ...known, [kind]: later(known?.[kind], moment) } }, now);
}

/** What the entries come to: a pure function of them, so that whoever computes it gets the same. */
export function liveStatusOf(publishers: Publishers): LiveStatus {
  const publishing = Object.values(publishers).filter(isPublishing);
  return {
    publishers,
    live: publishing.length > 0,
    liveSince: startOfLive(Object.values(publishers)),
    publisherCount: publishing.length,
    doubtful: Object.values(publishers).some(isDoubtful),
  };
}

/** Whoever may be publishing counts: hiding somebody who is on air is worse than showing somebody who just left. */
export const isPublishing = ({ published, unpublished }: PublisherRecord): boolean =>
  published !== undefined && (unpublished === undefined || endOf(published) > unpublished.at);

/** The order of start and stop cannot be told, or an error came after the last of them. */
export function isDoubtful({ published, unpublished, failed }: PublisherRecord): boolean {
  if (published && unpublished && overlap(published, unpublished)) return true;
  return failed !== undefined && [published, unpublished].every((other) => !other || other.at < endOf(failed));
}

/** What IVS says of a participant when it is asked. Times that it does not tell are left out. */
export interface PublishingTruth {
  readonly publishing: boolean;
  readonly started?: Date;
  readonly stopped?: Date;
}

/**
 * Makes an entry say what IVS says. No moment ends before the one that it replaces, so an event that is told once more
 * does not bring back what IVS denied; an error that is told once more asks IVS again.
 */
export function settle(known: PublisherRecord, truth: PublishingTruth): PublisherRecord {
  const started = momentOf(truth.started);
  if (agrees(known, truth.publishing, started)) return known;
  const published = latest(known.published, started);
  const unpublished = latest(known.unpublished, momentOf(truth.stopped));
  if (truth.publishing && published) {
    const since = notBefore(published, started?.at, unpublished && endOf(unpublished));
    return { published: since, ...(unpublished && { unpublished }) };
  }
  const ends = [published, known.failed].flatMap((moment) => (moment ? [endOf(moment)] : []));
  const over = unpublished ?? (ends.length > 0 ? { at: Math.max(...ends), within: 1 } : undefined);
  return { ...(published && { published }), ...(over && { unpublished: notBefore(over, ...ends) }) };
}

/** Nothing is in doubt, and nobody stopped and began again since. */
const agrees = (known: PublisherRecord, publishing: boolean, started: Moment | undefined): boolean =>
  isPublishing(known) === publishing &&
  !isDoubtful(known) &&
  !(publishing && started && known.published && endOf(known.published) <= started.at);

/** The part of a moment that comes after all of these; its end stays where it was, if it can. */
function notBefore({ at, within }: Moment, ...times: readonly (number | undefined)[]): Moment {
  const from = times.reduce<number>((latestTime, time) => Math.max(latestTime, time ?? 0), at);
  return { at: from, within: Math.max(1, at + within - from) };
}

/** Drops what says nothing any more; the oldest of those who stopped go first when there are too many. */
export function forgetOld(publishers: Publishers, now: Date): Publishers {
  const kept = Object.entries(publishers).filter(
    ([, record]) => isPublishing(record) || !isOver(newestOf(record), now),
  );
  const byWorth = kept.sort(
    ([, a], [, b]) => Number(isPublishing(b)) - Number(isPublishing(a)) || compare(newestOf(b), newestOf(a)),
  );
  return Object.fromEntries(byWorth.slice(0, MOST_ENTRIES));
}

/** The newest that an entry knows. */
export function newestOf({ published, unpublished, failed }: PublisherRecord): Moment {
  return latest(published, unpublished, failed) ?? { at: 0, within: 1 };
}

export function samePublishers(a: Publishers, b: Publishers): boolean {
  const ids = Object.keys(a);
  return (
    ids.length === Object.keys(b).length &&
    ids.every((id) => KINDS.every((kind) => sameMoment(a[id]?.[kind], b[id]?.[kind])))
  );
}

const KINDS = ['published', 'unpublished', 'failed'] as const satisfies readonly PublishingKind[];

/** Since when somebody has been publishing without a gap; those who have stopped meanwhile count too. */
function startOfLive(records: readonly PublisherRecord[]): string | null {
  const starts = records.filter(isPublishing).map(({ published }) => published?.at ?? 0);
  if (starts.length === 0) return null;
  let since = Math.min(...starts);
  const over = records
    .flatMap(({ published, unpublished }) => (published && unpublished ? [{ published, unpublished }] : []))
    .sort((a, b) => endOf(b.unpublished) - endOf(a.unpublished));
  for (const { published, unpublished } of over) {
    if (endOf(unpublished) >= since && published.at < unpublished.at) since = Math.min(since, published.at);
  }
  return new Date(Math.floor(since / 1000)).toISOString();
}

const isOver = (moment: Moment, now: Date): boolean => endOf(moment) <= (now.getTime() - REMEMBERED_MS) * 1000;

const endOf = ({ at, within }: Moment): number => at + within;

/** By their ends, which nothing later can undo; of two equal ends the more precise counts as later. */
const compare = (a: Moment, b: Moment): number => endOf(a) - endOf(b) || b.within - a.within;

const later = (a: Moment | undefined, b: Moment): Moment => (a && compare(a, b) > 0 ? a : b);

const latest = (...moments: readonly (Moment | undefined)[]): Moment | undefined =>
  moments.reduce((last, moment) => (moment ? later(last, moment) : last), undefined);

const overlap = (a: Moment, b: Moment): boolean => a.at < endOf(b) && b.at < endOf(a);

/** IVS's lists tell milliseconds. */
const momentOf = (time: Date | undefined): Moment | undefined => time && { at: time.getTime() * 1000, within: 1000 };

const sameMoment = (a: Moment | undefined, b: Moment | undefined): boolean =>
  a?.at === b?.at && a?.within === b?.within;
