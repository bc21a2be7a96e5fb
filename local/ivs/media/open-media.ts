import type { Emulation, StageEndpoints } from '../emulation.ts';
import type { LiveStages } from '../live/live-stages.ts';
import { startEngine } from './engine.ts';
import { type MediaRoutes, openMediaRoutes } from './media-routes.ts';

export interface MediaOptions {
  /**
   * The address that media is sent to and from. Default `127.0.0.1`; some WHIP clients (those on libnice) do not pair it
   * with their own address and need one of the machine's others.
   */
  readonly bindAddress?: string;
  /** How long a publisher may send nothing at all before it counts as gone, in milliseconds. Default 6,000. */
  readonly idleMs?: number;
  /** How long a session may take to connect, in milliseconds. Default 15,000. */
  readonly connectWithinMs?: number;
  /** How often publishers are checked and sent reports, in milliseconds. Default 1,000. */
  readonly sweepMs?: number;
}

export function openMedia(live: LiveStages, options: MediaOptions): Promise<MediaRoutes> {
  const { bindAddress = '127.0.0.1', idleMs = 6000, connectWithinMs = 15_000, sweepMs = 1000 } = options;
  const settings = { bindAddress, idleMs, connectWithinMs, sweepMs };
  return openMediaRoutes(live, (listeners) => startEngine(settings, listeners));
}

/** Stages of an earlier emulator too: its port was another. */
export function pointStagesAt(url: string, emulation: Emulation): void {
  emulation.endpoints = { ...emulation.endpoints, ...mediaEndpoints(url) };
  for (const [arn, stage] of emulation.stages) {
    emulation.stages.set(arn, { ...stage, endpoints: { ...stage.endpoints, ...mediaEndpoints(url) } });
  }
}

function mediaEndpoints(url: string): Pick<StageEndpoints, 'events' | 'whip'> {
  return { events: `${url}/live/events`, whip: `${url}/whip` };
}
