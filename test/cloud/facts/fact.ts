import type { Bench, Evidence } from '../evidence.ts';

export type Verdict = 'confirmed' | 'refuted' | 'could not tell';

export interface Finding {
  readonly verdict: Verdict;
  /** What was seen, or why nothing was. */
  readonly seen: string;
}

/** Something that AWS's documentation leaves open, put as Stagedoor and its local run take it to be. */
export interface Fact {
  readonly name: string;
  readonly statement: string;
  readonly observe: (bench: Bench, evidence: Evidence) => Promise<Finding>;
}

export const finding = (holds: boolean, seen: string): Finding => ({ verdict: holds ? 'confirmed' : 'refuted', seen });

export const cannotTell = (seen: string): Finding => ({ verdict: 'could not tell', seen });

/** What says something about the operator or the moment, and nothing about the question. */
const BESIDE_THE_QUESTION = ['AccessDeniedException', 'PendingVerification', 'ThrottlingException'];

/** The name of what a call was refused with, or `accepted`. @throws what tells nothing, as well as a missing answer */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'accepted';
  } catch (error) {
    if (!(error instanceof Error && '$fault' in error) || BESIDE_THE_QUESTION.includes(error.name)) throw error;
    return error.name;
  }
}
