/**
 * How a frame gets into its VXLAN envelope and out again, whoever chose where to (drivers/net/vxlan/vxlan_core.c vxlan_xmit_one,
 * vxlan_rcv): the device's own forwarding database, or tunnel metadata of the packet. The outer packet is made by the node itself
 * and walks its OUTPUT and POSTROUTING like any other.
 */
import type { IpAddr } from '../../lib/ip.ts';
import { ipLocalOut } from '../ip/output.ts';
import { defaultTtl } from '../ip/route.ts';
import { newSkb, scrub, type Skb } from '../skb.ts';
import type { Frame, Ipv4Packet, VxlanPayload } from '../wire/packet.ts';
import { VXLAN_OVERHEAD_BYTES } from '../wire/size.ts';
import { netifReceive, type NetDevice } from './device.ts';
import { flowHash } from './flowhash.ts';

/** Outer source ports: the whole ephemeral range (udp_flow_src_port with net.ipv4.ip_local_port_range). */
const SOURCE_PORT_MIN = 32768;
const SOURCE_PORT_COUNT = 28232;

export interface Envelope {
  readonly local: IpAddr;
  readonly remote: IpAddr;
  readonly vni: number;
  readonly dstport: number;
  /** Don't fragment, on the outer packet. */
  readonly df: boolean;
}

/** Seals a frame that leaves by `dev` and sends the envelope. */
export function sealVxlan(dev: NetDevice, inner: Skb, frame: Frame, { local, remote, vni, dstport, df }: Envelope): void {
  const { netns } = dev;
  const outer: Ipv4Packet = {
    kind: 'ipv4',
    src: local,
    dst: remote,
    ttl: defaultTtl(netns),
    id: 0,
    df,
    tos: 0,
    l4: {
      kind: 'udp',
      sport: SOURCE_PORT_MIN + (flowHash(frame.l3) % SOURCE_PORT_COUNT),
      dport: dstport,
      payload: { kind: 'vxlan', vni, frame },
    },
  };
  const { recorder } = inner;
  const outerId = recorder === null ? 0 : recorder.open(outer, 'encapsulates', inner.packetId, recorder.roleOf(inner.packetId));
  netns.record(inner, {
    kind: 'encap',
    dev: dev.name,
    vni,
    outerId,
    outerSrc: local,
    outerDst: remote,
    port: dstport,
    overheadBytes: VXLAN_OVERHEAD_BYTES,
  });
  const skb = newSkb(outer, recorder, outerId);
  // Same namespace, so the mark stays on the outer packet (skb_scrub_packet with xnet false).
  skb.mark = inner.mark;
  skb.crossed = inner.crossed;
  ipLocalOut(netns, skb, { src: local });
}

/** Takes a UDP packet off its envelope and receives on `dev` what was inside. */
export function openVxlan(dev: NetDevice, outer: Skb, packet: Ipv4Packet, { vni, frame }: VxlanPayload, dstport: number): void {
  const { recorder } = outer;
  const innerId = recorder?.innerOf(outer.packetId) ?? 0;
  recorder?.end(outer.packetId, 'DELIVERED', null);
  const inner = newSkb(frame.l3, recorder, innerId);
  inner.eth = frame.eth;
  inner.mark = outer.mark;
  inner.crossed = outer.crossed;
  scrub(inner, { crossesNetns: false });
  inner.tunnel = { local: packet.dst, remote: packet.src, id: vni };
  dev.netns.record(inner, { kind: 'decap', dev: dev.name, vni, innerId, outerSrc: packet.src, port: dstport });
  netifReceive(dev, inner);
}
