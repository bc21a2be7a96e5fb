import type { OperationName } from './constraints.ts';

/** Calls a second for an account and region, as AWS publishes them. They cannot be raised on AWS. */
export const callsPerSecond: Readonly<Record<OperationName, number>> = {
  CreateStage: 5,
  GetStage: 5,
  UpdateStage: 5,
  DeleteStage: 5,
  ListStages: 5,
  ListStageSessions: 5,
  GetStageSession: 5,
  DisconnectParticipant: 5,
  ListParticipants: 5,
  GetParticipant: 5,
  ListParticipantEvents: 5,
  CreateIngestConfiguration: 5,
  GetIngestConfiguration: 5,
  ListIngestConfigurations: 5,
  UpdateIngestConfiguration: 5,
  DeleteIngestConfiguration: 5,
  StartParticipantReplication: 5,
  StopParticipantReplication: 5,
  ListParticipantReplicas: 5,
  ImportPublicKey: 3,
  GetPublicKey: 3,
  ListPublicKeys: 3,
  DeletePublicKey: 3,
  CreateParticipantToken: 50,
  TagResource: 10,
  UntagResource: 10,
  ListTagsForResource: 10,
};

export interface RateLimiterOptions {
  readonly clock: () => Date;
  /** Whether a refused call takes a token too, so that a caller who keeps calling too fast is never let through. */
  readonly countsRefusedCalls: boolean;
}

/** One token bucket an operation, as large as one second's calls. The answered function says whether a call may pass. */
export function createRateLimiter({ clock, countsRefusedCalls }: RateLimiterOptions) {
  const buckets = new Map<OperationName, { tokens: number; atMs: number }>();

  return function admit(operation: OperationName): boolean {
    const rate = callsPerSecond[operation];
    const nowMs = clock().getTime();
    const bucket = buckets.get(operation) ?? { tokens: rate, atMs: nowMs };
    const refill = (Math.max(0, nowMs - bucket.atMs) / 1000) * rate;
    const tokens = Math.min(rate, bucket.tokens + refill);
    const admitted = tokens >= 1;
    const left = admitted || countsRefusedCalls ? Math.max(0, tokens - 1) : tokens;
    buckets.set(operation, { tokens: left, atMs: nowMs });
    return admitted;
  };
}
