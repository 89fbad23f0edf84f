/**
 * The events of the network on the clock, by their labels: what a packet under way or a protocol's timer has waiting.
 */

/** A frame between two devices. */
const PACKET_EVENTS = ['veth', 'lo', 'wire', 'netem', 'tbf'] as const;
/** Timers of ARP, TCP, resolvers and clients that send by the clock. */
const PROTOCOL_EVENTS = [
  'neigh solicit',
  'neigh probe',
  'neigh delay',
  'tcp retransmit',
  'tcp time-wait',
  'dns timeout',
  'iperf',
] as const;

/** Label of an event of the network. */
export type NetworkEvent = (typeof PACKET_EVENTS)[number] | (typeof PROTOCOL_EVENTS)[number];

const PACKETS: ReadonlySet<string> = new Set(PACKET_EVENTS);
const ALL: ReadonlySet<string> = new Set<string>([...PACKET_EVENTS, ...PROTOCOL_EVENTS]);

/** True for frames on their way. */
export function isPacketEvent(label: string): boolean {
  return PACKETS.has(label);
}

/** True for frames on their way and timers of protocols. */
export function isNetworkEvent(label: string): boolean {
  return ALL.has(label);
}
