import type * as Sdk from 'amazon-ivs-web-broadcast';

/** Of amazon-ivs-web-broadcast, what is used here. */
export interface IvsSdk
  extends Pick<
    typeof Sdk,
    | 'isSupported'
    | 'StageConnectionState'
    | 'StageErrorCategory'
    | 'StageErrorCode'
    | 'StageEvents'
    | 'StageParticipantPublishState'
    | 'StageSubscribeStreamType'
    | 'SubscribeType'
  > {
  readonly Stage: new (token: string, strategy: Sdk.StageStrategy) => SdkStage;
  readonly LocalStageStream: new (track: MediaStreamTrack) => Sdk.LocalStageStream;
}

export type SdkStage = Pick<Sdk.Stage, 'join' | 'leave' | 'refreshStrategy' | 'exchangeToken' | 'on'>;
