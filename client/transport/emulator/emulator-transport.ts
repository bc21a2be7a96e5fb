import type { Clock } from '../../api/stagedoor-api.ts';
import { systemClock } from '../../api/system-clock.ts';
import { type Connection, type ConnectOptions, type Transport, TransportError } from '../transport.ts';
import { callEmulator } from './call-emulator.ts';
import { openConnection } from './emulator-connection.ts';
import type { Presence } from './presence.ts';
import { readPresenceEvents } from './presence-events.ts';

export interface EmulatorTransportOptions {
  /** Default: the browser's `RTCPeerConnection`. */
  readonly createPeer?: () => RTCPeerConnection;
  /** Default: the machine's. */
  readonly clock?: Pick<Clock, 'delay'>;
}

/** Joins the stages of the IVS emulator at this URL, by WHIP, WHEP and its event stream. */
export function emulatorTransport(
  ivsEndpoint: string,
  { createPeer = createBrowserPeer, clock = systemClock }: EmulatorTransportOptions = {},
): Transport {
  const url = ivsEndpoint.replace(/\/$/, '');
  return {
    async connect(token, options) {
      const ending = new AbortController();
      const presence: Presence = {
        url,
        token,
        ending,
        createPeer,
        delay: (delayMs) => clock.delay(delayMs, ending.signal),
      };
      const giveUp = () => ending.abort();
      options.signal.addEventListener('abort', giveUp);
      try {
        options.signal.throwIfAborted();
        return await join(presence, options);
      } catch (error) {
        ending.abort();
        if (options.signal.aborted) throw new TransportError('aborted', 'Joining was given up', { cause: error });
        throw error;
      } finally {
        options.signal.removeEventListener('abort', giveUp);
      }
    },
  };
}

async function join(presence: Presence, options: ConnectOptions): Promise<Connection> {
  const { body } = await callEmulator(presence, 'GET', '/live/events');
  const events = readPresenceEvents(body);
  const { value: welcome } = await events.next().catch(() => ({ value: undefined }));
  if (welcome?.type !== 'welcome') throw new TransportError('unreachable', 'The event stream ended before it began');
  options.signal.throwIfAborted();
  return openConnection(presence, welcome, events, options);
}

function createBrowserPeer(): RTCPeerConnection {
  if (!('RTCPeerConnection' in globalThis)) throw new TransportError('unsupported', 'There is no WebRTC here');
  return new RTCPeerConnection();
}
