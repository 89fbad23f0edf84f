/**
 * Capture files as tcpdump and Wireshark read them (the classic libpcap format, draft-ietf-opsawg-pcap): a header, then a record for each
 * packet. Big endian, microseconds.
 */

/** LINKTYPE_ETHERNET for devices whose frames have a link header, LINKTYPE_RAW for `tunl0`, which has none. */
export type LinkType = 'EN10MB' | 'RAW';

const LINK_TYPES: Readonly<Record<LinkType, number>> = { EN10MB: 1, RAW: 101 };

export interface CapturedPacket {
  /** Nanoseconds since 1970. */
  readonly atNs: bigint;
  readonly bytes: Uint8Array;
}

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const SNAPLEN = 262_144;
const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;

export function pcapFile(linkType: LinkType, packets: readonly CapturedPacket[]): Uint8Array<ArrayBuffer> {
  const size = packets.reduce((sum, { bytes }) => sum + RECORD_HEADER_BYTES + bytes.length, FILE_HEADER_BYTES);
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  view.setUint32(0, MAGIC_MICROSECONDS);
  view.setUint16(4, 2);
  view.setUint16(6, 4);
  view.setUint32(16, SNAPLEN);
  view.setUint32(20, LINK_TYPES[linkType]);
  let at = FILE_HEADER_BYTES;
  for (const { atNs, bytes } of packets) {
    view.setUint32(at, Number(atNs / 1_000_000_000n));
    view.setUint32(at + 4, Number((atNs % 1_000_000_000n) / 1000n));
    view.setUint32(at + 8, bytes.length);
    view.setUint32(at + 12, bytes.length);
    file.set(bytes, at + RECORD_HEADER_BYTES);
    at += RECORD_HEADER_BYTES + bytes.length;
  }
  return file;
}
