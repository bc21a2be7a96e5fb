import type { UserId } from '../../contract/stages.ts';
import { closeIngest } from '../../lambdas/stages/ingest/close-ingest.ts';
import { ingestIdOf } from '../../lambdas/stages/ingest/ingest-view.ts';
import { openIngest } from '../../lambdas/stages/ingest/open-ingest.ts';
import type { Services } from '../../lambdas/stages/ports.ts';
import { cleanUp, drainQueue, putStage } from './stage-life.ts';
import type { World } from './world.ts';

export const open = (services: Services, userId: UserId = 'ada') => openIngest(services)(userId, {});

/** Closes the ingest that the user has, if there is one. */
export async function close(services: Services, userId: UserId = 'ada'): Promise<void> {
  const { ingest } = (await services.ingestSlots.get(userId)) ?? {};
  if (ingest) await closeIngest(services)(userId, ingestIdOf(ingest.arn));
}

/** What is wrong with the ingests once nothing is under way any more and the sweep has run. */
export function wrongIngests({ ingests, ivs, profiles }: World, slots: ReadonlyMap<UserId, string | undefined>) {
  const present = new Set(profiles.all().flatMap(({ stage }) => (stage && ivs.stages.has(stage.arn) ? stage.arn : [])));
  return [...ingests.configurations.values()].flatMap(({ arn, userId, stageArn }) => [
    ...(slots.get(userId) === arn ? [] : [`no slot names ${arn}`]),
    ...(present.has(stageArn) ? [] : [`${arn} is of a stage that is gone`]),
  ]);
}

/** By user, the ARN of the ingest that their slot names. */
export async function namedIngests({ ingestSlots }: World, users: readonly UserId[]) {
  const named = new Map<UserId, string | undefined>();
  for (const userId of users) named.set(userId, (await ingestSlots.get(userId))?.ingest?.arn);
  return named;
}

/** What trouble came to, once the sweep has run; and whether the host can open an ingest again, with a key that they know. */
export async function afterIngestSweep(world: World, userId: UserId = 'ada') {
  world.ingests.trouble = () => undefined;
  // Past every lease and reservation.
  world.clock.advance(70_000);
  await drainQueue(world);
  world.clock.advance(16 * 60_000);
  await cleanUp(world);
  const wrong = wrongIngests(world, await namedIngests(world, [userId]));
  await putStage(world, userId);
  await close(world, userId);
  const opened = await open(world, userId);
  return { wrong, thenOpens: opened.streamKey !== '', thenHas: world.ingests.configurations.size };
}

export const ALL_WELL = { wrong: [], thenOpens: true, thenHas: 1 };
