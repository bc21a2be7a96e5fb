import type { Mutant } from './mutants.ts';

/** Survivors that no test is to be written for, by the reason. */
export interface Acceptance {
  readonly reason: string;
  readonly covers: (mutant: Mutant) => boolean;
}

/** By file and, since lines move, by a piece of the line in which the mutant begins. */
type Place = readonly [file: string, line: string];

const at =
  (...places: readonly Place[]): Acceptance['covers'] =>
  ({ file, line }) =>
    places.some(([placeFile, piece]) => file === placeFile && line.includes(piece));

const COMPARED =
  /now\(\)|now\.getTime|stopAt|until|_MS\b|endOf|\.at\b|MOST_|RETRIES|at > now|index <|compare\(|idleHour </;

export const ACCEPTED: readonly Acceptance[] = [
  {
    reason: 'words of log lines and errors, and what is logged with them',
    covers: ({ mutator, line, original }) =>
      (['StringLiteral', 'ObjectLiteral'].includes(mutator) &&
        /log\.(info|warn|error)\(|Error\(|super\(|this\.name =|readonly message =/.test(line)) ||
      (mutator === 'BlockStatement' && /^\{\s*(services\.)?log\.\w+\([^;]*\);\s*\}$/.test(original)),
  },
  {
    reason: 'the exact millisecond or the last count of a limit',
    covers: ({ mutator, line, original, replacement }) =>
      mutator === 'EqualityOperator' && COMPARED.test(line) && original.length + 1 >= replacement.length,
  },
  {
    reason: 'how long a run took, as it reports it',
    covers: ({ mutator, line }) => mutator === 'ArithmeticOperator' && /durationMs|startedAt\.getTime\(\)/.test(line),
  },
  {
    reason: 'what is behind it comes to the same: a second check, an empty loop, a shortcut',
    covers: at(
      // The index only spares reads; profile, tags and GetStage decide.
      ['clean-up/settle-orphans.ts', 'owners.get(arn) === origin.ownerId'],
      ['clean-up/sweep-ingests.ts', 'owners.get(ingest.stageArn) === userId'],
      ['clean-up/sweep-ingests.ts', 'name === ingestNameOf(userId)'],
      ['clean-up/sweep-stages.ts', 'own.has(arn)'],
      // Where a stage is left, the claim that forgets its user is refused.
      ['clean-up/remove-stale-stages.ts', 'const stageIsAway ='],
      ['live/publishers.ts', 'ends.length > 0'],
      ['live/examine-live-status.ts', 'starts.length > 0'],
      ['live/examine-live-status.ts', 'Object.keys(record).length > 0'],
      ['live/reconcile-live-status.ts', 'next < 0'],
      // The owner is host and a banned moderator holds no PUBLISH, whatever is asked first.
      ['moderation/enforce-rights.ts', 'userId === ownerId'],
      ['moderation/enforce-rights.ts', 'standing.role !== null'],
      ['moderation/enforce-rights.ts', 'readStanding(services, ownerId, userId, false)'],
      ['moderation/find-banned.ts', 'banned.length === 0'],
      ['pace.ts', 'at > now'],
      ['provisioning/provision-queued-stage.ts', "check.outcome === 'confirmed'"],
    ),
  },
];
