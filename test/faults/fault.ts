/** What goes wrong with one call to AWS. */
export const FAULT_KINDS = [
  'throttled',
  'server error',
  'timeout',
  'reset',
  'answer lost',
  'crash before',
  'crash after',
  'not processed',
  'stale index',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Where it strikes: `DynamoDB UpdateItem Profiles` and which of these calls of one invocation it is, from 1. */
export interface CallSite {
  readonly name: string;
  readonly number: number;
}

export interface Fault {
  readonly kind: FaultKind;
  readonly site: CallSite;
  /** Also when the SDK tries the same call again. */
  readonly lasts: boolean;
}

/** The SDK tries again after these, so that they are tried twice: once in passing, once for as long as the SDK tries. */
const REPEATABLE: ReadonlySet<FaultKind> = new Set(['throttled', 'server error', 'timeout', 'reset', 'answer lost']);

const INDEX_QUERY = /^DynamoDB Query .*\//;
const BATCH = /^DynamoDB Batch/;

/** All that can happen at one call site. */
export const faultsAt = (site: CallSite): readonly Fault[] =>
  FAULT_KINDS.filter((kind) => applies(kind, site)).flatMap((kind) =>
    (REPEATABLE.has(kind) ? [false, true] : [false]).map((lasts) => ({ kind, site, lasts })),
  );

function applies(kind: FaultKind, { name }: CallSite): boolean {
  if (kind === 'not processed') return BATCH.test(name);
  if (kind === 'stale index') return INDEX_QUERY.test(name);
  return true;
}

export const labelOf = ({ name, number }: CallSite): string => (number === 1 ? name : `${name} (${number})`);
