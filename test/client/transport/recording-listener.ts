import type { ConnectionListener } from '../../../client/transport/transport.ts';

/** Keeps what a transport tells, in its order: the name, and what matters of the rest. */
export function createRecordingListener() {
  const heard: (readonly unknown[])[] = [];
  const listener: ConnectionListener = {
    onParticipant: (participant) => heard.push(['participant', participant]),
    onParticipantLeft: (participantId) => heard.push(['left', participantId]),
    onTracks: (participantId, tracks) => heard.push(['tracks', participantId, tracks.map(({ kind }) => kind)]),
    onInterrupted: () => heard.push(['interrupted']),
    onResumed: () => heard.push(['resumed']),
    onPublishFailed: ({ code }) => heard.push(['publish-failed', code]),
    onEnded: (reason) => heard.push(['ended', reason]),
  };
  return { listener, heard };
}
