import {
  CreateIngestConfigurationCommand,
  CreateStageCommand,
  DeleteStageCommand,
  IVSRealTimeClient,
  UpdateStageCommand,
} from '@aws-sdk/client-ivs-realtime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProfileItem } from '../../lambdas/adapters/profile-item.ts';
import { eventually, type LocalSystem, startLocalSystem, type User } from '../support/local-system.ts';

const DAY_MS = 86_400_000;
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

let system: LocalSystem;
let ivs: IVSRealTimeClient;
let users = 0;
beforeAll(async () => {
  system = await startLocalSystem({ ivsQuotas: 'off' });
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'operator' };
  ivs = new IVSRealTimeClient({ endpoint: system.cloud.ivs.url, region: 'us-east-1', credentials });
});
afterEach(() => {
  system.cloud.ivs.intercept = undefined;
  system.cloud.ivs.setFaults({ rules: [] });
});
afterAll(async () => {
  ivs.destroy();
  await system.close();
});

interface Owner extends User {
  readonly name: string;
  readonly arn: string;
}

async function newOwner(): Promise<Owner> {
  const name = `owner-${++users}`;
  await system.register(name);
  const user = await system.signIn(name);
  await eventually(async () => (await system.profile(user.userId))?.stageArn);
  return { ...user, name, arn: (await system.profile(user.userId))?.stageArn ?? '' };
}
const nameInIvs = (arn: string) => system.cloud.ivs.stages().find((stage) => stage.arn === arn)?.name;
const rename = (arn: string) => ivs.send(new UpdateStageCommand({ arn, name: 'something-else' }));
const remove = (arn: string) => ivs.send(new DeleteStageCommand({ arn }));

describe('a stage that somebody renamed', () => {
  it('gets its name back at the next sign-in after five days', async () => {
    const { name, userId, arn } = await newOwner();
    await rename(arn);
    await system.changeProfile(userId, { checkedAt: ago(6 * DAY_MS) });
    await system.signIn(name);
    await eventually(() => nameInIvs(arn) === `user-${userId}-stage`);
  });

  it('gets its name back when its host asks for it', async () => {
    const { userId, arn, put } = await newOwner();
    await rename(arn);
    await system.changeProfile(userId, { checkedAt: ago(DAY_MS) });
    expect((await put('/me/stage')).status).toBe(200);
    expect(nameInIvs(arn)).toBe(`user-${userId}-stage`);
  });
});

describe('a stage that somebody deleted', () => {
  it('is replaced at the next sign-in after five days', async () => {
    const { name, userId, arn } = await newOwner();
    await remove(arn);
    await system.changeProfile(userId, { checkedAt: ago(6 * DAY_MS) });
    await system.signIn(name);
    await eventually(async () => ![arn, undefined].includes((await system.profile(userId))?.stageArn));
  });

  it('is replaced by the queue when its host asks and IVS throttles', async () => {
    const { userId, arn, put } = await newOwner();
    await remove(arn);
    await system.changeProfile(userId, { checkedAt: ago(DAY_MS) });
    system.cloud.ivs.setFaults({ rules: [{ operations: ['CreateStage'], kind: 'throttle', count: 1 }] });
    expect(await put('/me/stage')).toMatchObject({ status: 202, body: { status: 'provisioning' } });
    await eventually(async () => ![arn, undefined].includes((await system.profile(userId))?.stageArn));
  });

  it('is told from one that is foreign when IVS refuses a token for it', async () => {
    const { userId, arn, post } = await newOwner();
    await system.changeProfile(userId, { endpointsAt: ago(8 * DAY_MS) });
    await remove(arn);
    expect(await post(`/stages/${userId}/tokens`)).toMatchObject({ status: 503, body: { code: 'STAGE_NOT_READY' } });
  });
});

describe('a removal that broke off', () => {
  /** The clean-up runs on for a second more, and is never heard of again. */
  const endsSoon = (): Partial<ProfileItem> => ({
    lease: { attemptId: 'clean-up', kind: 'remove', until: Date.now() + 1_000 },
  });

  it('before the delete is settled by the queue: the stage stays, with its own name', async () => {
    const { name, userId, arn } = await newOwner();
    await rename(arn);
    await system.changeProfile(userId, endsSoon());
    await system.signIn(name);
    await eventually(async () => (await system.profile(userId))?.lease === undefined);
    expect(await system.profile(userId)).toMatchObject({ stageArn: arn });
    expect(nameInIvs(arn)).toBe(`user-${userId}-stage`);
  });

  it('after the delete is settled by the queue: there is another stage', async () => {
    const { name, userId, arn } = await newOwner();
    await remove(arn);
    await system.changeProfile(userId, endsSoon());
    await system.signIn(name);
    await eventually(async () => ![arn, undefined].includes((await system.profile(userId))?.stageArn));
  });
});

describe('a stage that was made when another attempt was through', () => {
  /** By the time that CreateStage answers, the profile names another stage. The first `refused` calls are throttled. */
  function overtakeCreation(other: string, refused: number): readonly string[] {
    const overtaken: string[] = [];
    let calls = 0;
    system.cloud.ivs.intercept = ({ operation, input }) => {
      if (operation !== 'CreateStage') return undefined;
      if (++calls <= refused) return { kind: 'throttle' };
      const { tags } = input as { readonly tags: Readonly<Record<string, string>> };
      const userId = tags['stagedoor:owner'] ?? '';
      overtaken.push(userId);
      // Both are of this process: what is written now is there before a call can follow the answer.
      void system.changeProfile(userId, {
        stageArn: other,
        stageName: `user-${userId}-stage`,
        stageCreatedAt: ago(0),
        stageAttempt: 'another',
        lease: { attemptId: 'another', kind: 'create', until: 0 },
      });
      return { kind: 'delay', ms: 1_000 };
    };
    return overtaken;
  }

  it.each([
    { where: 'a sign-in', refused: 0 },
    { where: 'the queue', refused: 1 },
  ])('in $where is deleted again', async ({ refused }) => {
    const { arn: other } = await newOwner();
    const overtaken = overtakeCreation(other, refused);
    const deleted = () => system.cloud.ivs.calls.filter(({ operation }) => operation === 'DeleteStage').length;
    const before = deleted();
    const name = `late-${++users}`;
    await system.register(name);
    await system.signIn(name);
    await eventually(() => deleted() > before);
    expect(system.cloud.ivs.stages().some(({ tags }) => tags['stagedoor:owner'] === overtaken[0])).toBe(false);
  });
});

it('a publisher whom IVS does not put out when it should is left to a check some seconds later', async () => {
  const [owner, guest] = [await newOwner(), await newOwner()];
  expect((await owner.put(`/me/stage/guests/${guest.userId}`, {})).status).toBe(204);
  const { presence } = await system.join(guest, owner.userId);
  expect((await owner.delete(`/me/stage/guests/${guest.userId}`)).status).toBe(204);
  const fault = { kind: 'error', status: 500, name: 'InternalServerException' } as const;
  system.cloud.ivs.setFaults({ rules: [{ operations: ['DisconnectParticipant'], ...fault }] });
  presence.publish();
  // The second line is written when the check has been sent.
  await eventually(() => /put out some seconds later.*"message":"stage updates"/s.test(system.logLines.join('\n')));
});

describe('the clean-up', () => {
  /** The tags of what an attempt made twenty minutes ago. */
  const tagsOf = (userId: string) => ({
    'stagedoor:deployment': 'Stagedoor',
    'stagedoor:owner': userId,
    'stagedoor:attempt': 'lost',
    'stagedoor:createdAt': ago(20 * 60_000),
  });

  it('gives a stage that no profile names to its owner, if they have none', async () => {
    const { userId, arn } = await newOwner();
    await remove(arn);
    // The list of the region lacks it.
    await eventually(async () => {
      await system.cleanUp({});
      return (await system.profile(userId))?.stageArn === undefined;
    });
    const { stage } = await ivs.send(new CreateStageCommand({ name: 'lost', tags: tagsOf(userId) }));
    expect(await system.cleanUp({})).toMatchObject({ orphans: { adopted: 1 } });
    expect(await system.profile(userId)).toMatchObject({ stageArn: stage?.arn });
  });

  it('deletes an ingest that no slot names, if its tags are ours', async () => {
    const { userId, arn } = await newOwner();
    const tags = tagsOf(userId);
    const name = `user-${userId}-ingest`;
    const ingest = { name, userId, stageArn: arn, ingestProtocol: 'RTMPS', tags } as const;
    await ivs.send(new CreateIngestConfigurationCommand(ingest));
    expect(await system.cleanUp({})).toMatchObject({ ingests: { dangling: 1, failed: 0 } });
  });
});

describe('a region that is full', () => {
  let full: LocalSystem;
  beforeAll(async () => {
    full = await startLocalSystem({ ivsQuotas: 'off', ivsStageQuota: 1 });
    await full.signIn('ada');
  });
  afterAll(() => full.close());

  it('is told to the host who asks, and the clean-up is asked for room', async () => {
    const grace = await full.signIn('grace');
    expect(await grace.put('/me/stage')).toMatchObject({ status: 503, body: { code: 'STAGE_QUOTA_REACHED' } });
    await eventually(() => full.logLines.some((line) => line.includes('"message":"clean-up"')));
  });

  it('ends the wait of a user in the queue, and the log tells of whom', async () => {
    full.cloud.ivs.setFaults({ rules: [{ operations: ['CreateStage'], kind: 'throttle', count: 1 }] });
    const { userId } = await full.signIn('mod');
    await eventually(async () => (await full.profile(userId))?.queuedAt === undefined);
    const noRoom = full.logLines.filter((line) => line.includes('the region has no room for another stage'));
    expect(noRoom.some((line) => line.includes(userId))).toBe(true);
  });
});
