import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Track } from 'node-datachannel';
import { createPublishedTrack } from '../../../../local/ivs/media/published-track.ts';
import { readRtcp, writeKeyFrameRequest } from '../../../../local/ivs/media/rtcp.ts';
import type { AcceptedCodec } from '../../../../local/ivs/media/sdp-offer.ts';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

const vp8: AcceptedCodec = { name: 'VP8', parameters: [] };
const ssrc = 21;

/** As much of a track as is used; what is sent on it is kept. */
function createFakeTrack() {
  const sent: Buffer[] = [];
  let receive: (bytes: Buffer) => void = () => {};
  const fake: Partial<Track> = {
    onMessage: (listener) => {
      receive = listener;
    },
    onOpen: () => {},
    isOpen: () => true,
    // The binding copies what it is given.
    sendMessageBinary: (bytes) => sent.push(Buffer.from(bytes)) > 0,
  };
  return { track: fake as Track, sent, receive: (bytes: Buffer) => receive(bytes) };
}

function publishTrack() {
  const publisher = createFakeTrack();
  const offered = { kind: 'video', mid: '1', direction: 'sendonly', codec: undefined, ssrc } as const;
  const published = createPublishedTrack(publisher.track, offered, vp8, () => {});
  const addViewer = (payloadType: number) => {
    const viewer = createFakeTrack();
    const sink = { track: viewer.track, payloadType };
    published.addSink(sink);
    return { sink, sent: viewer.sent };
  };
  return { publisher, published, addViewer };
}

function rtp(sequenceNumber: number, secondByte = 0x60): Buffer {
  const packet = Buffer.alloc(20, 0xaa);
  packet.writeUInt8(0x80, 0);
  packet.writeUInt8(secondByte, 1);
  packet.writeUInt16BE(sequenceNumber, 2);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

describe('a published track', () => {
  it("reaches each viewer under the payload type of that viewer's offer, and is the same otherwise", () => {
    const { publisher, addViewer } = publishTrack();
    const viewers = [addViewer(100), addViewer(45)];
    publisher.receive(rtp(1));
    publisher.receive(rtp(2, 0x80 | 0x60));
    expect(viewers[0]?.sent).toEqual([rtp(1, 100), rtp(2, 0x80 | 100)]);
    expect(viewers[1]?.sent).toEqual([rtp(1, 45), rtp(2, 0x80 | 45)]);
  });

  it('is sent to nobody who left', () => {
    const { publisher, published, addViewer } = publishTrack();
    const { sink, sent } = addViewer(100);
    published.removeSink(sink);
    publisher.receive(rtp(1));
    expect(sent).toEqual([]);
  });

  it('repeats one of the last 1,024 packets to the viewer that misses it', () => {
    const { publisher, published, addViewer } = publishTrack();
    for (let number = 1; number <= 1025; number++) publisher.receive(rtp(number));
    const { sink, sent } = addViewer(100);
    for (const number of [1, 2, 1025, 1026]) published.resend(sink, number);
    expect(sent).toEqual([rtp(2, 100), rtp(1025, 100)]);
  });

  it('passes sender reports on without their report blocks', () => {
    const { publisher, addViewer } = publishTrack();
    const { sent } = addViewer(100);
    const report = Buffer.alloc(52);
    report.set([0x81, 200, 0, 12]);
    publisher.receive(report);
    expect(sent.map((bytes) => [bytes.length, bytes.readUInt8(0)])).toEqual([[28, 0x80]]);
  });

  it('asks for a key frame at once, and puts off what browsers would ignore', () => {
    const { publisher, published } = publishTrack();
    published.requestKeyFrame();
    jest.advanceTimersByTime(0);
    expect(publisher.sent).toEqual([writeKeyFrameRequest(ssrc)]);
    published.requestKeyFrame();
    published.requestKeyFrame();
    jest.advanceTimersByTime(309);
    expect(publisher.sent).toHaveLength(1);
    jest.advanceTimersByTime(1);
    expect(publisher.sent).toHaveLength(2);
    jest.advanceTimersByTime(1000);
    expect(publisher.sent).toHaveLength(2);
  });

  it('tells the publisher what arrived, and how much it may send', () => {
    const { publisher, published } = publishTrack();
    for (const number of [10, 11, 14]) publisher.receive(rtp(number));
    published.report();
    const [report, limit] = readRtcp(publisher.sent[0] ?? Buffer.alloc(0));
    expect(report?.bytes.readUInt32BE(12)).toBe(2);
    expect(report?.bytes.readUInt32BE(16)).toBe(14);
    expect(limit?.bytes.toString('latin1', 12, 16)).toBe('REMB');
  });

  it('survives a viewer whose connection closes while it is being sent to', () => {
    const { publisher, published, addViewer } = publishTrack();
    const broken = createFakeTrack().track;
    broken.sendMessageBinary = () => {
      throw new Error('Track is closed');
    };
    published.addSink({ track: broken, payloadType: 1 });
    const { sent } = addViewer(100);
    publisher.receive(rtp(1));
    expect(sent).toHaveLength(1);
  });
});
