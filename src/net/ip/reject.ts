/**
 * What the REJECT target sends (net/ipv4/netfilter/nf_reject_ipv4.c nf_send_unreach, nf_send_reset).
 *
 * A RST is a packet of this host: it is routed, meets OUTPUT and POSTROUTING and, belonging to the rejected packet's connection, is
 * translated back. Not so for a packet br_netfilter has seen come in by a bridge port, also when it was routed afterwards: that RST
 * goes straight out of the port, its link addresses those of the packet turned round. No hook sees it, and no nat is undone, so a
 * client that dialled a ClusterIP does not know it.
 * Simplification: the rejected connection's tracked state is not set to CLOSE (nf_ct_set_closing).
 */
import { devQueueXmit, type NetDevice } from '../dev/device.ts';
import type { Netns } from '../netns.ts';
import { relatedNfct } from '../netfilter/conntrack.ts';
import type { RejectWith } from '../netfilter/hooks.ts';
import { newSkb, type Skb } from '../skb.ts';
import { resetFor } from '../socket/reset.ts';
import type { EthernetHeader, Ipv4Packet, TcpSegment } from '../wire/packet.ts';
import { icmpSend } from './icmp.ts';
import { defaultTtl } from './route.ts';

/** ICMP code by `--reject-with`; null for tcp-reset. */
const REJECT_CODES: Readonly<Record<RejectWith, number | null>> = {
  'icmp-net-unreachable': 0,
  'icmp-host-unreachable': 1,
  'icmp-proto-unreachable': 2,
  'icmp-port-unreachable': 3,
  'icmp-net-prohibited': 9,
  'icmp-host-prohibited': 10,
  'icmp-admin-prohibited': 13,
  'tcp-reset': null,
};

/** Answers a packet a rule rejected; the packet itself ends with the caller. */
export function sendReject(netns: Netns, skb: Skb, how: RejectWith): void {
  const code = REJECT_CODES[how];
  if (code !== null) {
    icmpSend(netns, skb, { type: 3, code, mtu: null });
    return;
  }
  if (skb.l3.kind !== 'ipv4' || skb.l3.l4.kind !== 'tcp') return;
  const reset = resetFor(skb.l3.l4);
  if (reset === null) return;
  const port = skb.physin === null ? undefined : netns.link(skb.physin);
  if (port !== undefined && skb.eth !== null) sendOutOfPort(netns, skb, { packet: skb.l3, reset, port, eth: skb.eth });
  else sendRouted(netns, skb, skb.l3, reset);
}

function sendRouted(netns: Netns, skb: Skb, packet: Ipv4Packet, reset: TcpSegment): void {
  netns.sockets.send(
    { src: packet.dst, dst: packet.src, l4: reset, df: true },
    {
      recorder: skb.recorder,
      relation: 'error',
      role: 'reply',
      parentId: skb.recorder === null ? null : skb.packetId,
      process: 'kernel',
      what: 'RST',
      nfct: relatedNfct(skb.nfct),
    },
  );
}

function sendOutOfPort(
  netns: Netns,
  skb: Skb,
  answer: {
    readonly packet: Ipv4Packet;
    readonly reset: TcpSegment;
    readonly port: NetDevice;
    readonly eth: EthernetHeader;
  },
): void {
  const { packet, reset, port, eth } = answer;
  const l3: Ipv4Packet = {
    kind: 'ipv4',
    src: packet.dst,
    dst: packet.src,
    ttl: defaultTtl(netns),
    id: 0,
    df: true,
    tos: 0,
    l4: reset,
  };
  const { recorder } = skb;
  const own = newSkb(
    l3,
    recorder,
    recorder === null ? 0 : recorder.open(l3, 'error', skb.packetId, recorder.answerRoleOf(skb.packetId)),
  );
  own.eth = { smac: eth.dmac, dmac: eth.smac };
  netns.record(own, { kind: 'socket.send', process: 'kernel', what: 'RST' });
  devQueueXmit(port, own);
}
