import { IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AwsIvsParticipants } from '../../../lambdas/adapters/ivs-participants.ts';
import { AwsIvsRealTime } from '../../../lambdas/adapters/ivs-real-time.ts';
import type { IvsParticipant, PublishingChange } from '../../../lambdas/stages/ports.ts';
import { type IvsEmulator, type Presence, startIvsEmulator } from '../../../local/ivs/index.ts';
import { createToken, joinWith } from '../../local/ivs/joining.ts';

let emulator: IvsEmulator;
let client: IVSRealTimeClient;
let participants: AwsIvsParticipants;
let ms = Date.parse('2026-01-01T00:00:00.000Z');
beforeAll(async () => {
  emulator = await startIvsEmulator({ quotas: 'off', clock: () => new Date(ms) });
  client = new IVSRealTimeClient({
    endpoint: emulator.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  participants = new AwsIvsParticipants(client);
});
afterAll(async () => {
  client.destroy();
  await emulator.close();
});

const signal = () => AbortSignal.timeout(5_000);

async function openStage(): Promise<string> {
  const { arn } = await new AwsIvsRealTime(client, client).createStage({ name: 'one', tags: {} }, signal());
  return arn;
}

const join = async (stageArn: string): Promise<Presence> => joinWith(emulator, await createToken(client, { stageArn }));

const sessionOf = (arn: string) => emulator.stages().find((stage) => stage.arn === arn)?.activeSessionId ?? '';

async function publishersOf(arn: string): Promise<readonly IvsParticipant[]> {
  const found: IvsParticipant[] = [];
  let cursor: string | undefined;
  do {
    const page = await participants.listPublishers(arn, sessionOf(arn), cursor, signal());
    found.push(...page.participants);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

describe('AwsIvsParticipants', () => {
  it('lists those who have ever published, and who of them is connected', async () => {
    const arn = await openStage();
    const [viewer, gone, there] = [await join(arn), await join(arn), await join(arn)];
    for (const publisher of [gone, there]) publisher.publish();
    gone.leave('user-initiated');
    const found = await publishersOf(arn);
    expect(found).toHaveLength(2);
    const [userId, firstJoinedAt] = ['', new Date(ms).toISOString()];
    expect(found).toContainEqual({ participantId: gone.participantId, userId, connected: false, firstJoinedAt });
    expect(found).toContainEqual({ participantId: there.participantId, userId, connected: true, firstJoinedAt });
    expect(found.map(({ participantId }) => participantId)).not.toContain(viewer.participantId);
  });

  it('goes through pages of a hundred', async () => {
    const arn = await openStage();
    for (let i = 0; i < 101; i++) {
      const publisher = await join(arn);
      publisher.publish();
      publisher.unpublish();
    }
    expect(await publishersOf(arn)).toHaveLength(101);
  });

  it('lists the starts and stops of one participant in milliseconds, and nothing else, page by page', async () => {
    const arn = await openStage();
    const publisher = await join(arn);
    const startedAt = ms;
    for (let i = 0; i < 51; i++) {
      publisher.publish();
      ms += 7;
      publisher.unpublish();
    }
    const first = await participants.listPublishing(arn, sessionOf(arn), publisher.participantId, undefined, signal());
    const { participantId } = publisher;
    const second = await participants.listPublishing(arn, sessionOf(arn), participantId, first.cursor, signal());
    expect(second).not.toHaveProperty('cursor');
    const changes = [...first.changes, ...second.changes];
    expect(changes).toHaveLength(102);
    const expected: PublishingChange[] = [
      { kind: 'started', at: new Date(startedAt) },
      { kind: 'stopped', at: new Date(startedAt + 7) },
    ];
    expect(changes.slice(0, 2)).toEqual(expected);
  });

  it('tells a failure in the words of the domain', async () => {
    emulator.setFaults({ rules: [{ kind: 'throttle', operations: ['ListParticipants', 'ListParticipantEvents'] }] });
    const arn = 'arn:aws:ivs:us-east-1:000000000000:stage/abcdABCDefgh';
    const session = 'st-abcdefghijklm';
    const list = participants.listPublishers(arn, session, undefined, signal());
    await expect(list).rejects.toMatchObject({ name: 'IvsError', reason: 'throttled' });
    const events = participants.listPublishing(arn, session, 'p', undefined, signal());
    await expect(events).rejects.toMatchObject({ name: 'IvsError', reason: 'throttled' });
    emulator.setFaults({ rules: [] });
  });
});
