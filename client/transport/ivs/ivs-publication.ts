import type { LocalStageStream, StageParticipantPublishState } from 'amazon-ivs-web-broadcast';
import { type MediaKind, TransportError } from '../transport.ts';
import type { IvsSdk } from './ivs-sdk.ts';

interface PublicationOptions {
  /** Has the SDK ask for `streams` again. */
  readonly refresh: () => void;
  readonly onFailed: (error: TransportError) => void;
  readonly ended: AbortSignal;
}

/** The SDK tries for half a minute. It does not even begin, nor say so, if the token does not allow to publish. */
const publishWithinMs = 45_000;

/** What one participant publishes. */
export function createIvsPublication(
  { LocalStageStream, StageParticipantPublishState }: IvsSdk,
  { refresh, onFailed, ended }: PublicationOptions,
) {
  let streams: readonly LocalStageStream[] = [];
  let isPublished = false;
  let waiting: PromiseWithResolvers<void> | undefined;
  ended.addEventListener('abort', () => settle(connectionEnded()));

  async function publish(tracks: readonly MediaStreamTrack[]): Promise<void> {
    if (ended.aborted) throw connectionEnded();
    streams = tracks.map(streamOf);
    refresh();
    if (tracks.length === 0) {
      isPublished = false;
      settle(new TransportError('aborted', 'Publishing was stopped meanwhile'));
    } else if (!isPublished) {
      waiting ??= waitForPublishing();
      await waiting.promise;
    }
  }

  /** The same object for the same track, or the SDK would publish it anew. */
  function streamOf(track: MediaStreamTrack): LocalStageStream {
    const present = streams.find(({ mediaStreamTrack }) => mediaStreamTrack === track);
    const stream = present ?? new LocalStageStream(track);
    if (stream.isMuted === track.enabled) stream.setMuted(!track.enabled);
    return stream;
  }

  function waitForPublishing(): PromiseWithResolvers<void> {
    const settled = Promise.withResolvers<void>();
    const timer = setTimeout(
      () => fail(new TransportError('unreachable', 'Publishing took too long')),
      publishWithinMs,
    );
    settled.promise.catch(() => {}).then(() => clearTimeout(timer));
    return settled;
  }

  function follow(state: StageParticipantPublishState): void {
    if (streams.length === 0) return;
    if (state === StageParticipantPublishState.PUBLISHED) {
      isPublished = true;
      settle();
    } else if (state === StageParticipantPublishState.ERRORED) {
      // The error event, which may come after this, knows more.
      setTimeout(() => fail(new TransportError('unreachable', 'Publishing failed')), 0);
    }
  }

  /** Of what has failed or was stopped already, nothing more is told. */
  function fail(error: TransportError): void {
    const isSuperseded = error.code === 'aborted';
    if (streams.length === 0 || ended.aborted || isSuperseded) return;
    const isTold = waiting !== undefined;
    streams = [];
    isPublished = false;
    settle(error);
    if (!isTold) onFailed(error);
  }

  function settle(error?: TransportError): void {
    if (error) waiting?.reject(error);
    else waiting?.resolve();
    waiting = undefined;
  }

  function setMuted(kind: MediaKind, muted: boolean): void {
    for (const stream of streams) if (stream.mediaStreamTrack.kind === kind) stream.setMuted(muted);
  }

  return {
    get streams() {
      return streams;
    },
    publish,
    setMuted,
    follow,
    fail,
  };
}

const connectionEnded = () => new TransportError('aborted', 'The connection has ended');
