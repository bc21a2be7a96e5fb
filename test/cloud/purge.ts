import {
  DeleteStageCommand,
  type IVSRealTimeClient,
  paginateListStages,
  ResourceNotFoundException,
} from '@aws-sdk/client-ivs-realtime';
import { OWNER_TAG } from '../../lambdas/stages/stage-tags.ts';
import { type Bench, describeError } from './evidence.ts';
import type { KnownPerson, Person } from './people.ts';
import { leave } from './steps.ts';

type Attempt = (otherwise: string, work: () => Promise<unknown>) => Promise<void>;

/** Removes all that the check has made, as far as it can. @returns what is left, a sentence each */
export async function purge(bench: Bench): Promise<readonly string[]> {
  const left: string[] = [];
  const attempt: Attempt = async (otherwise, work) => {
    try {
      await work();
    } catch (error) {
      left.push(`${otherwise}: ${describeError(error)}`);
    }
  };
  const { made } = bench.people;
  for (const person of made) {
    await attempt(`The profile of ${person.userId} may be left`, () => deleteProfile(bench, person));
  }
  await attempt('Stages may be left', () => deleteStages(bench, attempt));
  for (const person of made) {
    await attempt(`The user ${person.userName} may be left`, () => bench.people.remove(person));
  }
  return left;
}

/** With stage, ingest and rows. A profile exists from the first sign-in on, also if its tokens never arrived. */
async function deleteProfile(bench: Bench, person: Person): Promise<void> {
  if (!person.hasTriedToSignIn) return;
  await leave(bench, isSignedIn(person) ? person : await bench.people.signIn(person));
}

const isSignedIn = (person: Person): person is KnownPerson =>
  person.userId !== undefined && person.accessToken !== undefined;

/** The twin, and whatever the API could not delete. */
async function deleteStages({ aws: { ivs }, people }: Bench, attempt: Attempt): Promise<void> {
  const ownerIds = people.made.flatMap(({ userId }) => userId ?? []);
  for await (const { stages = [] } of paginateListStages({ client: ivs }, { maxResults: 100 })) {
    for (const { arn, tags } of stages) {
      if (!ownerIds.includes(tags?.[OWNER_TAG] ?? '')) continue;
      await attempt(`The stage ${arn} is left`, () => deleteStage(ivs, arn));
    }
  }
}

async function deleteStage(ivs: IVSRealTimeClient, arn: string | undefined): Promise<void> {
  try {
    await ivs.send(new DeleteStageCommand({ arn }));
  } catch (error) {
    // Listed, but deleted meanwhile.
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
}
