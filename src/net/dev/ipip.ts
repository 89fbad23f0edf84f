/**
 * `ipip`: IPv4 in IPv4, protocol 4 (RFC 2003; net/ipv4/ipip.c ipip_tunnel_xmit, net/ipv4/ip_tunnel.c ip_tunnel_xmit, ip_tunnel_rcv).
 *
 * `tunl0` is the module's fallback device, there in every namespace once the module is loaded. It has neither remote nor local address:
 * the outer packet goes to the next hop of the inner one's route and comes from the address that the way there gives. TTL and DF are
 * those of the packet inside (tunnel ttl 0 means inherit). Seen with `ip -d link show tunl0`.
 * Simplification: only tunl0 exists; no tunnels with a fixed remote, no path MTU of the outer way.
 */
import { MAC_ZERO } from '../../lib/mac.ts';
import { BY_KERNEL } from '../../lib/provenance.ts';
import { ipLocalOut } from '../ip/output.ts';
import { routeOutput } from '../ip/route.ts';
import type { Netns } from '../netns.ts';
import { newSkb, scrub, type Skb } from '../skb.ts';
import type { Ipv4Packet } from '../wire/packet.ts';
import { IPV4_BYTES } from '../wire/size.ts';
import { netifReceive, NetDevice } from './device.ts';

/** The fallback device's name. */
export const TUNL0 = 'tunl0';

/** What is left of an Ethernet's 1500 bytes behind the outer header. */
const FALLBACK_MTU = 1500 - IPV4_BYTES;

export class Ipip extends NetDevice {
  readonly kind = 'ipip';

  constructor(netns: Netns) {
    super({ netns, name: TUNL0, mac: MAC_ZERO, mtu: FALLBACK_MTU, madeBy: BY_KERNEL });
  }

  override get carrier(): boolean {
    return true;
  }

  override get typeFlags(): readonly string[] {
    return ['NOARP'];
  }

  override get linkHeaderBytes(): number {
    return 0;
  }

  override xmit(skb: Skb): void {
    const { l3, nexthop } = skb;
    if (l3.kind !== 'ipv4' || nexthop === null) {
      this.#giveUp(skb, `${this.name} carries IPv4 only`);
      return;
    }
    const way = routeOutput(this.netns, { dst: nexthop, src: null, oif: null });
    if (way.kind === 'error' || way.dev === this) {
      this.#giveUp(skb, way.kind === 'error' ? `no route to ${nexthop}` : `the way to ${nexthop} is ${this.name} itself`);
      return;
    }
    this.#encapsulate(skb, {
      kind: 'ipv4',
      src: way.src,
      dst: nexthop,
      ttl: l3.ttl,
      id: 0,
      df: l3.df,
      tos: 0,
      l4: { kind: 'ipencap', packet: l3 },
    });
  }

  #giveUp(skb: Skb, why: string): void {
    this.counters.txDropped++;
    this.netns.drop(skb, 'IP_OUTNOROUTES', why);
  }

  #encapsulate(inner: Skb, outer: Ipv4Packet): void {
    const { recorder } = inner;
    const outerId =
      recorder === null ? 0 : recorder.open(outer, 'encapsulates', inner.packetId, recorder.roleOf(inner.packetId));
    this.netns.record(inner, {
      kind: 'encap',
      dev: this.name,
      vni: null,
      outerId,
      outerSrc: outer.src,
      outerDst: outer.dst,
      port: null,
      overheadBytes: IPV4_BYTES,
    });
    const skb = newSkb(outer, recorder, outerId);
    // Same namespace, so the mark stays on the outer packet (skb_scrub_packet with xnet false).
    skb.mark = inner.mark;
    ipLocalOut(this.netns, skb, { src: outer.src });
  }

  /** Takes an outer packet's header off and receives what was inside. */
  receiveEncapsulated(outer: Skb, packet: Ipv4Packet, enclosed: Ipv4Packet): void {
    const { recorder } = outer;
    const innerId = recorder?.innerOf(outer.packetId) ?? 0;
    recorder?.end(outer.packetId, 'DELIVERED', null);
    const inner = newSkb(enclosed, recorder, innerId);
    inner.mark = outer.mark;
    scrub(inner, { crossesNetns: false });
    this.netns.record(inner, { kind: 'decap', dev: this.name, vni: null, innerId, outerSrc: packet.src, port: null });
    netifReceive(this, inner);
  }
}
