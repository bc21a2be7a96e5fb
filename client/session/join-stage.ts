import type { Capability, UserId } from '../../contract/stages.ts';
import type { Clock, StagedoorApi } from '../api/stagedoor-api.ts';
import { systemClock } from '../api/system-clock.ts';
import type { LocalMedia } from '../media/local-media.ts';
import { openScreen } from '../media/open-screen.ts';
import { type Transport, TransportError } from '../transport/transport.ts';
import { LiveSession } from './live-session.ts';
import type { StageSession } from './stage-session.ts';

export interface JoinStageOptions {
  readonly api: StagedoorApi;
  readonly ownerId: UserId;
  /** Asks for these only. Default: all that the role allows, also when it changes. */
  readonly capabilities?: readonly Capability[];
  /** Default: Amazon IVS, whose SDK is loaded by then. `emulatorTransport(url)` of `@stagedoor/client/emulator` for a local run. */
  readonly transport?: Transport;
  /** How long to try before the session fails as `unreachable`, in milliseconds; anew after the machine slept. Default 120,000. */
  readonly giveUpAfterMs?: number;
  /** How often the server is asked for the caller's role, in milliseconds. Default 5,000: rights that end leave 10 s for an exchange. */
  readonly roleCheckMs?: number;
  /** Opens a screen for `shareScreen`. Default: the browser's. */
  readonly openScreen?: () => Promise<LocalMedia>;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** At least 0 and below 1, for jitter. Default `Math.random`. */
  readonly random?: () => number;
  /** Told when the network may be back, to try again at once; answers how not to be told any more. Default: the browser's `online`. */
  readonly onOnline?: (listener: () => void) => () => void;
}

/** Joins a stage. The session is `idle` when this returns and starts in the next microtask, so that listeners miss nothing. */
export function joinStage(options: JoinStageOptions): StageSession {
  const { api, ownerId, capabilities, transport } = options;
  return new LiveSession({
    api,
    ownerId,
    capabilities,
    loadTransport: async () => transport ?? loadIvsTransport(),
    giveUpAfterMs: options.giveUpAfterMs ?? 120_000,
    roleCheckMs: options.roleCheckMs ?? 5000,
    openScreen: options.openScreen ?? openScreen,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    onOnline: options.onOnline ?? onBrowserOnline,
  });
}

async function loadIvsTransport(): Promise<Transport> {
  const { ivsTransport } = await import('../transport/ivs/ivs-transport.ts').catch((cause: unknown) => {
    throw new TransportError('unreachable', 'the transport could not be loaded', { cause });
  });
  return ivsTransport();
}

function onBrowserOnline(listener: () => void): () => void {
  // Not in Node, where nobody is told: delays alone do there.
  if (typeof addEventListener !== 'function') return () => {};
  addEventListener('online', listener);
  return () => removeEventListener('online', listener);
}
