import { describe, expect, it } from '@jest/globals';
import type { RawAnswer } from '../support/raw-request.ts';
import { linesWithSecrets } from '../support/secrets.ts';
import type { Intrusion } from './http/intrusions.ts';
import { differsFromNobody, judgeIntrusion, type Known } from './http/judge-intrusion.ts';

const stranger = { userId: 'stranger' };
const guest = { userId: 'guest' };
const known: Known = {
  ada: { userId: 'ada' },
  grace: { userId: 'grace' },
  guest,
  intruders: [stranger, { userId: 'banned' }],
  participantTokens: [{ token: 'of-the-guest', good: { userId: 'guest', ownerId: 'ada' } }],
  hidden: [{ text: 'arn-of-grace', knownTo: ['guest'] }],
  secrets: ['stream-key'],
};

const EXCHANGE = 'POST /stages/{ownerId}/tokens/exchange';

function judge(intrusion: Partial<Intrusion>, answer: Partial<RawAnswer>): readonly string[] {
  const request = { method: 'GET', target: '/stages/grace', headers: [] };
  const given: Intrusion = {
    ...{ kind: 'ids of others', routeKey: 'GET /stages/{ownerId}', caller: stranger, ownerId: 'grace', request },
    ...intrusion,
  };
  return judgeIntrusion(known, given, { status: 404, headerLines: [], body: '{}', ...answer }).map(({ kind }) => kind);
}

describe('the check of answers over HTTP', () => {
  it.each<[string, Partial<Intrusion>, Partial<RawAnswer>, readonly string[]]>([
    ['a 500', {}, { status: 500 }, ['500']],
    [
      'a function that does not answer in time',
      {},
      { status: 503, body: '{"message":"Service Unavailable"}' },
      ['shape'],
    ],
    ['a header that a caller put in', {}, { headerLines: ['x-injected: yes'] }, ['shape']],
    ['a forged access token that lets in', { kind: 'forged access tokens' }, { status: 200 }, ['crossing']],
    ['a private stage that is shown', {}, { status: 200 }, ['crossing']],
    [
      'a list for owners that is shown',
      { routeKey: 'GET /stages/{ownerId}/bans', ownerId: 'ada' },
      { status: 200 },
      ['crossing'],
    ],
    ['a hidden fact', {}, { body: '{"detail":"arn-of-grace"}' }, ['leak']],
    ['a secret', {}, { body: '{"detail":"stream-key"}' }, ['leak']],
  ])('finds %s', (_what, intrusion, answer, kinds) => {
    expect(judge(intrusion, answer)).toEqual(kinds);
  });

  it('finds the exchange of another’s token, and of a good one for more than is due', () => {
    const request = { method: 'POST', target: '/', headers: [], body: JSON.stringify({ token: 'of-the-guest' }) };
    const exchanged = (caller: typeof guest, capabilities: readonly string[]) =>
      judge(
        { routeKey: EXCHANGE, kind: 'participant tokens at the exchange', caller, ownerId: 'ada', request },
        { status: 200, body: JSON.stringify({ userId: caller.userId, role: 'guest', capabilities }) },
      );
    expect(exchanged(guest, ['PUBLISH_AUDIO'])).toEqual([]);
    expect(exchanged(stranger, ['PUBLISH_AUDIO'])).toEqual(['crossing']);
    expect(exchanged(guest, ['PUBLISH_VIDEO'])).toEqual(['crossing']);
  });

  it('finds nothing where there is nothing to find', () => {
    expect(judge({}, {})).toEqual([]);
    expect(judge({ caller: guest }, { status: 200, body: '{"arn":"arn-of-grace"}' })).toEqual([]);
  });

  it('finds any difference between a hidden stage and none', () => {
    const none: RawAnswer = { status: 404, headerLines: ['date: now'], body: '{"detail":"nobody","requestId":"1"}' };
    const hidden: RawAnswer = { status: 404, headerLines: ['date: later'], body: '{"detail":"grace","requestId":"2"}' };
    const differs = (answer: RawAnswer) => differsFromNobody(answer, none, 'grace', 'nobody');
    expect(differs(hidden)).toBe(false);
    expect(differs({ ...hidden, status: 403 })).toBe(true);
    expect(differs({ ...hidden, headerLines: ['date: later', 'x-cache: hit'] })).toBe(true);
    expect(differs({ ...hidden, body: '{"detail":"grace is private","requestId":"2"}' })).toBe(true);
  });
});

describe('the search of log lines', () => {
  it.each([
    ['a token', '{"message":"issued eyJhbGciOiJFUzM4NCJ9.eyJqdGkiOiJ4In0.c2lnbmF0dXJl"}'],
    ['an e-mail address', '{"message":"welcome, ada@example.com"}'],
    ['a password', '{"message":"tried Stage-door-1"}'],
    ['a secret that was handed out', '{"message":"key sk_123"}'],
  ])('finds %s', (_what, line) => {
    expect(linesWithSecrets(['{"message":"fine"}', line], ['sk_123'])).toEqual([line]);
  });
});
