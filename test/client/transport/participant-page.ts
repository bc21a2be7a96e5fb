import { type LocalMedia, openCamera, type Transport, TransportError } from '@stagedoor/client';
import { emulatorTransport } from '@stagedoor/client/emulator';
import { ivsTransport } from '../../../client/transport/ivs/ivs-transport.ts';
import type { PageScript, Seen } from '../../browser/client-pages.ts';

// What runs in each participant's browser: a transport of the client, without a session.

const peers: RTCPeerConnection[] = [];
const received: MediaStreamTrack[] = [];
const video = document.createElement('video');
video.muted = true;
video.autoplay = true;
document.body.append(video);

let seen: Seen = { participants: [], tracks: {}, ended: null, publishFailures: [], changes: 0 };
let wantedKinds: readonly ('audio' | 'video')[] = ['audio', 'video'];
let connection: Awaited<ReturnType<Transport['connect']>> | undefined;
let media: LocalMedia | undefined;
let loudest = 0;

const transports = {
  emulator: () => emulatorTransport(emulatorUrl(), { createPeer }),
  ivs: () => ivsTransport(),
};

function emulatorUrl(): string {
  return new URLSearchParams(location.search).get('emulator') ?? '';
}

function createPeer(): RTCPeerConnection {
  const peer = new RTCPeerConnection();
  peers.push(peer);
  return peer;
}

const script: PageScript = {
  connect: (token, by = 'emulator') =>
    outcomeOf(async () => {
      connection = await transports[by]().connect(token, {
        signal: new AbortController().signal,
        subscribeTo: () => wantedKinds,
        listener: {
          onParticipant(participant) {
            const others = seen.participants.filter(({ id }) => id !== participant.id);
            seen = { ...seen, participants: [...others, participant] };
          },
          onParticipantLeft(left) {
            seen = { ...seen, participants: seen.participants.filter(({ id }) => id !== left) };
          },
          onTracks: showTracks,
          onInterrupted() {},
          onResumed() {},
          onPublishFailed({ code }) {
            seen = { ...seen, publishFailures: [...seen.publishFailures, code] };
          },
          onEnded(reason) {
            seen = { ...seen, ended: reason };
          },
        },
      });
    }),
  publish: () =>
    outcomeOf(async () => {
      media ??= await openCamera();
      await connection?.publish(media.tracks);
    }),
  changeCamera: () =>
    outcomeOf(async () => {
      const [device] = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === 'videoinput');
      await media?.useDevice('video', device?.deviceId ?? '');
      await connection?.publish(media?.tracks ?? []);
    }),
  unpublish: () => outcomeOf(async () => connection?.publish([])),
  async setMuted(kind, muted) {
    connection?.setMuted(kind, muted);
  },
  exchange: (token) => outcomeOf(async () => connection?.exchange(token)),
  async subscribeTo(kinds) {
    wantedKinds = kinds;
    connection?.refreshSubscriptions();
  },
  async leave() {
    connection?.leave();
    media?.stop();
  },
  async seen() {
    const { totalVideoFrames } = video.getVideoPlaybackQuality();
    const openPeers = peers.filter(({ connectionState }) => connectionState !== 'closed').length;
    const tracks = [...received, ...(media?.tracks ?? [])];
    const liveTracks = tracks.filter(({ readyState }) => readyState === 'live').length;
    return { ...seen, frames: totalVideoFrames, loudest, openPeers, madePeers: peers.length, liveTracks };
  },
};

function showTracks(participantId: string, tracks: readonly MediaStreamTrack[]): void {
  received.push(...tracks);
  const kinds = tracks.map(({ kind }) => kind).sort();
  seen = { ...seen, changes: seen.changes + 1, tracks: { ...seen.tracks, [participantId]: kinds } };
  video.srcObject = new MediaStream([...tracks]);
  for (const track of tracks) if (track.kind === 'audio') listen(track);
}

/** By WebAudio: the statistics of a muted element count no energy. */
function listen(track: MediaStreamTrack): void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), loudest);
  }, 20);
}

/** Errors do not cross to the test as they are. */
async function outcomeOf(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
    return 'done';
  } catch (error) {
    return error instanceof TransportError ? error.code : String(error);
  }
}

Object.assign(globalThis, { participant: script });
