import {
  CreateStageCommand,
  GetStageCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-ivs-realtime';
import { describe, expect, it } from '@jest/globals';
import { runEmulator, serviceError } from './running-emulator.ts';

async function runEmulatorWithStage(tags: Record<string, string>) {
  const { client } = await runEmulator();
  const { stage } = await client.send(new CreateStageCommand({ tags }));
  const resourceArn = stage?.arn ?? '';
  const readTags = async () => (await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags;
  return { client, resourceArn, readTags };
}

describe('tags', () => {
  it('are added and replaced by TagResource, and seen by GetStage', async () => {
    const { client, resourceArn, readTags } = await runEmulatorWithStage({ env: 'dev', owner: 'ada' });
    await client.send(new TagResourceCommand({ resourceArn, tags: { env: 'prod', cost: '7' } }));
    const tags = { env: 'prod', owner: 'ada', cost: '7' };
    expect(await readTags()).toEqual(tags);
    const { stage } = await client.send(new GetStageCommand({ arn: resourceArn }));
    expect(stage?.tags).toEqual(tags);
  });

  it('are removed by UntagResource, whatever characters their keys have', async () => {
    const { client, resourceArn, readTags } = await runEmulatorWithStage({ 'a b&c/é=': '1', '100%': '2', kept: '3' });
    await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a b&c/é=', '100%', 'never-there'] }));
    expect(await readTags()).toEqual({ kept: '3' });
  });

  it('are 50 on a resource at most, counting those it has', async () => {
    const fifty = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key${index}`, 'v']));
    const { client, resourceArn, readTags } = await runEmulatorWithStage(fifty);
    const oneMore = client.send(new TagResourceCommand({ resourceArn, tags: { another: 'v' } }));
    await expect(oneMore).rejects.toMatchObject(serviceError('ValidationException', 400));
    await client.send(new TagResourceCommand({ resourceArn, tags: { key0: 'replaced' } }));
    expect(await readTags()).toEqual({ ...fifty, key0: 'replaced' });
  });

  it('of a missing stage are ResourceNotFoundException', async () => {
    const { client } = await runEmulator();
    const resourceArn = 'arn:aws:ivs:us-east-1:000000000000:stage/missing00000';
    const notFound = serviceError('ResourceNotFoundException', 404);
    const tagging = client.send(new TagResourceCommand({ resourceArn, tags: { k: 'v' } }));
    await expect(tagging).rejects.toMatchObject(notFound);
    const untagging = client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['k'] }));
    await expect(untagging).rejects.toMatchObject(notFound);
    const listing = client.send(new ListTagsForResourceCommand({ resourceArn }));
    await expect(listing).rejects.toMatchObject(notFound);
  });
});
