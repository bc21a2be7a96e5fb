/** Names that a gateway, a proxy or an object may take for something else. */
export const HEADER_NAMES = [
  'content-type',
  'accept',
  'user-agent',
  'origin',
  'host',
  'cookie',
  'x-forwarded-for',
  'x-amzn-trace-id',
  'x-user-id',
  'x-http-method-override',
  'access-control-request-method',
  '__proto__',
  'constructor',
  'bad name',
  '',
];

/** Lengths that contradict each other or the body: the body has two bytes. */
export const FRAMINGS: readonly (readonly (readonly [string, string])[])[] = [
  [
    ['content-length', '2'],
    ['content-length', '1'],
  ],
  [
    ['content-length', '2'],
    ['content-length', '2'],
  ],
  [['content-length', '0']],
  [['content-length', '1']],
  [['content-length', '-1']],
  [['content-length', '+2']],
  [['content-length', '2 ']],
  [['content-length', '0x2']],
  [['content-length', '2, 2']],
  [
    ['content-length', '2'],
    ['transfer-encoding', 'chunked'],
  ],
  [['transfer-encoding', 'x']],
  [['transfer-encoding', 'chunked, chunked']],
  [['transfer-encoding', 'identity']],
  [
    ['expect', '200-maybe'],
    ['content-length', '2'],
  ],
  [
    ['upgrade', 'h2c'],
    ['connection', 'upgrade'],
    ['content-length', '2'],
  ],
];

/** What can be made of a path. */
export const PATH_TRICKS: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => `/${path}`,
  (path) => `${path}/`,
  (path) => path.replaceAll('/', '//'),
  (path) => path.replaceAll('/', '%2f'),
  (path) => path.replaceAll('/', '%252f'),
  (path) => path.replaceAll('/', '\\'),
  (path) => `/.${path}`,
  (path) => `/x/..${path}`,
  (path) => `/x/%2e%2e${path}`,
  (path) => `/%252e%252e${path}`,
  (path) => `${path};x=1`,
  (path) => `${path}%00`,
  (path) => `${path}%0d%0ax-injected:%20yes`,
  (path) => `${path}%`,
  (path) => `${path}%ff`,
  (path) => `${path}#fragment`,
  (path) => path.toUpperCase(),
  (path) => `http://127.0.0.1${path}`,
  (path) => `${path}${'/a'.repeat(2_000)}`,
  (path) => `${path}?${'a'.repeat(9_000)}`,
  () => '*',
  () => '',
];
