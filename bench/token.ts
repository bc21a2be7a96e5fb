// Tokens a second, signed here and made by IVS, at IVS's real rates; what signing alone costs; and cold starts of the
// bundles next to the way that most would build them. Adapters and AWS SDK are the real ones, against local servers.
import { createPrivateKey } from 'node:crypto';
import { P384KeyPairs } from '../lambdas/adapters/p384-key-pairs.ts';
import { claimsOf, signToken } from '../lambdas/adapters/participant-token-jwt.ts';
import { CAPABILITIES } from '../lambdas/stages/access/capabilities.ts';
import { quantile, reportBars } from './support/bars.ts';
import { type ColdStart, measureColdStarts } from './support/cold-starts.ts';
import { loadBothIssuers, type TokenLoad } from './support/token-load.ts';

const CALLERS = 8;
const SECONDS = 5;
const SIGNATURES = 2_000;
const COLD_STARTS = 15;
const MOST_OF_NAIVE = 0.5;
const LARGEST_TOKEN_BUNDLE_KB = 400;

const ms = (value: number): string => `${value.toFixed(1)} ms`;
const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KB`;
const sumOf = ({ initMs, firstMs }: ColdStart): number => initMs + firstMs;

function measureSigning(): readonly number[] {
  const key = { publicKeyArn: 'arn', privateKey: createPrivateKey(new P384KeyPairs().generate().privateKey) };
  const place = { participantId: 'p', stageArn: 'arn/stage', eventsUrl: 'wss://e', whipUrl: 'https://w' };
  const request = { userId: 'ada', displayName: 'Ada', role: 'host', capabilities: CAPABILITIES } as const;
  return Array.from({ length: SIGNATURES }, () => {
    const startedAt = performance.now();
    signToken(claimsOf(place, { ...request, durationMinutes: 60 }, new Date()), { ...key, importedAt: new Date(0) });
    return performance.now() - startedAt;
  });
}

const rowOf = ({ issued, refused, perSecond, latenciesMs, ivsCalls, dynamoDbCalls }: TokenLoad) => ({
  'tokens a second': perSecond.toFixed(0),
  p50: ms(quantile(latenciesMs, 0.5)),
  p99: ms(quantile(latenciesMs, 0.99)),
  issued,
  'refused (throttled)': refused,
  'IVS calls': ivsCalls,
  'DynamoDB calls': dynamoDbCalls,
});

const signingMs = measureSigning();
const { keyPair, ivsApi } = await loadBothIssuers(CALLERS, SECONDS);
console.log(`${CALLERS} callers for ${SECONDS} s each`);
console.table({ 'key-pair': rowOf(keyPair), 'ivs-api': rowOf(ivsApi) });
console.log(
  `signing alone: p50 ${ms(quantile(signingMs, 0.5))}, p99 ${ms(quantile(signingMs, 0.99))}, ` +
    `${(1000 / (signingMs.reduce((sum, each) => sum + each, 0) / signingMs.length)).toFixed(0)} a second on one core`,
);

const starts = await measureColdStarts(COLD_STARTS);
const [bareHandler, tokens, naiveTokens, signIn, naiveSignIn] = starts;
if (!bareHandler || !tokens || !naiveTokens || !signIn || !naiveSignIn) throw new Error('a variant is missing');
console.log(`${COLD_STARTS} fresh processes each, lower quartiles; the SDK is outside of the naive bundles`);
console.table(
  starts.map((start) => ({
    bundle: start.name,
    size: kilobytes(start.bytes),
    gzipped: kilobytes(start.gzippedBytes),
    init: ms(start.initMs),
    'first call': ms(start.firstMs),
    'init, times bare': (start.initMs / bareHandler.initMs).toFixed(0),
  })),
);

const ratioBar = (what: string, ours: ColdStart, naive: ColdStart) => ({
  what: `${what}: init + first call, of naive`,
  measured: (sumOf(ours) / sumOf(naive)).toFixed(2),
  bar: `<= ${MOST_OF_NAIVE}`,
  holds: sumOf(ours) / sumOf(naive) <= MOST_OF_NAIVE,
});
reportBars([
  {
    what: 'key-pair: tokens a second, times ivs-api',
    measured: (keyPair.perSecond / ivsApi.perSecond).toFixed(1),
    bar: '>= 2',
    holds: keyPair.perSecond >= 2 * ivsApi.perSecond,
  },
  {
    what: 'key-pair: refused, unusable, IVS calls',
    measured: [keyPair.refused, keyPair.unusable, keyPair.ivsCalls].join(' / '),
    bar: '0 / 0 / 0',
    holds: keyPair.refused + keyPair.unusable + keyPair.ivsCalls === 0,
  },
  {
    what: 'key-pair: DynamoDB calls a token',
    measured: (keyPair.dynamoDbCalls / keyPair.issued).toFixed(2),
    bar: '1.00',
    holds: keyPair.dynamoDbCalls === keyPair.issued,
  },
  {
    what: 'ivs-api: tokens a second',
    measured: ivsApi.perSecond.toFixed(0),
    bar: '<= 60 (IVS allows 50)',
    holds: ivsApi.perSecond <= 60,
  },
  ratioBar('tokens', tokens, naiveTokens),
  ratioBar('sign-in', signIn, naiveSignIn),
  {
    what: 'tokens: size of the bundle',
    measured: kilobytes(tokens.bytes),
    bar: `<= ${LARGEST_TOKEN_BUNDLE_KB} KB`,
    holds: tokens.bytes <= LARGEST_TOKEN_BUNDLE_KB * 1024,
  },
]);
