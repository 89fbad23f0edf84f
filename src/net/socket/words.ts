/**
 * What passes a socket, in words: for the trace, and for processes that read text.
 */
import { dnsText } from '../wire/dns-text.ts';
import { dnsMessageOf, type TcpSegment, type UdpMessage } from '../wire/packet.ts';

/** What a process that expects text makes of a message. */
export function messageText(payload: UdpMessage): string {
  return payload.kind === 'data' ? payload.text : dnsText(payload);
}

/** `UDP datagram`, `DNS query`, `DNS answer`. */
export function datagramName(payload: UdpMessage): string {
  if (payload.kind === 'data') return 'UDP datagram';
  return payload.response ? 'DNS answer' : 'DNS query';
}

/** `SYN-ACK`; the segment that ends a DNS message is called by it. */
export function segmentName(segment: TcpSegment): string {
  const dns = dnsMessageOf(segment);
  if (dns !== null) return datagramName(dns);
  return segment.flags.join('-');
}
