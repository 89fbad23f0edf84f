/**
 * ARP for IPv4 over Ethernet (RFC 826; net/ipv4/arp.c arp_send, arp_process).
 *
 * With proxy_arp a machine that forwards answers in the place of whoever it would forward to by another device: so a Pod of Calico finds
 * its gateway 169.254.1.1, which nobody has.
 * Simplification: arp_ignore is not modelled, proxy ARP answers at once (neigh proxy_delay 0, as Calico sets it); with arp_notify an address is announced when it is added, which the CNI
 * plugins do themselves.
 */
import type { IpAddr } from '../../lib/ip.ts';
import { MAC_BROADCAST, MAC_ZERO, type Mac } from '../../lib/mac.ts';
import { devQueueXmit, packetType, type NetDevice } from '../dev/device.ts';
import { routeReceived, selectAddress } from '../ip/route.ts';
import type { Netns } from '../netns.ts';
import { newSkb, type Skb } from '../skb.ts';
import type { ArpPacket } from '../wire/packet.ts';

/** Asks who has `target`; `about` is the packet that waits for the answer. */
export function sendArpRequest(
  netns: Netns,
  dev: NetDevice,
  target: IpAddr,
  options: { readonly about: Skb | null; readonly unicastTo: Mac | null },
): void {
  const spa = senderAddress(netns, dev, target, options.about);
  if (spa === null) return;
  const packet: ArpPacket = { kind: 'arp', op: 'request', sha: dev.mac, spa, tha: options.unicastTo ?? MAC_ZERO, tpa: target };
  transmit(dev, packet, options.unicastTo ?? MAC_BROADCAST, options.about);
}

/** Gratuitous ARP: tells the segment, and so the bridges on it, where an address lives. */
export function announceAddress(dev: NetDevice, addr: IpAddr): void {
  transmit(dev, { kind: 'arp', op: 'request', sha: dev.mac, spa: addr, tha: MAC_ZERO, tpa: addr }, MAC_BROADCAST, null);
}

/** arp_solicit with arp_announce 0: the packet's own source when it is ours, else the device's best address. */
function senderAddress(netns: Netns, dev: NetDevice, target: IpAddr, about: Skb | null): IpAddr | null {
  if (about?.l3.kind === 'ipv4' && netns.fib.lookup(about.l3.src, null)?.type === 'local') return about.l3.src;
  return selectAddress(netns, dev, target, 'link') ?? selectAddress(netns, dev, target, 'global');
}

function transmit(dev: NetDevice, packet: ArpPacket, dmac: Mac, about: Skb | null): void {
  const recorder = about?.recorder ?? null;
  const packetId = recorder === null || about === null ? 0 : recorder.open(packet, 'arp', about.packetId, 'arp');
  const skb = newSkb(packet, recorder, packetId);
  skb.eth = { smac: dev.mac, dmac };
  skb.oif = dev.name;
  devQueueXmit(dev, skb);
}

/** arp_rcv: learns the sender, answers for our addresses. */
export function receiveArp(netns: Netns, dev: NetDevice, skb: Skb, packet: ArpPacket): void {
  const kind = skb.eth === null ? 'OTHERHOST' : packetType(skb.eth.dmac, dev.mac);
  netns.endPacket(skb, 'CONSUMED', null);
  if (kind === 'OTHERHOST') return;
  if (packet.op === 'request' && mayAnswer(netns, dev, packet)) {
    netns.neigh.learn(dev, packet.spa, packet.sha, { confirmed: false, create: true });
    transmit(
      dev,
      { kind: 'arp', op: 'reply', sha: dev.mac, spa: packet.tpa, tha: packet.sha, tpa: packet.spa },
      packet.sha,
      skb,
    );
    return;
  }
  netns.neigh.learn(dev, packet.spa, packet.sha, { confirmed: packet.op === 'reply' && kind === 'HOST', create: false });
}

/** Routed as a packet from the asker to the address would be: ours, or with proxy_arp one that goes on by another device (arp_fwd_proxy). */
function mayAnswer(netns: Netns, dev: NetDevice, packet: ArpPacket): boolean {
  if (dev.kind === 'loopback') return false;
  const way = routeReceived(netns, { src: packet.spa, dst: packet.tpa }, dev);
  if (way.kind === 'local') return way.route.type === 'local';
  return way.kind === 'forward' && way.dev !== dev && netns.sysctl.orConf('proxy_arp', dev.name);
}
