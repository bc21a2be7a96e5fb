import type { Track } from 'node-datachannel';
import { createReceptionCounter } from './reception.ts';
import {
  cutSenderReport,
  isRtcp,
  readRtcp,
  writeBitrateLimit,
  writeKeyFrameRequest,
  writeReceiverReport,
} from './rtcp.ts';
import type { AcceptedCodec, MediaKind, OfferedMedia } from './sdp-offer.ts';

/** Where a viewer receives a track, under the payload type of its own offer. */
export interface Sink {
  readonly track: Track;
  readonly payloadType: number;
}

/** One track of a publisher. SSRC, sequence number and time stamp reach the viewers as they are. */
export interface PublishedTrack {
  readonly kind: MediaKind;
  readonly codec: AcceptedCodec;
  /** 0 until it is known, if the offer did not name it. */
  readonly ssrc: number;
  addSink(sink: Sink): void;
  removeSink(sink: Sink): void;
  requestKeyFrame(): void;
  /** Does nothing if the packet is too long ago. */
  resend(sink: Sink, sequenceNumber: number): void;
  /** Tells the publisher what arrived; without reports it would send ever less. */
  report(): void;
  stop(): void;
}

const keptPackets = 1024;
const maxVideoBitsPerSecond = 2_500_000;
/** Browsers ignore a request that follows another within 300 ms, so a later one is put off rather than lost. */
const keyFrameRequestGapMs = 310;
const rtpHeaderBytes = 12;

export function createPublishedTrack(
  track: Track,
  { kind, ssrc: offeredSsrc }: OfferedMedia,
  codec: AcceptedCodec,
  onPacket: () => void,
): PublishedTrack {
  const sinks = new Set<Sink>();
  const lastPackets = new Array<Buffer | undefined>(keptPackets);
  const reception = createReceptionCounter();
  let ssrc = offeredSsrc ?? 0;
  let lastReport = { ntp: 0, atMs: 0 };
  let lastKeyFrameRequestMs = Number.NEGATIVE_INFINITY;
  let keyFrameTimer: NodeJS.Timeout | undefined;

  track.onMessage((bytes) => {
    onPacket();
    if (isRtcp(bytes)) forwardSenderReports(bytes);
    else if (bytes.length >= rtpHeaderBytes) forward(bytes);
  });
  track.onOpen(() => {
    if (sinks.size > 0) requestKeyFrame();
  });

  function forward(packet: Buffer): void {
    ssrc = packet.readUInt32BE(8);
    const sequenceNumber = packet.readUInt16BE(2);
    reception.note(sequenceNumber);
    lastPackets[sequenceNumber % keptPackets] = packet;
    for (const sink of sinks) sendAs(sink, packet);
  }

  /** Rewrites the packet in place: the binding copies it before it sends. */
  function sendAs(sink: Sink, packet: Buffer): void {
    const marker = packet.readUInt8(1) & 0x80;
    packet.writeUInt8(marker | sink.payloadType, 1);
    send(sink.track, packet);
  }

  function forwardSenderReports(bytes: Buffer): void {
    for (const packet of readRtcp(bytes)) {
      if (packet.kind !== 'sender-report') continue;
      lastReport = { ntp: packet.bytes.readUInt32BE(10), atMs: performance.now() };
      const report = cutSenderReport(packet.bytes);
      for (const sink of sinks) send(sink.track, report);
    }
  }

  function requestKeyFrame(): void {
    if (kind !== 'video' || keyFrameTimer) return;
    const delayMs = Math.max(0, lastKeyFrameRequestMs + keyFrameRequestGapMs - performance.now());
    keyFrameTimer = setTimeout(() => {
      keyFrameTimer = undefined;
      lastKeyFrameRequestMs = performance.now();
      if (ssrc !== 0) send(track, writeKeyFrameRequest(ssrc));
    }, delayMs);
  }

  function report(): void {
    if (ssrc === 0) return;
    const { lostPackets, highestSequenceNumber } = reception;
    const sinceLastReportMs = lastReport.atMs === 0 ? 0 : performance.now() - lastReport.atMs;
    const received = { ssrc, lostPackets, highestSequenceNumber, lastReport: lastReport.ntp, sinceLastReportMs };
    const limit = kind === 'video' ? [writeBitrateLimit(ssrc, maxVideoBitsPerSecond)] : [];
    send(track, Buffer.concat([writeReceiverReport(received), ...limit]));
  }

  return {
    kind,
    codec,
    get ssrc() {
      return ssrc;
    },
    addSink: (sink) => void sinks.add(sink),
    removeSink: (sink) => void sinks.delete(sink),
    requestKeyFrame,
    resend(sink, sequenceNumber) {
      const packet = lastPackets[sequenceNumber % keptPackets];
      if (packet?.readUInt16BE(2) === sequenceNumber) sendAs(sink, packet);
    },
    report,
    stop: () => clearTimeout(keyFrameTimer),
  };
}

function send(track: Track, packet: Buffer): void {
  try {
    if (track.isOpen()) track.sendMessageBinary(packet);
  } catch {
    // Another thread closed the connection after isOpen(); its session is about to say so.
  }
}
