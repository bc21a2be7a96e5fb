export type MediaKind = 'audio' | 'video';

/** A codec by the name of its `a=rtpmap`, and what its `a=fmtp` must say. */
export interface AcceptedCodec {
  readonly name: 'opus' | 'VP8' | 'H264';
  readonly parameters: readonly string[];
}

export interface OfferedMedia {
  readonly kind: MediaKind;
  readonly mid: string;
  readonly direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  /** The first accepted codec that is offered; undefined if none is. */
  readonly codec: OfferedCodec | undefined;
  /** Of the sender's first stream, if the offer names it. */
  readonly ssrc: number | undefined;
}

export interface OfferedCodec {
  readonly accepted: AcceptedCodec;
  readonly payloadType: number;
  /** The rest of its `a=fmtp` line; empty without one. */
  readonly parameters: string;
}

export class BadOffer extends Error {}

/**
 * Cuts an offer down to one codec a medium, without retransmission streams, header extensions or simulcast: what is sent
 * then can be forwarded with nothing but the payload type rewritten. Candidates go too: the server learns the client's
 * address from its connectivity checks, and never sends to an address just because a client named it.
 */
export function cutOffer(offer: string, accepted: Readonly<Record<MediaKind, readonly AcceptedCodec[]>>) {
  const [session = '', ...sections] = offer.replaceAll('\r\n', '\n').split(/\n(?=m=)/);
  if (!session.startsWith('v=0\n')) throw new BadOffer('The body is not a session description');
  if (sections.length === 0) throw new BadOffer('The offer has no media');

  const cut = sections.map((section) => cutSection(section.split('\n').filter(Boolean), accepted));
  const media = cut.map((each) => each.media);
  for (const kind of ['audio', 'video'] as const) {
    if (media.filter((each) => each.kind === kind).length > 1)
      throw new BadOffer(`The offer has more than one ${kind}`);
  }
  const sessionLines = session.split('\n').filter((line) => line !== '' && !line.startsWith('a=extmap'));
  return { sdp: [...sessionLines, ...cut.flatMap(({ lines }) => lines), ''].join('\r\n'), media };
}

function cutSection(lines: readonly string[], accepted: Readonly<Record<MediaKind, readonly AcceptedCodec[]>>) {
  const [mediaLine = '', ...attributes] = lines;
  const [, kind, port, protocol, firstFormat] = /^m=(\S+) (\d+) (\S+) (\d+)/.exec(mediaLine) ?? [];
  if (kind !== 'audio' && kind !== 'video') throw new BadOffer('The offer has media other than audio and video');
  const mid = findAttribute(attributes, /^a=mid:(\S+)$/);
  if (mid === undefined) throw new BadOffer('The offer has a medium without a=mid');

  const codec = findCodec(attributes, accepted[kind]);
  const ssrc = findAttribute(attributes, /^a=ssrc:(\d+) /);
  // A medium that is not going to be used keeps one format, as the grammar wants.
  const format = codec?.payloadType ?? firstFormat;
  const isKept = (line: string) => isKeptAttribute(line, String(format), ssrc);
  return {
    lines: [`m=${kind} ${port} ${protocol} ${format}`, ...attributes.filter(isKept)],
    media: {
      kind,
      mid,
      direction: findDirection(attributes),
      codec,
      ssrc: ssrc === undefined ? undefined : Number(ssrc),
    } satisfies OfferedMedia,
  };
}

function findCodec(attributes: readonly string[], accepted: readonly AcceptedCodec[]): OfferedCodec | undefined {
  for (const codec of accepted) {
    for (const line of attributes) {
      const [, payloadType, name] = /^a=rtpmap:(\d+) ([^/]+)/.exec(line) ?? [];
      if (name?.toLowerCase() !== codec.name.toLowerCase()) continue;
      const parameters = findAttribute(attributes, new RegExp(`^a=fmtp:${payloadType} (.+)$`)) ?? '';
      const said = parameters.toLowerCase().split(/;\s*/);
      if (codec.parameters.every((parameter) => said.includes(parameter))) {
        return { accepted: codec, payloadType: Number(payloadType), parameters };
      }
    }
  }
  return undefined;
}

const droppedAttributes = /^a=(extmap|ssrc-group|rid|simulcast|candidate|end-of-candidates)/;
const keptFeedback = new Set(['nack', 'nack pli', 'ccm fir', 'goog-remb']);

function isKeptAttribute(line: string, keptFormat: string, keptSsrc: string | undefined): boolean {
  if (droppedAttributes.test(line)) return false;
  const [, ssrc] = /^a=ssrc:(\d+)/.exec(line) ?? [];
  if (ssrc !== undefined) return ssrc === keptSsrc;
  const [, attribute, format, value = ''] = /^a=(rtpmap|fmtp|rtcp-fb):(\S+) ?(.*)$/.exec(line) ?? [];
  if (attribute === undefined) return true;
  return format === keptFormat && (attribute !== 'rtcp-fb' || keptFeedback.has(value));
}

function findDirection(attributes: readonly string[]): OfferedMedia['direction'] {
  const direction = findAttribute(attributes, /^a=(sendrecv|sendonly|recvonly|inactive)$/);
  return (direction as OfferedMedia['direction'] | undefined) ?? 'sendrecv';
}

function findAttribute(attributes: readonly string[], pattern: RegExp): string | undefined {
  for (const line of attributes) {
    const value = pattern.exec(line)?.[1];
    if (value !== undefined) return value;
  }
  return undefined;
}
