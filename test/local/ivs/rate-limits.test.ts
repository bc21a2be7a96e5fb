import {
  CreateParticipantTokenCommand,
  CreateStageCommand,
  DeleteStageCommand,
  GetStageCommand,
  type IVSRealTimeClient,
  ListStagesCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-ivs-realtime';
import { describe, expect, it } from '@jest/globals';
import { startIvsEmulator } from '../../../local/ivs/index.ts';
import { connect, runEmulator, serviceError, stoppedClock } from './running-emulator.ts';

const arn = 'arn:aws:ivs:us-east-1:000000000000:stage/missing00000';

const calls: [string, number, (client: IVSRealTimeClient) => Promise<unknown>][] = [
  ['CreateStage', 5, (client) => client.send(new CreateStageCommand({}))],
  ['GetStage', 5, (client) => client.send(new GetStageCommand({ arn }))],
  ['UpdateStage', 5, (client) => client.send(new UpdateStageCommand({ arn }))],
  ['DeleteStage', 5, (client) => client.send(new DeleteStageCommand({ arn }))],
  ['ListStages', 5, (client) => client.send(new ListStagesCommand({}))],
  ['CreateParticipantToken', 50, (client) => client.send(new CreateParticipantTokenCommand({ stageArn: arn }))],
  ['TagResource', 10, (client) => client.send(new TagResourceCommand({ resourceArn: arn, tags: { k: 'v' } }))],
  ['UntagResource', 10, (client) => client.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: ['k'] }))],
  ['ListTagsForResource', 10, (client) => client.send(new ListTagsForResourceCommand({ resourceArn: arn }))],
];

const throttling = serviceError('ThrottlingException', 400);

/** How many of so many calls are let through at this moment. */
async function countAdmitted(client: IVSRealTimeClient, attempts: number): Promise<number> {
  const sent = Array.from({ length: attempts }, () => client.send(new ListStagesCommand({})));
  const settled = await Promise.allSettled(sent);
  return settled.filter(({ status }) => status === 'fulfilled').length;
}

describe('real quotas', () => {
  it.each(calls)('let %s through %d times at once, and throttle the next', async (_operation, rate, call) => {
    const { client } = await runEmulator({ quotas: 'real', clock: stoppedClock().clock });
    const outcomes = await Promise.allSettled(Array.from({ length: rate }, () => call(client)));
    for (const outcome of outcomes) expect(outcome).not.toMatchObject({ reason: { name: 'ThrottlingException' } });
    await expect(call(client)).rejects.toMatchObject(throttling);
  });

  it('are the default', async () => {
    const emulator = await startIvsEmulator({ clock: stoppedClock().clock });
    const client = connect(emulator);
    expect(await countAdmitted(client, 7)).toBe(5);
    client.destroy();
    await emulator.close();
  });

  it('count each operation apart', async () => {
    const { client } = await runEmulator({ quotas: 'real', clock: stoppedClock().clock });
    expect(await countAdmitted(client, 6)).toBe(5);
    await expect(client.send(new CreateStageCommand({}))).resolves.toBeDefined();
  });

  it('let one more through when its time has come, and never more than a second holds', async () => {
    const { clock, advance } = stoppedClock();
    const { client } = await runEmulator({ quotas: 'real', clock });
    await countAdmitted(client, 5);
    advance(199);
    expect(await countAdmitted(client, 1)).toBe(0);
    advance(1);
    expect(await countAdmitted(client, 2)).toBe(1);
    advance(60_000);
    expect(await countAdmitted(client, 10)).toBe(5);
  });

  it('let a caller through who keeps calling twice too fast, at the rate', async () => {
    const { clock, advance } = stoppedClock();
    const { client } = await runEmulator({ quotas: 'real', clock });
    await countAdmitted(client, 5);
    let admitted = 0;
    for (let call = 0; call < 20; call += 1) {
      advance(100);
      admitted += await countAdmitted(client, 1);
    }
    expect(admitted).toBe(10);
  });

  it('can count refused calls too, so that only who slows down is let through again', async () => {
    const { clock, advance } = stoppedClock();
    const { client } = await runEmulator({ quotas: 'real', clock, limiterCountsRefusedCalls: true });
    await countAdmitted(client, 5);
    for (let call = 0; call < 20; call += 1) {
      advance(100);
      expect(await countAdmitted(client, 1)).toBe(0);
    }
    advance(200);
    expect(await countAdmitted(client, 1)).toBe(1);
  });

  it('are recognised by the SDK, which tries three times by default', async () => {
    const { emulator } = await runEmulator({ quotas: 'real', clock: stoppedClock().clock });
    const client = connect(emulator, { maxAttempts: 3 });
    await countAdmitted(client, 5);
    const throttled = client.send(new ListStagesCommand({}));
    await expect(throttled).rejects.toMatchObject({ name: 'ThrottlingException', $metadata: { attempts: 3 } });
    client.destroy();
  });
});

describe('quotas that are off', () => {
  it('let everything through', async () => {
    const { client } = await runEmulator({ quotas: 'off', clock: stoppedClock().clock });
    expect(await countAdmitted(client, 60)).toBe(60);
  });
});
