import type { PeerSessionOptions } from './peer-session.ts';

/** The first argument of the engine's process, as JSON. */
export type EngineSettings = PeerSessionOptions;

/** To the engine's process. The ids are the sender's choice. */
export type EngineRequest =
  | { readonly type: 'publish'; readonly id: string; readonly offer: string }
  | { readonly type: 'view'; readonly id: string; readonly publicationId: string; readonly offer: string }
  | { readonly type: 'close'; readonly id: string };

/** From the engine's process. `closed` follows `answered` only, never `refused`. */
export type EngineReport =
  | { readonly type: 'ready' }
  | { readonly type: 'answered'; readonly id: string; readonly answer: string }
  | { readonly type: 'refused'; readonly id: string; readonly why: RefusedWhy; readonly message: string }
  | { readonly type: 'closed'; readonly id: string; readonly reason: string };

export type RefusedWhy = 'bad-offer' | 'not-publishing' | 'engine-failed';
