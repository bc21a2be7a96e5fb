import { once } from 'node:events';
import { CreateStageCommand, ListStagesCommand } from '@aws-sdk/client-ivs-realtime';
import { describe, expect, it, jest } from '@jest/globals';
import { type InterceptedCall, startIvsEmulator } from '../../../local/ivs/index.ts';
import { connect, runEmulator, serviceError } from './running-emulator.ts';

describe('intercept', () => {
  it('sees the input and the number of each call of an operation', async () => {
    const seen: InterceptedCall[] = [];
    const { client } = await runEmulator({ intercept: (call) => void seen.push(call) as undefined });
    await client.send(new CreateStageCommand({ name: 'ada' }));
    await client.send(new ListStagesCommand({}));
    await client.send(new CreateStageCommand({ name: 'grace' }));
    expect(seen).toEqual([
      { operation: 'CreateStage', input: { name: 'ada' }, number: 1 },
      { operation: 'ListStages', input: {}, number: 1 },
      { operation: 'CreateStage', input: { name: 'grace' }, number: 2 },
    ]);
  });

  it('is not asked about calls that are denied', async () => {
    const { client, emulator } = await runEmulator({ authorize: () => ({ allowed: false, message: 'no' }) });
    emulator.intercept = () => ({ kind: 'error', status: 500, name: 'InternalServerException' });
    const listing = client.send(new ListStagesCommand({}));
    await expect(listing).rejects.toMatchObject(serviceError('AccessDeniedException', 403));
  });

  it('throttles', async () => {
    const { client, emulator } = await runEmulator();
    emulator.intercept = () => ({ kind: 'throttle' });
    const creating = client.send(new CreateStageCommand({}));
    await expect(creating).rejects.toMatchObject(serviceError('ThrottlingException', 400));
    expect(emulator.stages()).toEqual([]);
  });

  it('answers any error, which the SDK retries if it may', async () => {
    const { emulator } = await runEmulator();
    const client = connect(emulator, { maxAttempts: 2 });
    emulator.intercept = ({ number }) =>
      number === 1 ? { kind: 'error', status: 500, name: 'InternalServerException' } : undefined;
    const { $metadata } = await client.send(new CreateStageCommand({}));
    expect($metadata.attempts).toBe(2);
    expect(emulator.stages()).toHaveLength(1);
    client.destroy();
  });

  it('can be taken away', async () => {
    const { client, emulator } = await runEmulator({ intercept: () => ({ kind: 'throttle' }) });
    await expect(client.send(new CreateStageCommand({}))).rejects.toThrow('Rate exceeded');
    emulator.intercept = undefined;
    await expect(client.send(new CreateStageCommand({}))).resolves.toBeDefined();
  });

  it('delays, and applies only then', async () => {
    const { client, emulator } = await runEmulator();
    emulator.intercept = ({ operation }) => (operation === 'CreateStage' ? { kind: 'delay', ms: 50 } : undefined);
    const creating = client.send(new CreateStageCommand({}));
    const { stages } = await client.send(new ListStagesCommand({}));
    expect(stages).toEqual([]);
    await creating;
    expect(emulator.stages()).toHaveLength(1);
  });

  it('loses an answer after applying the call, so that the retry of the SDK makes a second stage', async () => {
    const { emulator } = await runEmulator();
    const client = connect(emulator, { maxAttempts: 2 });
    emulator.intercept = ({ number }) => (number === 1 ? { kind: 'lose-answer' } : undefined);
    const { stage } = await client.send(new CreateStageCommand({ name: 'ada' }));
    expect(emulator.stages().map(({ name }) => name)).toEqual(['ada', 'ada']);
    expect(emulator.stages()[1]?.arn).toBe(stage?.arn);
    client.destroy();
  });

  it('hangs without applying until the caller gives up', async () => {
    const { client, emulator } = await runEmulator({ intercept: () => ({ kind: 'hang' }) });
    const abortSignal = AbortSignal.timeout(50);
    const [outcome] = await Promise.allSettled([
      client.send(new CreateStageCommand({}), { abortSignal }),
      once(abortSignal, 'abort'),
    ]);
    expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'AbortError' } });
    expect(emulator.stages()).toEqual([]);
  });

  it.each([{ kind: 'hang' } as const, { kind: 'delay', ms: 3_600_000 } as const])(
    'does not keep the emulator from closing, and %j is never applied',
    async (fault) => {
      const emulator = await startIvsEmulator();
      const client = connect(emulator);
      const asked = new Promise<void>((resolve) => {
        emulator.intercept = () => {
          resolve();
          return fault;
        };
      });
      const creating = client.send(new CreateStageCommand({}));
      await asked;
      await Promise.all([emulator.close(), expect(creating).rejects.toThrow()]);
      expect(emulator.stages()).toEqual([]);
      client.destroy();
    },
  );

  it('answers InternalServerException when the hook itself fails', async () => {
    const { client, emulator } = await runEmulator();
    emulator.intercept = () => {
      throw new Error('a mistake of the test');
    };
    const logged = jest.spyOn(console, 'error').mockReturnValue();
    const listing = client.send(new ListStagesCommand({}));
    await expect(listing).rejects.toMatchObject(serviceError('InternalServerException', 500));
    expect(logged).toHaveBeenCalledTimes(1);
    logged.mockRestore();
  });
});
