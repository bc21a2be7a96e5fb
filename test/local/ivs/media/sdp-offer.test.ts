import { describe, expect, it } from '@jest/globals';
import { type AcceptedCodec, BadOffer, cutOffer } from '../../../../local/ivs/media/sdp-offer.ts';
import { publishOffer } from './offers.ts';

const opus: AcceptedCodec = { name: 'opus', parameters: [] };
const vp8: AcceptedCodec = { name: 'VP8', parameters: [] };
const h264: AcceptedCodec = { name: 'H264', parameters: ['packetization-mode=1', 'profile-level-id=42e01f'] };

const cut = (offer: string, video: AcceptedCodec[] = [vp8, h264]) => cutOffer(offer, { audio: [opus], video });

describe('cutOffer', () => {
  it('keeps the preferred codec of each medium and its first stream', () => {
    const { media } = cut(publishOffer);
    expect(media).toEqual([
      {
        kind: 'audio',
        mid: '0',
        direction: 'sendonly',
        codec: { accepted: opus, payloadType: 111, parameters: 'minptime=10;useinbandfec=1' },
        ssrc: 11,
      },
      {
        kind: 'video',
        mid: '1',
        direction: 'sendonly',
        codec: { accepted: vp8, payloadType: 96, parameters: '' },
        ssrc: 21,
      },
    ]);
  });

  it('drops what forwarding would have to rewrite, and addresses that a client names', () => {
    const { sdp } = cut(publishOffer);
    expect(sdp).toContain('m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n');
    expect(sdp).toContain('m=video 9 UDP/TLS/RTP/SAVPF 96\r\n');
    expect(sdp).toContain('a=rtcp-fb:96 nack pli\r\n');
    expect(sdp).toContain('a=ice-ufrag:abcd\r\n');
    expect(sdp).not.toMatch(/extmap|rtx|red|ssrc-group|ssrc:22|transport-cc|candidate|:103|:104/);
    expect(sdp.endsWith('a=ssrc:21 cname:x\r\n')).toBe(true);
  });

  it('takes the H.264 whose parameters all match', () => {
    expect(cut(publishOffer, [h264]).media[1]?.codec).toMatchObject({ payloadType: 104 });
  });

  it('finds no codec where none is accepted, and keeps one format as the grammar wants', () => {
    const { sdp, media } = cut(publishOffer, []);
    expect(media[1]?.codec).toBeUndefined();
    expect(sdp).toContain('m=video 9 UDP/TLS/RTP/SAVPF 96\r\n');
  });

  it('reads lines that end with a line feed alone', () => {
    expect(cut(publishOffer.replaceAll('\r\n', '\n')).sdp).toBe(cut(publishOffer).sdp);
  });

  it.each([
    ['an empty body', ''],
    ['another text', 'hello'],
    ['an offer without media', 'v=0\r\ns=-\r\n'],
    ['a data channel', `${publishOffer}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n`],
    ['a medium without an id', publishOffer.replace('a=mid:1\r\n', '')],
    [
      'a second video',
      publishOffer + publishOffer.slice(publishOffer.indexOf('m=video')).replace('a=mid:1', 'a=mid:2'),
    ],
  ])('refuses %s', (_what, offer) => {
    expect(() => cut(offer)).toThrow(BadOffer);
  });
});
