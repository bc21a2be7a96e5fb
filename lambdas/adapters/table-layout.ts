/** Names that the tables and their readers share: `lib/` makes the indexes, the stores query them. */

/** Sparse index of profiles by the hour of their last activity, oldest first. */
export const IDLE_INDEX = { name: 'idle', partitionKey: 'idlePartition', sortKey: 'idleKey' } as const;

/** Sparse index of owners whose stage is live, public or not, or whose live status is in doubt: the reconcile pass reads it. */
export const WATCH_INDEX = { name: 'watch', partitionKey: 'watchPartition', sortKey: 'watchKey' } as const;

/** Sparse index of stages that are live and public, by the moment they went live. */
export const LIVE_INDEX = { name: 'live', partitionKey: 'livePartition', sortKey: 'liveKey' } as const;
