import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  forgetOld,
  isPublishing,
  liveStatusOf,
  type Moment,
  NOT_LIVE,
  type PublisherRecord,
  type Publishers,
  type PublishingKind,
  samePublishers,
  settle,
  takeIn,
} from '../../../../lambdas/stages/live/publishers.ts';

const now = new Date('2026-01-03T00:00:00.000Z');
const nowUs = now.getTime() * 1000;
const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;

/** So many seconds before now, to the microsecond. */
const ago = (seconds: number, within = 1): Moment => ({ at: nowUs - seconds * SECOND, within });

interface Told {
  readonly id: string;
  readonly kind: PublishingKind;
  readonly moment: Moment;
}
const take = (told: readonly Told[], from: Publishers = {}): Publishers =>
  told.reduce((publishers, { id, kind, moment }) => takeIn(publishers, id, kind, moment, now), from);

describe('what events tell', () => {
  it('of nobody is not live', () => {
    expect(liveStatusOf({})).toEqual(NOT_LIVE);
  });

  it('of a start makes the stage live since then', () => {
    expect(liveStatusOf(take([{ id: 'p', kind: 'published', moment: ago(0.0015) }]))).toMatchObject({
      live: true,
      liveSince: '2026-01-02T23:59:59.998Z',
      publisherCount: 1,
      doubtful: false,
    });
  });

  it('of a stop that comes before its start counts once the start has come', () => {
    const stopped = take([{ id: 'p', kind: 'unpublished', moment: ago(1) }]);
    const both = take([{ id: 'p', kind: 'published', moment: ago(2) }], stopped);
    expect(liveStatusOf(both)).toMatchObject({ live: false, liveSince: null, doubtful: false });
  });

  it('of start and stop within one second that IVS told no closer counts as publishing, in doubt', () => {
    const both = take([
      { id: 'p', kind: 'published', moment: ago(5, SECOND) },
      { id: 'p', kind: 'unpublished', moment: ago(4.5) },
    ]);
    expect(liveStatusOf(both)).toMatchObject({ live: true, publisherCount: 1, doubtful: true });
  });

  it.each([
    ['one that ends where the other begins', ago(5, SECOND), ago(4, SECOND), false],
    ['one that reaches a microsecond into the other', ago(5, SECOND + 1), ago(4, SECOND), true],
  ])('of a start and %s', (_what, published, unpublished, doubtful) => {
    const both = take([
      { id: 'p', kind: 'published', moment: published },
      { id: 'p', kind: 'unpublished', moment: unpublished },
    ]);
    expect(liveStatusOf(both)).toMatchObject({ live: doubtful, doubtful });
  });

  it('of an error after the start leaves them publishing, in doubt', () => {
    const failed = take([
      { id: 'p', kind: 'published', moment: ago(5) },
      { id: 'p', kind: 'failed', moment: ago(4) },
    ]);
    expect(liveStatusOf(failed)).toMatchObject({ live: true, doubtful: true });
    const stopped = take([{ id: 'p', kind: 'unpublished', moment: ago(3) }], failed);
    expect(liveStatusOf(stopped)).toMatchObject({ live: false, doubtful: false });
  });

  it('of an error of somebody who never published makes nothing live', () => {
    expect(liveStatusOf(take([{ id: 'p', kind: 'failed', moment: ago(4) }]))).toMatchObject({
      live: false,
      doubtful: true,
    });
  });

  it('comes to the same in any order and however often', () => {
    const told = fc.record({
      id: fc.constantFrom('p', 'q', 'r'),
      kind: fc.constantFrom<PublishingKind>('published', 'unpublished', 'failed'),
      moment: fc.record({
        at: fc.integer({ min: nowUs - 8 * SECOND, max: nowUs }),
        within: fc.constantFrom(1, 1000, SECOND),
      }),
    });
    const histories = fc.array(told, { maxLength: 12 }).chain((history) =>
      fc.record({
        history: fc.constant(history),
        shuffled: fc.shuffledSubarray([...history, ...history], {
          minLength: history.length * 2,
          maxLength: history.length * 2,
        }),
      }),
    );
    fc.assert(
      fc.property(histories, ({ history, shuffled }) => {
        const publishers = take(history);
        expect(samePublishers(take(shuffled), publishers)).toBe(true);
        expect(liveStatusOf(take(shuffled))).toEqual(liveStatusOf(publishers));
        expect(samePublishers(take(history, publishers), publishers)).toBe(true);
      }),
    );
  });
});

describe('live since', () => {
  const stay = (published: number, unpublished?: number): PublisherRecord => ({
    published: ago(published),
    ...(unpublished !== undefined && { unpublished: ago(unpublished) }),
  });
  const since = (publishers: Publishers) => {
    const { liveSince } = liveStatusOf(publishers);
    return liveSince && (now.getTime() - Date.parse(liveSince)) / 1000;
  };

  it.each<[string, Publishers, number | null]>([
    ['the first of those who publish', { p: stay(10), q: stay(30) }, 30],
    ['those who handed over without a gap', { p: stay(60, 30), q: stay(40, 15), r: stay(20) }, 60],
    ['whoever came after the last gap', { p: stay(60, 41), q: stay(40, 15), r: stay(20) }, 40],
    ['nobody, when all have stopped', { p: stay(60, 30) }, null],
  ])('is told by %s', (_who, publishers, expected) => {
    expect(since(publishers)).toBe(expected);
  });
});

describe('memory', () => {
  const tombstone = (end: number): PublisherRecord => ({
    published: { at: end - HOUR, within: 1 },
    unpublished: { at: end - 1, within: 1 },
  });
  const edge = nowUs - 48 * HOUR;

  it('of those who stopped lasts 48 hours', () => {
    expect(forgetOld({ p: tombstone(edge) }, now)).toEqual({});
    expect(Object.keys(forgetOld({ p: tombstone(edge + 1) }, now))).toEqual(['p']);
  });

  it('of those who publish lasts as long as they do', () => {
    const publishers = { p: { published: { at: edge - HOUR, within: 1 } } };
    expect(forgetOld(publishers, now)).toEqual(publishers);
  });

  it('takes in nothing that is older, of somebody who is not in it', () => {
    expect(takeIn({}, 'p', 'published', { at: edge - 1, within: 1 }, now)).toEqual({});
    expect(Object.keys(takeIn({}, 'p', 'published', { at: edge, within: 1 }, now))).toEqual(['p']);
  });

  it('holds 100 participants: the oldest of those who stopped go, never those who publish', () => {
    const stopped = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`p${i}`, tombstone(nowUs - i * SECOND)]));
    const { p99: _oldest, ...others } = stopped;
    expect(samePublishers(forgetOld(stopped, now), stopped)).toBe(true);
    const live = takeIn(stopped, 'live', 'published', { at: edge, within: 1 }, now);
    expect(new Set(Object.keys(live))).toEqual(new Set(['live', ...Object.keys(others)]));
    const older = takeIn(stopped, 'older', 'unpublished', { at: nowUs - 200 * SECOND, within: 1 }, now);
    expect(samePublishers(older, stopped)).toBe(true);
  });
});

describe('what IVS says', () => {
  const time = (seconds: number) => new Date(now.getTime() - seconds * 1000);

  it.each<[string, PublisherRecord, Parameters<typeof settle>[1], PublisherRecord]>([
    [
      'agrees with what is known',
      { published: ago(60) },
      { publishing: true, started: time(60) },
      { published: ago(60) },
    ],
    [
      'of a lost start',
      { published: ago(60), unpublished: ago(50) },
      { publishing: true, started: time(40), stopped: time(50) },
      { published: ago(40, 1000), unpublished: ago(50, 1000) },
    ],
    [
      'of a lost stop and start',
      { published: ago(60) },
      { publishing: true, started: time(40), stopped: time(50) },
      { published: ago(40, 1000), unpublished: ago(50, 1000) },
    ],
    [
      'of a lost stop',
      { published: ago(60) },
      { publishing: false, started: time(60), stopped: time(50) },
      { published: ago(60, 1000), unpublished: ago(50, 1000) },
    ],
    [
      'of a stop without a time',
      { published: ago(60, 1000) },
      { publishing: false },
      { published: ago(60, 1000), unpublished: { at: ago(60).at + 1000, within: 1 } },
    ],
    [
      'of an error that ended it',
      { published: ago(60), failed: ago(50) },
      { publishing: false },
      { published: ago(60), unpublished: { at: ago(50).at + 1, within: 1 } },
    ],
    [
      'of an error that did not end it',
      { published: ago(60), failed: ago(50) },
      { publishing: true, started: time(60) },
      { published: ago(60, 1000) },
    ],
    ['of an error of somebody who never published', {}, { publishing: false }, {}],
  ])('%s is what the entry says then', (_what, known, truth, expected) => {
    expect(settle(known, truth)).toEqual(expected);
  });

  it('is what the entry says then, without a doubt, whatever it said before and is told again but errors', () => {
    const second = fc.integer({ min: 0, max: 4 }).map((n) => n * SECOND);
    const moment = fc
      .record({ second, fraction: fc.nat({ max: SECOND - 1 }), whole: fc.boolean() })
      .map(({ second: start, fraction, whole }) => ({
        at: nowUs - 5 * SECOND + start + (whole ? 0 : fraction),
        within: whole ? SECOND : 1,
      }));
    const told = fc.record({
      id: fc.constant('p'),
      kind: fc.constantFrom<PublishingKind>('published', 'unpublished', 'failed'),
      moment,
    });
    const ms = fc.integer({ min: now.getTime() - 5000, max: now.getTime() });
    fc.assert(
      fc.property(fc.array(told), fc.boolean(), ms, ms, (history, publishing, a, b) => {
        const [first, last] = [new Date(Math.min(a, b)), new Date(Math.max(a, b) + 1)];
        const truth = publishing
          ? { publishing, started: last, stopped: first }
          : { publishing, started: first, stopped: last };
        const settled = settle(take(history).p ?? {}, truth);
        expect(liveStatusOf({ p: settled })).toMatchObject({ live: publishing, doubtful: false });
        expect(settle(settled, truth)).toEqual(settled);
        if (publishing) return;
        const again = take(history, { p: settled }).p ?? {};
        expect(isPublishing(again)).toBe(false);
      }),
    );
  });
});
