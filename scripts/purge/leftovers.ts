import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteIngestConfigurationCommand,
  DeletePublicKeyCommand,
  DeleteStageCommand,
  type IVSRealTimeClient,
  ListIngestConfigurationsCommand,
  ListPublicKeysCommand,
  ListStagesCommand,
  ListTagsForResourceCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-ivs-realtime';
import { DEPLOYMENT_TAG } from '../../lambdas/stages/stage-tags.ts';

/** ARNs of what a deployment made in IVS. */
export interface Leftovers {
  readonly stages: readonly string[];
  readonly ingests: readonly string[];
  readonly publicKeys: readonly string[];
}

export interface PurgeOptions {
  readonly client: IVSRealTimeClient;
  /** Value of the deployment tag. */
  readonly deployment: string;
  /** Before each call. IVS allows 5 a second of most operations. @default 250 ms */
  readonly pause?: () => Promise<void>;
  /** Before each call about public keys, of which IVS allows 3 a second. @default 400 ms */
  readonly pauseForKeys?: () => Promise<void>;
}

type Tags = Readonly<Record<string, string>> | undefined;
type Needs = Required<PurgeOptions>;

const withDefaults = (options: PurgeOptions): Needs => ({
  pause: () => sleep(250),
  pauseForKeys: () => sleep(400),
  ...options,
});

export async function findLeftovers(options: PurgeOptions): Promise<Leftovers> {
  const needs = withDefaults(options);
  return { stages: await findStages(needs), ingests: await findIngests(needs), publicKeys: await findKeys(needs) };
}

export async function removeLeftovers(
  options: PurgeOptions,
  { stages, ingests, publicKeys }: Leftovers,
): Promise<void> {
  const { client, pause, pauseForKeys } = withDefaults(options);
  for (const arn of ingests)
    await remove(pause, client.send(new DeleteIngestConfigurationCommand({ arn, force: true })));
  for (const arn of stages) await remove(pause, client.send(new DeleteStageCommand({ arn })));
  for (const arn of publicKeys) await remove(pauseForKeys, client.send(new DeletePublicKeyCommand({ arn })));
}

/** What somebody else has deleted meanwhile is as good as removed. */
async function remove(pause: Needs['pause'], call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
  await pause();
}

const findStages = ({ client, deployment, pause }: Needs) =>
  allPages(pause, async (nextToken) => {
    const page = await client.send(new ListStagesCommand({ maxResults: 100, nextToken }));
    return { arns: ownedBy(deployment, page.stages), nextToken: page.nextToken };
  });

const findKeys = ({ client, deployment, pauseForKeys }: Needs) =>
  allPages(pauseForKeys, async (nextToken) => {
    const page = await client.send(new ListPublicKeysCommand({ nextToken }));
    return { arns: ownedBy(deployment, page.publicKeys), nextToken: page.nextToken };
  });

/** Their list does not tell tags. */
const findIngests = ({ client, deployment, pause }: Needs) =>
  allPages(pause, async (nextToken) => {
    const page = await client.send(new ListIngestConfigurationsCommand({ maxResults: 100, nextToken }));
    const found: { arn: string; tags: Tags }[] = [];
    for (const { arn = '' } of page.ingestConfigurations ?? []) {
      found.push({ arn, tags: await tagsOf(client, arn) });
      await pause();
    }
    return { arns: ownedBy(deployment, found), nextToken: page.nextToken };
  });

/** One that somebody deletes meanwhile has none. */
async function tagsOf(client: Needs['client'], resourceArn: string): Promise<Tags> {
  try {
    return (await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

const ownedBy = (deployment: string, items: readonly { arn?: string | undefined; tags?: Tags }[] = []) =>
  items.flatMap(({ arn, tags }) => (arn !== undefined && tags?.[DEPLOYMENT_TAG] === deployment ? [arn] : []));

async function allPages(
  pause: Needs['pause'],
  list: (nextToken: string | undefined) => Promise<{ arns: readonly string[]; nextToken: string | undefined }>,
): Promise<readonly string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const { arns, nextToken } = await list(cursor);
    found.push(...arns);
    cursor = nextToken || undefined;
    await pause();
  } while (cursor !== undefined);
  return found;
}
