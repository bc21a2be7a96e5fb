import { IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { afterEach } from '@jest/globals';
import { type IvsEmulator, type IvsEmulatorOptions, startIvsEmulator } from '../../../local/ivs/index.ts';

const running: { emulator: IvsEmulator; client: IVSRealTimeClient }[] = [];

afterEach(async () => {
  for (const { emulator, client } of running.splice(0)) {
    client.destroy();
    await emulator.close();
  }
});

/** An emulator without rate quotas unless asked for, and the SDK's client for it; both end with the test. */
export async function runEmulator(options: IvsEmulatorOptions = {}) {
  const emulator = await startIvsEmulator({ quotas: 'off', ...options });
  const client = connect(emulator);
  running.push({ emulator, client });
  return { emulator, client };
}

export function connect({ url }: IvsEmulator, { accessKeyId = 'AKIDTEST', maxAttempts = 1 } = {}): IVSRealTimeClient {
  return new IVSRealTimeClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey: 'not-verified' },
    maxAttempts,
  });
}

/** A clock that stands still until it is moved. */
export function stoppedClock(start = '2026-01-01T00:00:00.000Z') {
  let nowMs = Date.parse(start);
  return {
    clock: () => new Date(nowMs),
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}

/** The arguments of `rejects.toMatchObject` for an error of the service. */
export function serviceError(name: string, status: number) {
  return { name, $metadata: { httpStatusCode: status } };
}
