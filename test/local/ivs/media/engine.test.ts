import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  EngineError,
  type EngineListeners,
  type MediaEngine,
  startEngine,
} from '../../../../local/ivs/media/engine.ts';
import { publishOffer } from './offers.ts';

const settings = { bindAddress: '127.0.0.1', connectWithinMs: 15_000, idleMs: 6000, sweepMs: 1000 };
const started: MediaEngine[] = [];

afterEach(async () => {
  for (const engine of started.splice(0)) await engine.stop();
});

async function runEngine(listeners: Partial<EngineListeners> = {}, changed: Partial<typeof settings> = {}) {
  const engine = await startEngine({ ...settings, ...changed }, { onClosed() {}, onLost() {}, ...listeners });
  started.push(engine);
  return engine;
}

/** The fingerprint only has to look like one until somebody connects. */
const offer = publishOffer.replace('sha-256 00', `sha-256 ${new Array(32).fill('AB').join(':')}`);

const isAlive = (processId: number) => {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
};

describe('the engine', () => {
  it('answers an offer to publish with its own address alone', async () => {
    const engine = await runEngine();
    const { answer } = await engine.publish(offer);
    expect(answer).toMatch(/a=candidate:.* 127\.0\.0\.1 /);
    expect(answer).toContain('a=recvonly');
    expect(answer.match(/a=candidate/g)).toHaveLength(1);
  });

  it('ends a session that never connects', async () => {
    const closed = Promise.withResolvers<string>();
    const engine = await runEngine({ onClosed: (id) => closed.resolve(id) }, { connectWithinMs: 20 });
    const { id } = await engine.publish(offer);
    expect(await closed.promise).toBe(id);
  });

  it.each([
    ['no session description', 'hello', 'bad-offer'],
    ['one without a fingerprint', publishOffer.replace(/a=fingerprint.*\r\n/, ''), 'bad-offer'],
    ['one that does not send', offer.replaceAll('a=sendonly', 'a=recvonly'), 'bad-offer'],
    ['unknown codecs', offer.replaceAll('opus', 'speex'), 'bad-offer'],
  ])('refuses %s', async (_what, bad, why) => {
    const engine = await runEngine();
    await expect(engine.publish(bad)).rejects.toMatchObject({ why });
  });

  it('refuses to show what nobody publishes', async () => {
    const engine = await runEngine();
    await expect(engine.view('nobody', offer)).rejects.toMatchObject({ why: 'not-publishing' });
  });

  it('comes back in another process when it is killed, and says that its sessions are lost', async () => {
    const log = jest.spyOn(console, 'error').mockImplementation(() => {});
    const lost = Promise.withResolvers<void>();
    const engine = await runEngine({ onLost: () => lost.resolve() });
    const { id } = await engine.publish(offer);
    const { processId = 0 } = engine;
    process.kill(processId, 'SIGKILL');
    await lost.promise;
    expect(log).toHaveBeenCalledWith('The media process ended (SIGKILL) and is started again');
    log.mockRestore();
    await expect(engine.view(id, offer)).rejects.toBeInstanceOf(EngineError);
    expect((await engine.publish(offer)).answer).toContain('v=0');
    expect(engine.processId).not.toBe(processId);
  });

  it('ends with its parent, however that ends', async () => {
    const engineUrl = new URL('../../../../local/ivs/media/engine.ts', import.meta.url);
    const program = `
      const { startEngine } = await import('${engineUrl}');
      const engine = await startEngine(${JSON.stringify(settings)}, {});
      process.stdout.write(String(engine.processId));`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', program]);
    const [written] = (await once(parent.stdout, 'data')) as [Buffer];
    const processId = Number(written);
    expect(isAlive(processId)).toBe(true);
    parent.kill('SIGKILL');
    while (isAlive(processId)) await delay(10);
  });

  it('leaves no process behind', async () => {
    const engine = await runEngine();
    const { processId = 0 } = engine;
    expect(isAlive(processId)).toBe(true);
    await engine.stop();
    expect(isAlive(processId)).toBe(false);
    expect(engine.processId).toBeUndefined();
  });
});
