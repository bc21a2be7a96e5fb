import { IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AwsIvsModeration } from '../../../lambdas/adapters/ivs-moderation.ts';
import { AwsIvsRealTime } from '../../../lambdas/adapters/ivs-real-time.ts';
import type { IvsParticipant } from '../../../lambdas/stages/ports.ts';
import { type IvsEmulator, startIvsEmulator } from '../../../local/ivs/index.ts';
import { createToken, joinWith } from '../../local/ivs/joining.ts';

let emulator: IvsEmulator;
let client: IVSRealTimeClient;
let moderation: AwsIvsModeration;
beforeAll(async () => {
  emulator = await startIvsEmulator({ quotas: 'off', clock: () => new Date('2026-01-01T00:00:00.000Z') });
  client = new IVSRealTimeClient({
    endpoint: emulator.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  moderation = new AwsIvsModeration(client);
});
afterAll(async () => {
  client.destroy();
  await emulator.close();
});

const signal = () => AbortSignal.timeout(5_000);
const sessionOf = (arn: string) => emulator.stages().find((stage) => stage.arn === arn)?.activeSessionId ?? '';

async function openStage(): Promise<string> {
  const { arn } = await new AwsIvsRealTime(client, client).createStage({ name: 'one', tags: {} }, signal());
  return arn;
}

const join = async (stageArn: string, userId: string, attributes: Record<string, string> = {}) =>
  joinWith(emulator, await createToken(client, { stageArn, userId, attributes }));

async function list(arn: string, userId?: string): Promise<readonly IvsParticipant[]> {
  const found: IvsParticipant[] = [];
  let cursor: string | undefined;
  do {
    const page = await moderation.listParticipants(arn, sessionOf(arn), userId, cursor, signal());
    found.push(...page.participants);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

it('lists everybody of a session, or one user, page by page', async () => {
  const arn = await openStage();
  const gone = await join(arn, 'grace');
  gone.leave('user-initiated');
  for (let i = 0; i < 101; i++) await join(arn, 'mary');
  expect(await list(arn)).toHaveLength(102);
  expect(await list(arn, 'mary')).toHaveLength(101);
  const firstJoinedAt = '2026-01-01T00:00:00.000Z';
  expect(await list(arn, 'grace')).toEqual([
    { participantId: gone.participantId, userId: 'grace', connected: false, firstJoinedAt },
  ]);
});

it('tells the attributes of a participant, and that there is none', async () => {
  const arn = await openStage();
  const { participantId } = await join(arn, 'grace', { role: 'guest', capabilities: 'PUBLISH_AUDIO' });
  const session = sessionOf(arn);
  expect(await moderation.attributesOf(arn, session, participantId, signal())).toEqual({
    role: 'guest',
    capabilities: 'PUBLISH_AUDIO',
  });
  expect(await moderation.attributesOf(arn, session, 'nobody', signal())).toBeUndefined();
});

it('puts a participant out, and does not mind who is not there', async () => {
  const arn = await openStage();
  const guest = await join(arn, 'grace');
  await moderation.disconnect(arn, guest.participantId, 'no longer invited', signal());
  expect(guest.ended).toEqual(['participant-disconnected']);
  await moderation.disconnect(arn, 'nobody', 'no longer invited', signal());
});

it('refuses a page token that IVS does not know as an invalid request', async () => {
  const arn = await openStage();
  await join(arn, 'grace');
  const page = moderation.listParticipants(arn, sessionOf(arn), undefined, 'forged', signal());
  await expect(page).rejects.toMatchObject({ code: 'INVALID_REQUEST', message: expect.stringMatching(/^cursor must/) });
});

it('tells a failure in the words of the domain', async () => {
  emulator.setFaults({ rules: [{ kind: 'throttle', operations: ['GetParticipant', 'DisconnectParticipant'] }] });
  const arn = await openStage();
  const throttled = { name: 'IvsError', reason: 'throttled' };
  const session = 'st-abcdefghijklm';
  await expect(moderation.attributesOf(arn, session, 'p', signal())).rejects.toMatchObject(throttled);
  await expect(moderation.disconnect(arn, 'p', 'why', signal())).rejects.toMatchObject(throttled);
  emulator.setFaults({ rules: [] });
});
