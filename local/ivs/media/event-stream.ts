import type { ServerResponse } from 'node:http';

/** Server-sent events to one participant. */
export interface EventStream {
  send(event: string, data: object): void;
  close(): void;
}

/** `onClosed` runs when the client goes away, not after `close()`. */
export function openEventStream(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  onClosed: () => void,
): EventStream {
  response.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.once('close', onClosed);
  return {
    send: (event, data) => void response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    close() {
      response.off('close', onClosed);
      response.end();
    },
  };
}
