/** The few RTCP packets that forwarding needs (RFC 3550, 4585 and 5104, and the REMB draft). */
export interface RtcpPacket {
  readonly kind: 'sender-report' | 'key-frame-request' | 'nack' | 'other';
  readonly bytes: Buffer;
}

/** RTP and RTCP share a port; the second byte tells them apart (RFC 5761). */
export function isRtcp(bytes: Buffer): boolean {
  const type = bytes[1] ?? 0;
  return bytes.length >= 8 && type >= 192 && type <= 223;
}

/** Reads a compound packet, up to the first part whose length is wrong. */
export function readRtcp(bytes: Buffer): RtcpPacket[] {
  const packets: RtcpPacket[] = [];
  for (let start = 0; start + 8 <= bytes.length; ) {
    const end = start + (bytes.readUInt16BE(start + 2) + 1) * 4;
    if (end > bytes.length) break;
    const packet = bytes.subarray(start, end);
    packets.push({ kind: kindOf(packet), bytes: packet });
    start = end;
  }
  return packets;
}

const senderReport = 200;
const receiverReport = 201;
const transportFeedback = 205;
const payloadFeedback = 206;

function kindOf(packet: Buffer): RtcpPacket['kind'] {
  const format = packet.readUInt8(0) & 0x1f;
  const type = packet.readUInt8(1);
  if (type === senderReport && packet.length >= 28) return 'sender-report';
  if (type === transportFeedback && format === 1) return 'nack';
  // Picture loss indication and full intra request.
  if (type === payloadFeedback && (format === 1 || format === 4)) return 'key-frame-request';
  return 'other';
}

/** The sequence numbers that a generic NACK asks for. */
export function readNackedSequenceNumbers(nack: Buffer): number[] {
  const numbers: number[] = [];
  for (let at = 12; at + 4 <= nack.length; at += 4) {
    const first = nack.readUInt16BE(at);
    const following = nack.readUInt16BE(at + 2);
    numbers.push(first);
    for (let bit = 0; bit < 16; bit++) if (following & (1 << bit)) numbers.push((first + bit + 1) & 0xffff);
  }
  return numbers;
}

/** Without its report blocks: safe to forward, as the stream's SSRC and time stamps are forwarded as they are. */
export function cutSenderReport(report: Buffer): Buffer {
  const cut = Buffer.from(report.subarray(0, 28));
  cut.writeUInt8(0x80, 0);
  cut.writeUInt16BE(6, 2);
  return cut;
}

export function writeKeyFrameRequest(ssrc: number): Buffer {
  const packet = startPacket(1, payloadFeedback, 12);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

/** Receiver estimated maximum bitrate: how much the publisher may send. */
export function writeBitrateLimit(ssrc: number, bitsPerSecond: number): Buffer {
  const packet = startPacket(15, payloadFeedback, 24);
  const exponent = Math.max(0, Math.ceil(Math.log2(bitsPerSecond / 0x3ffff)));
  packet.write('REMB', 12, 'latin1');
  packet.writeUInt8(1, 16);
  packet.writeUIntBE(exponent * 0x40000 + Math.floor(bitsPerSecond / 2 ** exponent), 17, 3);
  packet.writeUInt32BE(ssrc, 20);
  return packet;
}

export interface Reception {
  readonly ssrc: number;
  readonly lostPackets: number;
  /** With the number of wrap-arounds in its upper 16 bits. */
  readonly highestSequenceNumber: number;
  /** The middle 32 bits of the NTP time in the last sender report; 0 without one. */
  readonly lastReport: number;
  readonly sinceLastReportMs: number;
}

export function writeReceiverReport(reception: Reception): Buffer {
  const packet = startPacket(1, receiverReport, 32);
  packet.writeUInt32BE(reception.ssrc, 8);
  packet.writeUInt32BE(reception.lostPackets & 0xffffff, 12);
  packet.writeUInt32BE(reception.highestSequenceNumber >>> 0, 16);
  packet.writeUInt32BE(reception.lastReport, 24);
  // In units of 1/65536 s.
  packet.writeUInt32BE(Math.floor(reception.sinceLastReportMs * 65.536) >>> 0, 28);
  return packet;
}

/** Its own SSRC is 1: this side sends no stream of its own. */
function startPacket(format: number, type: number, bytes: number): Buffer {
  const packet = Buffer.alloc(bytes);
  packet.writeUInt8(0x80 | format, 0);
  packet.writeUInt8(type, 1);
  packet.writeUInt16BE(bytes / 4 - 1, 2);
  packet.writeUInt32BE(1, 4);
  return packet;
}
