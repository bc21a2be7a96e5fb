import { CreateStageCommand, GetStageCommand, ListStagesCommand } from '@aws-sdk/client-ivs-realtime';
import { describe, expect, it } from '@jest/globals';
import type { FaultPlan } from '../../../local/ivs/index.ts';
import { connect, runEmulator, serviceError } from './running-emulator.ts';

const throttled = serviceError('ThrottlingException', 400);

describe('a fault plan', () => {
  it('strikes the operations that it names, as often as it says', async () => {
    const { client, emulator } = await runEmulator({
      faults: { rules: [{ operations: ['ListStages'], kind: 'throttle', count: 2 }] },
    });
    const list = () => client.send(new ListStagesCommand({}));
    await client.send(new CreateStageCommand({}));
    await expect(list()).rejects.toMatchObject(throttled);
    await expect(list()).rejects.toMatchObject(throttled);
    await expect(list()).resolves.toBeDefined();
    expect(emulator.stages()).toHaveLength(1);
  });

  it('answers errors of its own, which the SDK knows by name', async () => {
    const { client, emulator } = await runEmulator();
    emulator.setFaults({
      rules: [
        { kind: 'error', count: 1 },
        { kind: 'error', count: 1, name: 'PendingVerification', status: 403 },
      ],
    });
    const create = () => client.send(new CreateStageCommand({}));
    await expect(create()).rejects.toMatchObject(serviceError('InternalServerException', 500));
    await expect(create()).rejects.toMatchObject(serviceError('PendingVerification', 403));
    await expect(create()).resolves.toBeDefined();
  });

  it('loses an answer, which the retry of the SDK makes good twice over', async () => {
    const { emulator } = await runEmulator();
    const client = connect(emulator, { maxAttempts: 2 });
    emulator.setFaults({ rules: [{ kind: 'lose-answer', count: 1 }] });
    await client.send(new CreateStageCommand({}));
    expect(emulator.stages()).toHaveLength(2);
    client.destroy();
  });

  it('delays and hangs', async () => {
    const { client, emulator } = await runEmulator();
    emulator.setFaults({
      rules: [
        { kind: 'delay', ms: 40, count: 1 },
        { kind: 'hang', count: 1 },
      ],
    });
    const startedAt = performance.now();
    await client.send(new ListStagesCommand({}));
    expect(performance.now() - startedAt).toBeGreaterThan(35);
    const hanging = client.send(new CreateStageCommand({}), { abortSignal: AbortSignal.timeout(30) });
    await expect(hanging).rejects.toMatchObject({ name: 'AbortError' });
    expect(emulator.stages()).toEqual([]);
  });

  it('strikes with its probability, the same with the same seed', async () => {
    const { client, emulator } = await runEmulator();
    const run = async (seed: number) => {
      emulator.setFaults({ seed, rules: [{ kind: 'throttle', probability: 0.5 }] });
      const calls = Array.from({ length: 60 }, () => client.send(new ListStagesCommand({})));
      return (await Promise.allSettled(calls)).filter(({ status }) => status === 'rejected').length;
    };
    const struck = await run(4);
    expect(struck).toBeGreaterThan(15);
    expect(struck).toBeLessThan(45);
    expect(await run(4)).toBe(struck);
  });

  it('comes after intercept', async () => {
    const { client, emulator } = await runEmulator({
      faults: { rules: [{ kind: 'throttle' }] },
      intercept: ({ number }) => (number === 1 ? { kind: 'error', status: 500, name: 'Mine' } : undefined),
    });
    const get = () => client.send(new GetStageCommand({ arn: 'arn:aws:ivs:us-east-1:000000000000:stage/x' }));
    await expect(get()).rejects.toMatchObject({ name: 'Mine' });
    await expect(get()).rejects.toMatchObject(throttled);
    expect(emulator.calls.map(({ refused }) => refused)).toEqual(['Mine', 'ThrottlingException']);
  });

  it('is set, read and taken away over HTTP', async () => {
    const { client, emulator } = await runEmulator();
    const ask = async (method: string, body?: object) => {
      const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
      const response = await fetch(`${emulator.url}/_emulator/faults`, init);
      return { status: response.status, body: await response.json() };
    };
    const plan: FaultPlan = { seed: 1, rules: [{ operations: ['ListStages'], kind: 'throttle', count: 3 }] };
    expect(await ask('PUT', plan)).toEqual({ status: 200, body: plan });
    await expect(client.send(new ListStagesCommand({}))).rejects.toMatchObject(throttled);
    expect((await ask('GET')).body).toMatchObject({ rules: [{ count: 2 }] });
    expect(await ask('DELETE')).toEqual({ status: 200, body: { rules: [] } });
    await expect(client.send(new ListStagesCommand({}))).resolves.toBeDefined();
    expect(await ask('POST', plan)).toMatchObject({ status: 405 });
  });

  it.each<[object]>([
    [{}],
    [{ rules: [{}] }],
    [{ rules: [{ kind: 'explode' }] }],
    [{ rules: [{ kind: 'throttle', operations: ['StartComposition'] }] }],
    [{ rules: [{ kind: 'throttle', operations: ['constructor'] }] }],
    [{ rules: [{ kind: 'throttle', ms: 5 }] }],
    [{ rules: [{ kind: 'throttle', status: 500 }] }],
    [{ rules: [{ kind: 'delay' }] }],
    [{ rules: [{ kind: 'error', status: 200 }] }],
    [{ rules: [{ kind: 'hang', probability: 1.5 }] }],
    [{ rules: [{ kind: 'hang', count: 0 }] }],
    [{ rules: [{ kind: 'hang', often: true }] }],
    [{ rules: [], seed: -1 }],
    [{ rules: [], colour: 'red' }],
  ])('is not %j, and the plan before it stays', async (plan) => {
    const { emulator } = await runEmulator({ faults: { rules: [{ kind: 'throttle' }] } });
    const url = `${emulator.url}/_emulator/faults`;
    const response = await fetch(url, { method: 'PUT', body: JSON.stringify(plan) });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([400, 'ValidationException']);
    expect(await (await fetch(url)).json()).toEqual({ rules: [{ kind: 'throttle' }] });
  });
});
