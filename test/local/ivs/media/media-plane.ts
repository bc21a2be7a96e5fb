import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateParticipantTokenCommand,
  CreateStageCommand,
  type IVSRealTimeClient,
} from '@aws-sdk/client-ivs-realtime';
import { afterEach } from '@jest/globals';
import type { IvsEmulatorOptions } from '../../../../local/ivs/index.ts';
import { EngineError, type EngineListeners, type MediaEngine } from '../../../../local/ivs/media/engine.ts';
import { type MediaRoutes, openMediaRoutes } from '../../../../local/ivs/media/media-routes.ts';
import { runEmulator } from '../running-emulator.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** The real control plane, and the media routes before an engine that moves no media. */
export async function runMediaPlane(options: IvsEmulatorOptions = {}) {
  const { emulator, client } = await runEmulator(options);
  const engine = createFakeEngine();
  const routes = await openMediaRoutes(emulator.live, async (listeners) => engine.start(listeners));
  const url = await serve(routes);
  const stageArn = await createStage(client);
  return { emulator, client, engine, url, stageArn, ...clientsOf(url) };
}

async function serve(routes: MediaRoutes): Promise<string> {
  const server = createServer((request, response) => {
    if (!routes.handle(request, response)) response.writeHead(418).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    await routes.close();
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Takes every offer but `bad`. */
function createFakeEngine() {
  const open: string[] = [];
  let listeners: EngineListeners;
  let isDown = false;
  let count = 0;

  function start(kind: string, offer: string) {
    if (isDown) throw new EngineError('engine-failed', 'It is down');
    if (offer === 'bad') throw new EngineError('bad-offer', 'It is bad');
    const id = `${kind}-${++count}`;
    open.push(id);
    return { id, answer: `answer to ${offer}` };
  }
  function end(id: string): void {
    const index = open.indexOf(id);
    if (index === -1) return;
    open.splice(index, 1);
    listeners.onClosed(id, 'for the test');
  }
  const engine: MediaEngine = {
    publish: async (offer) => start('publication', offer),
    view: async (publicationId, offer) => start(`viewing-of-${publicationId}`, offer),
    close: end,
    processId: undefined,
    stop: async () => {},
  };
  return {
    /** The ids of the sessions, oldest first. */
    open,
    end,
    setDown: (down: boolean) => {
      isDown = down;
    },
    lose() {
      open.splice(0);
      listeners.onLost();
    },
    start(told: EngineListeners): MediaEngine {
      listeners = told;
      return engine;
    },
  };
}

export async function createStage(client: IVSRealTimeClient): Promise<string> {
  const { stage } = await client.send(new CreateStageCommand({}));
  return stage?.arn ?? '';
}

type Capability = 'PUBLISH' | 'SUBSCRIBE';

export async function createToken(client: IVSRealTimeClient, stageArn: string, capabilities?: Capability[]) {
  const command = new CreateParticipantTokenCommand({ stageArn, ...(capabilities && { capabilities }) });
  const { token = '', participantId = '' } = (await client.send(command)).participantToken ?? {};
  return { token, participantId };
}

function clientsOf(url: string) {
  return {
    send: (method: string, path: string, token?: string, body?: string, contentType = 'application/sdp') =>
      fetch(url + path, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': contentType }),
        },
        ...(body === undefined ? {} : { body }),
      }),
    join: (token: string) => openEvents(url, token),
  };
}

interface Event {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A participant's event stream; the next event is awaited, never slept for. */
async function openEvents(url: string, token: string) {
  const leaving = new AbortController();
  const response = await fetch(`${url}/live/events`, {
    headers: { authorization: `Bearer ${token}` },
    signal: leaving.signal,
  });
  if (!response.body) throw new Error('the answer has no body');
  const events = readEvents(response.body);
  return {
    response,
    /** Undefined when the server has ended the stream. */
    next: async (): Promise<Event | undefined> => (await events.next()).value,
    leave: () => leaving.abort(),
  };
}

async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<Event, undefined> {
  let text = '';
  for await (const chunk of body) {
    text += Buffer.from(chunk).toString();
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, event = '', data = ''] = /^event: (.+)\ndata: (.+)$/.exec(block) ?? [];
      yield { event, data: JSON.parse(data) };
    }
  }
  return undefined;
}
