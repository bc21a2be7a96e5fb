import { openPeerSession, type PeerSession, type PeerSessionOptions } from './peer-session.ts';
import { createPublishedTrack, type PublishedTrack } from './published-track.ts';
import { type AcceptedCodec, BadOffer, cutOffer, type MediaKind, type OfferedMedia } from './sdp-offer.ts';

export interface Publication {
  readonly id: string;
  readonly tracks: readonly PublishedTrack[];
  readonly session: PeerSession;
}

/** In the order of preference. Of H.264 the constrained baseline first: IVS wants no B-frames, which that has not. */
const acceptedCodecs: Readonly<Record<MediaKind, readonly AcceptedCodec[]>> = {
  audio: [{ name: 'opus', parameters: [] }],
  video: [
    { name: 'VP8', parameters: [] },
    { name: 'H264', parameters: ['packetization-mode=1', 'profile-level-id=42e01f'] },
    { name: 'H264', parameters: ['packetization-mode=1'] },
  ],
};

export async function publish(
  id: string,
  offer: string,
  options: PeerSessionOptions,
  onClosed: (reason: string) => void,
): Promise<{ publication: Publication; answer: string }> {
  const { sdp, media } = cutOffer(offer, acceptedCodecs);
  for (const each of media) checkCanBePublished(each);

  const session = openPeerSession(id, options, onClosed);
  const tracks: PublishedTrack[] = [];
  let lastPacketMs = performance.now();
  session.connection.onTrack((track) => {
    session.own(track);
    const offered = media.find(({ mid }) => mid === track.mid());
    if (!offered?.codec) return;
    const notePacket = () => {
      lastPacketMs = performance.now();
    };
    tracks.push(createPublishedTrack(track, offered, offered.codec.accepted, notePacket));
  });
  session.onSweep(() => {
    for (const track of tracks) track.report();
    if (session.isConnected && performance.now() - lastPacketMs > options.idleMs) session.close('No media arrived');
  });
  session.onClose(() => {
    for (const track of tracks) track.stop();
  });

  try {
    const answer = await session.answer(sdp);
    return { publication: { id, tracks, session }, answer };
  } catch (error) {
    session.close('The offer was refused');
    throw error;
  }
}

function checkCanBePublished({ kind, codec, direction }: OfferedMedia): void {
  if (direction === 'recvonly' || direction === 'inactive') throw new BadOffer(`The offer does not send its ${kind}`);
  const names = new Set(acceptedCodecs[kind].map(({ name }) => name));
  if (!codec) throw new BadOffer(`The offer's ${kind} has none of the codecs ${[...names].join(', ')}`);
}
