import type { LocalMedia, MediaKind, StageParticipant, UserId } from '@stagedoor/client';
import { shortName } from './people.ts';
import type { Tile } from './video-tile.tsx';

/** Of all who publish, the viewer themselves from an encoder or another device among them. */
export function tilesOfOthers(participants: readonly StageParticipant[], ownerId: UserId, ownUserId: UserId): Tile[] {
  const publishing = participants.filter((participant) => participant.isPublishing);
  const others = publishing.filter((participant) => participant.userId !== ownUserId);
  // One's own shared screen is a participant too, but not received.
  const elsewhere = publishing.filter(({ userId, video }) => userId === ownUserId && video !== null);
  return [
    ...others.map((participant) => tileOf(participant, ownerId, isSecondPicture(participant, publishing))),
    ...elsewhere.map((participant) => tileOfOwnElsewhere(participant)),
  ];
}

function tileOf(participant: StageParticipant, ownerId: UserId, isScreen: boolean): Tile {
  const name = participant.name || shortName(participant.userId || participant.participantId);
  return {
    key: participant.participantId,
    name: isScreen ? `${name} (screen)` : name,
    badge: participant.userId === ownerId && !isScreen ? 'Host' : undefined,
    video: participant.video,
    audio: participant.audio,
    audioMuted: participant.audioMuted && !isScreen,
    videoMuted: participant.videoMuted,
    isScreen,
  };
}

/** Without sound: it would come back through the microphone. */
function tileOfOwnElsewhere({ participantId, video, audioMuted, videoMuted }: StageParticipant): Tile {
  return { key: participantId, name: 'You, elsewhere', video, audio: null, audioMuted, videoMuted };
}

/** A shared screen is a participant that takes no media, beside one of the same user that does. */
function isSecondPicture(participant: StageParticipant, publishing: readonly StageParticipant[]): boolean {
  if (subscribes(participant)) return false;
  return publishing.some((other) => other.userId === participant.userId && subscribes(other));
}

function subscribes({ capabilities }: StageParticipant): boolean {
  return capabilities.some((capability) => capability.startsWith('SUBSCRIBE_'));
}

export function tileOfOwnMedia(media: LocalMedia, badge?: string): Tile {
  const isScreen = media.source === 'screen';
  return {
    key: isScreen ? 'own-screen' : 'own-camera',
    name: isScreen ? 'Your screen' : 'You',
    badge,
    video: trackOf(media, 'video'),
    audio: null,
    audioMuted: !isScreen && (trackOf(media, 'audio') === null || media.isMuted('audio')),
    videoMuted: media.isMuted('video'),
    isMirrored: !isScreen,
    isScreen,
  };
}

/** Null also for a device that a session has stopped because it is not allowed any more. */
export function trackOf(media: LocalMedia, kind: MediaKind): MediaStreamTrack | null {
  return media.tracks.find((track) => track.kind === kind && track.readyState === 'live') ?? null;
}
