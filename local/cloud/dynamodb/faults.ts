/** One call as a fault predicate sees it. */
export interface FaultCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly accessKeyId: string | undefined;
  /** Counts all calls of this server, from 1: the seed of a repeatable fault. */
  readonly number: number;
}

export type FaultPredicate = (call: FaultCall) => boolean;

/** What DynamoDB does at its worst, by choice of a test. Nothing is set by default. */
export interface DynamoDbFaults {
  /** Applies the call, then cuts the connection: the SDK never sees the answer and tries again. */
  readonly loseAnswer?: FaultPredicate;
  /** BatchGetItem answers only every other key and hands the rest back as UnprocessedKeys. */
  readonly unprocessedKeys?: FaultPredicate;
  /** Reads that are not consistent answer items as they were before their last write, at most this many ms ago. */
  readonly staleReads?: number | FaultPredicate;
  /** A Query of an index does not see each item's last write yet. */
  readonly indexLag?: FaultPredicate;
}
