/**
 * What passes a socket, in words: for the trace, and for processes that read text.
 */
import { dnsText } from '../wire/dns-text.ts';
import type { TcpSegment, UdpMessage } from '../wire/packet.ts';

/** What a process that expects text makes of a message. */
export function messageText(payload: UdpMessage): string {
  return payload.kind === 'data' ? payload.text : dnsText(payload);
}

/** `UDP datagram`, `DNS query`, `DNS answer`. */
export function datagramName(payload: UdpMessage): string {
  if (payload.kind === 'data') return 'UDP datagram';
  return payload.response ? 'DNS answer' : 'DNS query';
}

/** `SYN-ACK`. */
export function segmentName(segment: TcpSegment): string {
  return segment.flags.join('-');
}
