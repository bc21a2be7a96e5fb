import fc from 'fast-check';

/** Texts that have broken programs before: they split lines, hide, look like something else, or mean something to a parser. */
export const NASTY_TEXTS: readonly string[] = [
  '',
  ' ',
  '\u0000',
  '\r\nx-injected: yes',
  '\nnot a line of its own',
  '\u2028\u2029\u0085',
  '\u001b[2J\u001b[31mred',
  '{"level":"ERROR","message":"forged"}',
  '","level":"ERROR","message":"forged',
  '\u202egnp.exe',
  '\u200b\u2060\ufeff',
  '\ud800',
  '\udfff\ud800',
  'ａｄａ－ｐｕｂｌｉｃ',
  '\u0430da-public',
  'ADA-PUBLIC',
  'ada-public\n',
  ' ada-public',
  'ada-public#x',
  'ada-public/../pia-private',
  '..',
  '%2e%2e%2f',
  '%252e%252e%252f',
  '..;/',
  'guest#gus-guest',
  'ban#ada-public',
  'ingest#slot',
  '$' + '{jndi:ldap://127.0.0.1/x}',
  "' OR '1'='1",
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'NaN',
  '1e309',
  '-0',
  '\u0661',
  'a'.repeat(117),
  'a'.repeat(118),
  'a'.repeat(4_000),
];

export const nastyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NASTY_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 150 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
);

/** Names that a body or a query may not have, with those that hold on to prototypes and those that would be worth having. */
export const NASTY_FIELDS: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '',
  'ownerId',
  'userId',
  'sub',
  'role',
  'isModerator',
  'cognito:groups',
  'stageArn',
  'arn',
  'live',
  'liveSince',
  'publisherCount',
  'publishers',
  'expiresAt',
  'rightsCheck',
  'capabilities',
  'visibility',
  'durationMinutes',
  'participantId',
  'token',
  'lease',
  'liveRevision',
  'streamKey',
  'attributes',
];

export const nastyField = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NASTY_FIELDS) },
  { weight: 1, arbitrary: nastyText },
);

export const nastyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  nastyText,
  fc.constantFrom<unknown>(
    'ada-public',
    'host',
    'invited',
    true,
    null,
    -1,
    1e308,
    2 ** 53,
    '2026-02-30T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
    '+275760-09-13T00:00:00.000Z',
    ['PUBLISH_AUDIO', 'PUBLISH_VIDEO', 'SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'],
    ['PUBLISH_AUDIO', 'PUBLISH_AUDIO'],
    [],
    Object.fromEntries([['__proto__', { visibility: 'invited' }]]),
  ),
);

const depth = fc.integer({ min: 1, max: 5_000 });

/** Entries as a text, for JSON.stringify takes out what is named twice. */
const objectText = (entries: readonly (readonly [string, unknown])[]): string =>
  `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;

export const nastyBody: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.tuple(nastyField, nastyValue), { minLength: 1, maxLength: 5 }).map(objectText),
  fc.tuple(nastyField, nastyValue, nastyValue).map(([name, one, other]) =>
    objectText([
      [name, one],
      [name, other],
    ]),
  ),
  fc.json(),
  nastyText,
  depth.map((levels) => '['.repeat(levels)),
  depth.map((levels) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`),
  depth.map((levels) => `{"capabilities":${'['.repeat(levels)}${']'.repeat(levels)}}`),
  fc.integer({ min: 10_200, max: 10_300 }).map((length) => `{"visibility":"${'x'.repeat(length - 17)}"}`),
  fc.constant(`[${'0,'.repeat(3_000)}0]`),
);
