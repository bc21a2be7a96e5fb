import nodeDataChannel, { type Audio, type Video } from 'node-datachannel';
import { openPeerSession, type PeerSession, type PeerSessionOptions } from './peer-session.ts';
import type { Publication } from './publication.ts';
import type { PublishedTrack, Sink } from './published-track.ts';
import { readNackedSequenceNumbers, readRtcp } from './rtcp.ts';
import { BadOffer, cutOffer, type MediaKind, type OfferedCodec, type OfferedMedia } from './sdp-offer.ts';

export async function view(
  id: string,
  publication: Publication,
  offer: string,
  options: PeerSessionOptions,
  onClosed: (reason: string) => void,
): Promise<{ session: PeerSession; answer: string }> {
  const codecsOf = (kind: MediaKind) =>
    publication.tracks.filter((each) => each.kind === kind).map(({ codec }) => codec);
  const { sdp, media } = cutOffer(offer, { audio: codecsOf('audio'), video: codecsOf('video') });
  if (!media.some(canReceive)) throw new BadOffer("The offer receives none of the publisher's media");

  const session = openPeerSession(id, options, onClosed);
  for (const each of media) addTrack(session, publication, each);
  try {
    const answer = await session.answer(sdp);
    return { session, answer };
  } catch (error) {
    session.close('The offer was refused');
    throw error;
  }
}

const canReceive = ({ codec, direction }: OfferedMedia): boolean =>
  codec !== undefined && (direction === 'recvonly' || direction === 'sendrecv');

/** Must come before the offer is set, so that the answer carries the publisher's SSRC. */
function addTrack(session: PeerSession, publication: Publication, offered: OfferedMedia): void {
  const source = publication.tracks.find(({ kind }) => kind === offered.kind);
  if (!source || !offered.codec || !canReceive(offered)) {
    session.connection.addTrack(describeMedia(offered, 'Inactive'));
    return;
  }
  const media = describeMedia(offered, 'SendOnly');
  addCodec(media, offered.codec);
  // A browser takes a stream of unknown SSRC by its payload type.
  media.addSSRC(source.ssrc || 1, publication.id, publication.id, `${publication.id}-${source.kind}`);
  const sink = { track: session.connection.addTrack(media), payloadType: offered.codec.payloadType };
  connectSink(session, source, sink);
}

function describeMedia({ kind, mid }: OfferedMedia, direction: 'SendOnly' | 'Inactive'): Audio | Video {
  return kind === 'audio' ? new nodeDataChannel.Audio(mid, direction) : new nodeDataChannel.Video(mid, direction);
}

function addCodec(media: Audio | Video, { accepted, payloadType, parameters }: OfferedCodec): void {
  const profile = parameters === '' ? [] : [parameters];
  if ('addOpusCodec' in media) media.addOpusCodec(payloadType, ...profile);
  else media.addVideoCodec(payloadType, accepted.name, ...profile);
}

function connectSink(session: PeerSession, source: PublishedTrack, sink: Sink): void {
  session.own(sink.track);
  sink.track.onOpen(() => {
    source.addSink(sink);
    source.requestKeyFrame();
  });
  sink.track.onMessage((bytes) => {
    for (const packet of readRtcp(bytes)) {
      if (packet.kind === 'key-frame-request') source.requestKeyFrame();
      if (packet.kind !== 'nack') continue;
      for (const sequenceNumber of readNackedSequenceNumbers(packet.bytes)) source.resend(sink, sequenceNumber);
    }
  });
  session.onClose(() => source.removeSink(sink));
}
