import type {
  StageConnectionState,
  StageError,
  StageLeftReason,
  StageParticipantInfo,
  StageParticipantPublishState,
  StageSubscribeStreamType,
  SubscribeType,
} from 'amazon-ivs-web-broadcast';
import { type Connection, type ConnectOptions, type EndReason, type MediaKind, TransportError } from '../transport.ts';
import { asTransportError, codeOfEnd, endOfError, endOfLeaving, isOfExchange } from './ivs-errors.ts';
import { createIvsParticipants } from './ivs-participants.ts';
import { createIvsPublication } from './ivs-publication.ts';
import type { IvsSdk, SdkStage } from './ivs-sdk.ts';

/** `joined` rejects with what the SDK says, or with a TransportError. `leave` then leaves nothing behind. */
export function openIvsConnection(
  sdk: IvsSdk,
  token: string,
  { listener, subscribeTo }: ConnectOptions,
): { readonly connection: Connection; readonly joined: Promise<void> } {
  const { StageEvents, StageConnectionState, StageErrorCategory } = sdk;
  const ended = new AbortController();
  const failedToJoin = Promise.withResolvers<never>();
  let state: 'joining' | 'joined' | 'interrupted' = 'joining';
  /** By the error event, which knows more of a failed exchange than what `exchangeToken` rejects with. */
  let exchangeRefusal: TransportError | undefined;

  const participants = createIvsParticipants(listener);
  const publication = createIvsPublication(sdk, {
    refresh: () => stage.refreshStrategy(),
    onFailed: (error) => listener.onPublishFailed(error),
    ended: ended.signal,
  });
  const wantedOf = (info: StageParticipantInfo) => [...subscribeTo(participants.describe(info))].sort();
  /** What the SDK was answered last, by participant. */
  const answered = new Map<string, string>();
  const stage = createStage();

  function createStage(): SdkStage {
    try {
      return new sdk.Stage(token, {
        shouldPublishParticipant: () => publication.streams.length > 0,
        stageStreamsToPublish: () => [...publication.streams],
        shouldSubscribeToParticipant: answerSubscription,
      });
    } catch (error) {
      throw asTransportError(error, 'token-malformed');
    }
  }

  function answerSubscription(info: StageParticipantInfo): SubscribeType | StageSubscribeStreamType[] {
    const kinds = ended.signal.aborted ? [] : wantedOf(info);
    answered.set(info.id, kinds.join());
    return subscriptionTo(sdk, kinds);
  }

  stage.on(StageEvents.STAGE_CONNECTION_STATE_CHANGED, whileThere(followState));
  stage.on(
    StageEvents.STAGE_LEFT,
    whileThere((reason: StageLeftReason) => end(endOfLeaving(reason))),
  );
  stage.on(StageEvents.ERROR, whileThere(hearError));
  stage.on(StageEvents.STAGE_PARTICIPANT_JOINED, whileThere(greet));
  stage.on(StageEvents.STAGE_PARTICIPANT_METADATA_CHANGED, whileThere(change));
  stage.on(StageEvents.STAGE_PARTICIPANT_LEFT, whileThere(forget));
  stage.on(StageEvents.STAGE_PARTICIPANT_STREAMS_ADDED, whileThere(participants.addStreams));
  stage.on(StageEvents.STAGE_PARTICIPANT_STREAMS_REMOVED, whileThere(participants.removeStreams));
  stage.on(StageEvents.STAGE_STREAM_MUTE_CHANGED, whileThere(change));
  stage.on(StageEvents.STAGE_PARTICIPANT_PUBLISH_STATE_CHANGED, whileThere(followPublishing));

  function whileThere<Details extends readonly unknown[]>(hear: (...details: Details) => void) {
    return (...details: Details) => {
      if (!ended.signal.aborted) hear(...details);
    };
  }

  function followPublishing(info: StageParticipantInfo, publishState: StageParticipantPublishState): void {
    if (info.isLocal) publication.follow(publishState);
    else change(info);
  }

  function greet(info: StageParticipantInfo): void {
    participants.admit(info);
    change(info);
  }

  function change(info: StageParticipantInfo): void {
    if (!participants.has(info)) return;
    participants.tell(info);
    if (isWantedOtherwise(info)) stage.refreshStrategy();
  }

  /** Than was answered before. The SDK asks about newcomers by itself, and a refresh cancels what it is doing. */
  function isWantedOtherwise(info: StageParticipantInfo): boolean {
    const before = answered.get(info.id);
    return before !== undefined && before !== wantedOf(info).join();
  }

  function forget(info: StageParticipantInfo): void {
    answered.delete(info.id);
    participants.forget(info);
  }

  function followState(next: StageConnectionState): void {
    if (state === 'joining') return;
    if (next === StageConnectionState.ERRORED) end('connection-lost');
    else if (next === StageConnectionState.CONNECTED) resume();
    else if (state === 'joined') {
      state = 'interrupted';
      listener.onInterrupted();
    }
  }

  function resume(): void {
    if (state !== 'interrupted') return;
    state = 'joined';
    listener.onResumed();
  }

  /** Told when the SDK does not try any more. */
  function hearError(error: StageError): void {
    if (error.category === StageErrorCategory.PUBLISH_ERROR) publication.fail(asTransportError(error));
    else if (error.category === StageErrorCategory.SUBSCRIBE_ERROR) retrySubscription(error);
    else if (state === 'joining') failedToJoin.reject(error);
    else if (isOfExchange(error)) exchangeRefusal = asTransportError(error);
    else end(endOfError(asTransportError(error)));
  }

  /** As documented for time-outs, which come after half a minute of tries. After other errors it would be a tight loop. */
  function retrySubscription({ code }: StageError): void {
    if (code === sdk.StageErrorCode.TIMEOUT) stage.refreshStrategy();
  }

  function end(reason: EndReason): void {
    const wasJoining = state === 'joining';
    leave();
    if (wasJoining) failedToJoin.reject(new TransportError(codeOfEnd(reason), `The stage was left: ${reason}`));
    else listener.onEnded(reason);
  }

  function leave(): void {
    if (ended.signal.aborted) return;
    ended.abort();
    stage.leave();
    answered.clear();
    participants.clear();
  }

  async function join(): Promise<void> {
    await Promise.race([stage.join(), failedToJoin.promise]);
    state = 'joined';
  }

  const connection: Connection = {
    publish: publication.publish,
    setMuted: publication.setMuted,
    refreshSubscriptions: () => {
      if (!ended.signal.aborted) stage.refreshStrategy();
    },
    async exchange(next) {
      exchangeRefusal = undefined;
      await stage.exchangeToken(next).catch((error: unknown) => {
        throw exchangeRefusal ?? asTransportError(error);
      });
    },
    leave,
  };
  return { connection, joined: join() };
}

function subscriptionTo(
  { SubscribeType, StageSubscribeStreamType }: IvsSdk,
  kinds: readonly MediaKind[],
): SubscribeType | StageSubscribeStreamType[] {
  if (kinds.length === 0) return SubscribeType.NONE;
  if (kinds.length === 2) return SubscribeType.AUDIO_VIDEO;
  return kinds[0] === 'audio' ? SubscribeType.AUDIO_ONLY : [StageSubscribeStreamType.VIDEO];
}
