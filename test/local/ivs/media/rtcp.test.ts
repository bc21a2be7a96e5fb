import { describe, expect, it } from '@jest/globals';
import { createReceptionCounter } from '../../../../local/ivs/media/reception.ts';
import {
  cutSenderReport,
  isRtcp,
  readNackedSequenceNumbers,
  readRtcp,
  writeBitrateLimit,
  writeKeyFrameRequest,
  writeReceiverReport,
} from '../../../../local/ivs/media/rtcp.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

describe('RTCP', () => {
  it('is told from RTP by its second byte', () => {
    expect(isRtcp(writeKeyFrameRequest(7))).toBe(true);
    expect(isRtcp(bytes('80 60 0001 00000000 00000007'))).toBe(false);
    expect(isRtcp(bytes('80 c8'))).toBe(false);
  });

  it('writes a picture loss indication', () => {
    expect(writeKeyFrameRequest(0x0a0b0c0d)).toEqual(bytes('81 ce 0002 00000001 0a0b0c0d'));
  });

  it.each([
    [2_500_000, 4, 156_250],
    [200_000, 0, 200_000],
  ])('writes a limit of %d bits a second as mantissa and exponent', (limit, exponent, mantissa) => {
    const packet = writeBitrateLimit(7, limit);
    expect(packet.subarray(0, 17)).toEqual(bytes('8f ce 0005 00000001 00000000 52454d42 01'));
    expect(packet.readUIntBE(17, 3)).toBe(exponent * 2 ** 18 + mantissa);
    expect(packet.readUInt32BE(20)).toBe(7);
  });

  it('writes a receiver report', () => {
    const report = writeReceiverReport({
      ssrc: 7,
      lostPackets: 3,
      highestSequenceNumber: 0x1_0002,
      lastReport: 0xaabbccdd,
      sinceLastReportMs: 1000,
    });
    expect(report).toEqual(bytes('81 c9 0007 00000001 00000007 00000003 00010002 00000000 aabbccdd 00010000'));
  });

  it('takes compound packets apart, and stops at a wrong length', () => {
    const compound = Buffer.concat([
      writeKeyFrameRequest(7),
      bytes('81 cd 0003 00000001 00000007 0005 0001'),
      bytes('80 c8 00ff 00000001'),
    ]);
    expect(readRtcp(compound).map(({ kind }) => kind)).toEqual(['key-frame-request', 'nack']);
    expect(readRtcp(Buffer.alloc(0))).toEqual([]);
  });

  it('reads which packets a NACK asks for, beyond the wrap-around', () => {
    expect(readNackedSequenceNumbers(bytes('81 cd 0003 00000001 00000007 fffe 8003'))).toEqual([0xfffe, 0xffff, 0, 14]);
  });

  it('cuts the report blocks off a sender report', () => {
    const report = Buffer.concat([bytes('81 c8 000c 00000007'), Buffer.alloc(20, 0xee), Buffer.alloc(24, 0xff)]);
    const cut = cutSenderReport(report);
    expect(cut).toEqual(Buffer.concat([bytes('80 c8 0006 00000007'), Buffer.alloc(20, 0xee)]));
    expect(report.readUInt8(0)).toBe(0x81);
  });
});

describe('createReceptionCounter', () => {
  const count = (...sequenceNumbers: number[]) => {
    const counter = createReceptionCounter();
    for (const each of sequenceNumbers) counter.note(each);
    return { highest: counter.highestSequenceNumber, lost: counter.lostPackets };
  };

  it('has lost nothing before the first packet', () => {
    expect(count()).toEqual({ highest: 0, lost: 0 });
  });

  it('counts gaps as lost until the late packet arrives', () => {
    expect(count(10, 11, 14)).toEqual({ highest: 14, lost: 2 });
    expect(count(10, 11, 14, 12)).toEqual({ highest: 14, lost: 1 });
  });

  it('counts wrap-arounds, and is not led back by a packet from before one', () => {
    expect(count(0xfffe, 0xffff, 0, 1)).toEqual({ highest: 0x1_0001, lost: 0 });
    expect(count(0xfffe, 0, 0xffff)).toEqual({ highest: 0x1_0000, lost: 0 });
  });

  it('never counts less than none', () => {
    expect(count(5, 5, 5)).toEqual({ highest: 5, lost: 0 });
  });
});
