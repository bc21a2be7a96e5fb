import { type AddressInfo, createServer, type Server } from 'node:net';
import { IVSRealTimeClient, type IVSRealTimeClientConfig } from '@aws-sdk/client-ivs-realtime';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { aborted, connectionReset, requestTimeout } from './aws-refusals.ts';
import type { Handler } from './http-handler.ts';

let server: Server;
let hangsUp: boolean;
beforeEach(async () => {
  hangsUp = false;
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => hangsUp && socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => void server.close());

/** What the SDK's HTTP handler makes of a server that answers nothing. */
async function failureOf(
  requestHandler: NonNullable<IVSRealTimeClientConfig['requestHandler']> = {},
  abortSignal?: AbortSignal,
): Promise<object> {
  const { port } = server.address() as AddressInfo;
  const client = new IVSRealTimeClient({ region: 'us-east-1', requestHandler });
  const handler = client.config.requestHandler as unknown as Handler;
  const request = { protocol: 'http:', hostname: '127.0.0.1', port, method: 'POST', path: '/GetStage', headers: {} };
  const failure = await handler.handle(request, { ...(abortSignal && { abortSignal }) }).then(
    () => new Error('it was answered'),
    (error: unknown) => error,
  );
  client.destroy();
  return nameAndCode(failure);
}

const nameAndCode = (error: unknown) => {
  const { name, code } = error as Error & { readonly code?: string };
  return { name, code };
};

it('resets a connection as the SDK tells of one that was reset', async () => {
  hangsUp = true;
  expect(nameAndCode(connectionReset())).toEqual(await failureOf());
});

it('times out as the SDK does', async () => {
  const quick = { requestTimeout: 50, throwOnRequestTimeout: true };
  expect(nameAndCode(requestTimeout())).toEqual(await failureOf(quick));
});

it('is aborted as the SDK is', async () => {
  expect(nameAndCode(aborted())).toEqual(await failureOf({}, AbortSignal.timeout(50)));
});
