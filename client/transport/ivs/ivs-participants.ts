import type { StageParticipantInfo, StageStream } from 'amazon-ivs-web-broadcast';
import type { ConnectionListener, MediaKind, TransportParticipant } from '../transport.ts';

type Stream = Pick<StageStream, 'id' | 'streamType' | 'mediaStreamTrack' | 'isMuted'>;

/** The others on the stage, and what is received of them. */
export function createIvsParticipants(
  listener: Pick<ConnectionListener, 'onParticipant' | 'onParticipantLeft' | 'onTracks'>,
) {
  /** Of all who are there. The SDK may tell more of those who have left: it must not bring them back. */
  const streamsById = new Map<string, readonly Stream[]>();

  function describe({ id, userId, attributes, isPublishing, audioMuted, videoStopped }: StageParticipantInfo) {
    return {
      id,
      userId,
      attributes: onlyStrings(attributes),
      isPublishing,
      audioMuted: isMuted(id, 'audio') ?? audioMuted,
      videoMuted: isMuted(id, 'video') ?? videoStopped,
    } satisfies TransportParticipant;
  }

  /** A stream knows better than the participant, who is described by what was known when it came. */
  function isMuted(participantId: string, kind: MediaKind): boolean | undefined {
    return streamsById.get(participantId)?.find(({ streamType }) => streamType === kind)?.isMuted;
  }

  function setStreams(info: StageParticipantInfo, streams: readonly Stream[]): void {
    streamsById.set(info.id, streams);
    listener.onTracks(info.id, streams.map(trackOf));
    listener.onParticipant(describe(info));
  }

  function others(info: StageParticipantInfo, streams: readonly Stream[]): readonly Stream[] {
    const ids = new Set(streams.map(({ id }) => id));
    return (streamsById.get(info.id) ?? []).filter(({ id }) => !ids.has(id));
  }

  function admit({ id, isLocal }: StageParticipantInfo): void {
    if (!isLocal && !streamsById.has(id)) streamsById.set(id, []);
  }

  return {
    describe,
    admit,
    /** Never oneself. */
    has: ({ id }: StageParticipantInfo) => streamsById.has(id),
    tell: (info: StageParticipantInfo) => listener.onParticipant(describe(info)),
    /** Of a newcomer, this may be told first. */
    addStreams(info: StageParticipantInfo, streams: readonly Stream[]): void {
      const added = streams.filter(({ streamType }) => streamType === 'audio' || streamType === 'video');
      if (!info.isLocal) setStreams(info, [...others(info, added), ...added]);
    },
    removeStreams(info: StageParticipantInfo, streams: readonly Stream[]): void {
      if (streamsById.has(info.id)) setStreams(info, others(info, streams));
    },
    forget({ id }: StageParticipantInfo): void {
      if (streamsById.delete(id)) listener.onParticipantLeft(id);
    },
    /** Stops all that is received. */
    clear(): void {
      for (const track of [...streamsById.values()].flat().map(trackOf)) track.stop();
      streamsById.clear();
    },
  };
}

const trackOf = ({ mediaStreamTrack }: Stream) => mediaStreamTrack;

/** Those of a token are; the SDK's type promises less. */
function onlyStrings(attributes: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(attributes).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries);
}
