/** Counts what arrived of a stream, as receiver reports want it (RFC 3550, appendix A). */
export function createReceptionCounter() {
  let first: number | undefined;
  let highest = 0;
  let received = 0;

  return {
    /** Extends the 16 bits of the packet by the number of wrap-arounds. */
    note(sequenceNumber: number): void {
      received++;
      if (first === undefined) {
        first = sequenceNumber;
        highest = sequenceNumber;
      }
      const ahead = (sequenceNumber - highest) & 0xffff;
      if (ahead < 0x8000) highest += ahead;
    },
    get highestSequenceNumber(): number {
      return highest;
    },
    /** Not negative: packets that came twice count as received twice. */
    get lostPackets(): number {
      return first === undefined ? 0 : Math.max(0, highest - first + 1 - received);
    },
  };
}
