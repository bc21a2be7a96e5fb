import type { IncomingMessage } from 'node:http';

const PAYLOAD_LIMIT_BYTES = 10 * 1024 * 1024;

export async function readBody(request: IncomingMessage): Promise<Buffer | 'too large'> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and dropped: to stop reading would reset the connection before the answer is sent.
    if (bytes <= PAYLOAD_LIMIT_BYTES) chunks.push(chunk);
  }
  return bytes > PAYLOAD_LIMIT_BYTES ? 'too large' : Buffer.concat(chunks);
}
