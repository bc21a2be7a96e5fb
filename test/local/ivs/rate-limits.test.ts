import { CreateStageCommand, type IVSRealTimeClient, ListStagesCommand } from '@aws-sdk/client-ivs-realtime';
import { describe, expect, it } from '@jest/globals';
import { inputShapes } from '../../../local/ivs/constraints.ts';
import { startIvsEmulator } from '../../../local/ivs/index.ts';
import { connect, runEmulator, serviceError, stoppedClock } from './running-emulator.ts';
import { commandOf } from './sdk-model.ts';

/** As the User Guide's page of service quotas has them. */
const rates: readonly (readonly [rate: number, operations: string])[] = [
  [50, 'CreateParticipantToken'],
  [10, 'TagResource UntagResource ListTagsForResource'],
  [3, 'ImportPublicKey GetPublicKey ListPublicKeys DeletePublicKey'],
  [5, 'CreateStage GetStage UpdateStage DeleteStage ListStages DisconnectParticipant'],
  [5, 'ListStageSessions GetStageSession ListParticipants GetParticipant ListParticipantEvents'],
  [5, 'CreateIngestConfiguration GetIngestConfiguration ListIngestConfigurations'],
  [5, 'UpdateIngestConfiguration DeleteIngestConfiguration'],
  [5, 'StartParticipantReplication StopParticipantReplication ListParticipantReplicas'],
];

const calls = rates.flatMap(([rate, names]) => names.split(' ').map((operation) => [operation, rate] as const));

/** Most calls are refused for their form: they count nevertheless. */
const input = { resourceArn: 'arn:aws:ivs:us-east-1:000000000000:stage/missing00000', tagKeys: ['k'] };

const throttling = serviceError('ThrottlingException', 400);

/** How many of so many calls are let through at this moment. */
async function countAdmitted(client: IVSRealTimeClient, attempts: number): Promise<number> {
  const sent = Array.from({ length: attempts }, () => client.send(new ListStagesCommand({})));
  const settled = await Promise.allSettled(sent);
  return settled.filter(({ status }) => status === 'fulfilled').length;
}

describe('real quotas', () => {
  it('are known for every operation', () => {
    expect(calls.map(([operation]) => operation).sort()).toEqual(Object.keys(inputShapes).sort());
  });

  it.each(calls)('let %s through %d times at once, and throttle the next', async (operation, rate) => {
    const { client } = await runEmulator({ quotas: 'real', clock: stoppedClock().clock });
    const call = () => client.send(commandOf(operation, input));
    const outcomes = await Promise.allSettled(Array.from({ length: rate }, call));
    for (const outcome of outcomes) expect(outcome).not.toMatchObject({ reason: { name: 'ThrottlingException' } });
    await expect(call()).rejects.toMatchObject(throttling);
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
