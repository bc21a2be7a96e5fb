import type { ParticipantToken } from '../../contract/stages.ts';
import type { CleanUpReport } from '../../lambdas/stages/clean-up/clean-up-report.ts';
import type { ApiClient } from './api-client.ts';
import type { AwsClients } from './aws-clients.ts';
import type { Deployment } from './deployment.ts';
import type { KnownPerson, People } from './people.ts';

/** What a check works with. */
export interface Bench {
  readonly deployment: Deployment;
  readonly aws: AwsClients;
  readonly api: ApiClient;
  readonly people: People;
  readonly now: () => number;
  /** Between two looks at something that takes its time. */
  readonly pause: () => Promise<void>;
}

/** What the steps leave to judge the facts by. */
export interface Evidence {
  readonly host: KnownPerson;
  readonly stageArn: string;
  /** The host's token as the deployment gives it. */
  readonly token: ParticipantToken;
  /** Another one, by CreateParticipantToken. */
  readonly ivsToken: { readonly token: string; readonly participantId: string };
  /** How CreateStage took the name of a stage that exists: the other stage's ARN, or its refusal. */
  readonly twin: string | Error;
  /** What `GET /me/stage` said to somebody without a profile who had refreshed their tokens; or why they could not. */
  readonly afterRefresh: 'nothing' | 'a profile' | Error;
  /** A dry run, with the twin as an orphan and a profile whose stage is gone. */
  readonly cleanUp: CleanUpReport;
}

export const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

export function describeError(thrown: unknown): string {
  const { name, message } = asError(thrown);
  return `${name}: ${message}`;
}

/** Tries again and again, a minute long, until there is an answer. */
export async function patiently<T>({ pause }: Pick<Bench, 'pause'>, look: () => Promise<T | undefined>): Promise<T> {
  for (let looks = 1; looks <= 60; looks += 1) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await pause();
  }
  throw new Error('not within a minute');
}
