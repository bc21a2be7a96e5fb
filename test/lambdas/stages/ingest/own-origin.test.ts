import { beforeEach, describe, expect, it } from '@jest/globals';
import { IvsError } from '../../../../lambdas/stages/errors.ts';
import { deleteIngest } from '../../../../lambdas/stages/ingest/delete-ingest.ts';
import { ownOrigin } from '../../../../lambdas/stages/ingest/own-origin.ts';
import { tagsOf } from '../../../../lambdas/stages/stage-tags.ts';
import { createWorld, type World } from '../../../support/world.ts';

let world: World;
beforeEach(() => {
  world = createWorld();
});

const origin = { ownerId: 'ada', deployment: 'Stagedoor', attemptId: 'a1', createdAt: '2026-01-01T00:00:00.000Z' };
const signal = new AbortController().signal;
const add = (changes: { name?: string; tags?: Record<string, string> } = {}) =>
  world.ingests.add({
    name: 'user-ada-ingest',
    stageArn: 'arn:aws:ivs:us-east-1:0:stage/s',
    protocol: 'RTMPS',
    userId: 'ada',
    displayName: 'Ada',
    role: 'host',
    capabilities: [],
    tags: tagsOf(origin),
    ...changes,
  });

describe('an ingest', () => {
  it('is our own when name, deployment and owner say so', async () => {
    expect(await ownOrigin(world, add(), signal)).toEqual(origin);
  });

  it.each([
    ['its name is not ours', { name: 'studio-1' }],
    ['it has no tags', { tags: {} }],
    ['it is of another deployment', { tags: tagsOf({ ...origin, deployment: 'Stagedoor-other' }) }],
    ['its tags name another owner', { tags: tagsOf({ ...origin, ownerId: 'grace' }) }],
  ])('is not when %s', async (_when, changes) => {
    expect(await ownOrigin(world, add(changes), signal)).toBeUndefined();
  });

  it('is not taken for foreign when its tags cannot be read', async () => {
    const ingest = add();
    world.ingests.trouble = () => 'throttled';
    await expect(ownOrigin(world, ingest, signal)).rejects.toThrow(IvsError);
  });

  it('of another deployment is not one of ours even where IVS shows its tags', async () => {
    const tags = tagsOf({ ...origin, deployment: 'Stagedoor-other' });
    const ingest = add({ tags });
    world.ingests.tagsOf = async () => tags;
    expect(await ownOrigin(world, ingest, signal)).toBeUndefined();
  });
});

describe('a delete that IVS denies', () => {
  it('is done when the ingest is gone', async () => {
    const { arn } = add();
    world.ingests.configurations.clear();
    await expect(deleteIngest(world, arn, signal)).resolves.toBeUndefined();
  });

  it('is refused when the ingest is there', async () => {
    const { arn } = add({ tags: {} });
    await expect(deleteIngest(world, arn, signal)).rejects.toMatchObject({ reason: 'denied' });
  });

  it('is not taken for done when it was throttled, though the ingest may be gone', async () => {
    world.ingests.trouble = (operation) => (operation === 'delete' ? 'throttled' : undefined);
    await expect(deleteIngest(world, 'arn:gone', signal)).rejects.toMatchObject({ reason: 'throttled' });
  });
});
