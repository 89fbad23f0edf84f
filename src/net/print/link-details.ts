/**
 * What `ip -d link` says beyond the address (iproute2 6.1 ip/ipaddress.c print_linkinfo, ip/iplink_bridge.c bridge_print_opt,
 * ip/iplink_bridge_slave.c, ip/iplink_vxlan.c, ip/link_iptnl.c).
 *
 * Simplification: `ip -d link` shows every setting that is not modelled with its default, timers of a bridge as 0.00, and a network card
 * without its bus.
 */
import type { Mac } from '../../lib/mac.ts';
import type { LinkView, VxlanView } from '../view.ts';

/** Goes on after `brd …`; ends with a blank, as the tool's line does. */
export function linkDetails(link: LinkView, links: readonly LinkView[]): string {
  const master = links.find(({ name }) => name === link.master);
  const [minMtu, maxMtu] = ['loopback', 'ipip', 'dummy', 'ifb'].includes(link.kind) ? [0, 0] : [68, 65535];
  return [
    ` promiscuity ${promiscuity(link, master)}  allmulti ${master?.kind === 'bridge' ? 1 : 0} minmtu ${minMtu} maxmtu ${maxMtu} `,
    kindDetails(link, links),
    portDetails(link, master, links),
    `addrgenmode eui64 ${queues(link)}${segments(link, links)}`,
  ].join('');
}

/** A port hears everything, and so does a datapath's own device; and whatever somebody asked to. */
function promiscuity({ kind, flags }: LinkView, master: LinkView | undefined): number {
  return (master !== undefined || kind === 'openvswitch' ? 1 : 0) + (flags.includes('PROMISC') ? 1 : 0);
}

/** `    vxlan id 1 …` on a line of its own; nothing for devices without a kind. */
function kindDetails(link: LinkView, links: readonly LinkView[]): string {
  switch (link.kind) {
    case 'loopback':
    case 'ether':
      return '';
    case 'bridge':
      return `\n    bridge ${bridgeDetails(link, links)}`;
    case 'vxlan':
      return `\n    vxlan ${link.vxlan === null ? '' : vxlanDetails(link.vxlan)}`;
    case 'ipip':
      return '\n    ipip any remote any local any ttl inherit nopmtudisc ';
    case 'veth':
    case 'openvswitch':
    case 'dummy':
    case 'ifb':
      return `\n    ${link.kind} `;
  }
}

function bridgeDetails(link: LinkView, links: readonly LinkView[]): string {
  const id = bridgeId(link, links);
  return (
    'forward_delay 1500 hello_time 200 max_age 2000 ageing_time 30000 stp_state 0 priority 32768 vlan_filtering 0 ' +
    `bridge_id ${id} designated_root ${id} root_port 0 root_path_cost 0 topology_change 0 topology_change_detected 0 ` +
    'hello_timer    0.00 tcn_timer    0.00 topology_change_timer    0.00 gc_timer    0.00 ' +
    'group_fwd_mask 0 group_address 01:80:c2:00:00:00 mcast_snooping 1 no_linklocal_learn 0 mcast_vlan_snooping 0 mcast_router 1 ' +
    'mcast_query_use_ifaddr 0 mcast_querier 0 mcast_hash_elasticity 16 mcast_hash_max 4096 mcast_last_member_count 2 ' +
    'mcast_startup_query_count 2 mcast_last_member_interval 100 mcast_membership_interval 26000 mcast_querier_interval 25500 ' +
    'mcast_query_interval 12500 mcast_query_response_interval 1000 mcast_startup_query_interval 3124 mcast_stats_enabled 0 ' +
    'mcast_igmp_version 2 mcast_mld_version 1 nf_call_iptables 0 nf_call_ip6tables 0 nf_call_arptables 0 '
  );
}

/** The identifier takes the bridge's address with its first port (br_stp_recalculate_bridge_id); octets are not padded. */
function bridgeId({ name, mac }: LinkView, links: readonly LinkView[]): string {
  return `8000.${links.some(({ master }) => master === name) ? shortOctets(mac) : '0:0:0:0:0:0'}`;
}

function shortOctets(mac: Mac): string {
  return mac
    .split(':')
    .map((octet) => octet.replace(/^0/, ''))
    .join(':');
}

function vxlanDetails({ id, local, dev, dstport, learning, external }: VxlanView): string {
  return (
    `${external ? 'external ' : ''}id ${id} ${local === null ? '' : `local ${local} `}${dev === null ? '' : `dev ${dev} `}` +
    `srcport 0 0 dstport ${dstport} ${learning ? '' : 'nolearning '}ttl auto ageing 300 udpcsum noudp6zerocsumtx ` +
    `${external ? 'udp6zerocsumrx' : 'noudp6zerocsumrx'} `
  );
}

function portDetails(link: LinkView, master: LinkView | undefined, links: readonly LinkView[]): string {
  if (master === undefined) return '';
  if (master.kind !== 'bridge') return `\n    ${master.kind}_slave `;
  const number = links.filter((other) => other.master === master.name).indexOf(link) + 1;
  const id = bridgeId(master, links);
  return (
    `\n    bridge_slave state ${portState(link)} priority 32 cost ${pathCost(link)} hairpin ${link.hairpin ? 'on' : 'off'} guard off ` +
    'root_block off fastleave off learning on flood on ' +
    `port_id 0x${(0x8000 + number).toString(16)} port_no 0x${number.toString(16)} designated_port ${0x8000 + number} ` +
    `designated_cost 0 designated_bridge ${id} designated_root ${id} hold_timer    0.00 message_age_timer    0.00 ` +
    'forward_delay_timer    0.00 topology_change_ack 0 config_pending 0 proxy_arp off proxy_arp_wifi off mcast_router 1 ' +
    'mcast_fast_leave off mcast_flood on bcast_flood on mcast_to_unicast off neigh_suppress off group_fwd_mask 0 ' +
    'group_fwd_mask_str 0x0 vlan_tunnel off isolated off locked off '
  );
}

/** Without STP a port forwards as long as it is up and has carrier (br_stp_if.c br_stp_enable_port). */
export function portState({ lowerUp }: LinkView): 'forwarding' | 'disabled' {
  return lowerUp ? 'forwarding' : 'disabled';
}

/** By the speed a device tells of (br_if.c port_cost): a veth says 10 Gbit/s, a card here 1 Gbit/s, tunnels and dummies nothing. */
export function pathCost({ kind }: LinkView): number {
  if (kind === 'veth') return 2;
  return kind === 'ether' ? 4 : 100;
}

/** A veth has a queue for each processor; a machine here has two. */
function queues({ kind }: LinkView): string {
  const count = kind === 'veth' ? 2 : 1;
  return `numtxqueues ${count} numrxqueues ${count} `;
}

function segments(link: LinkView, links: readonly LinkView[]): string {
  return `gso_max_size 65536 gso_max_segs 65535 tso_max_size ${tsoMaxSize(link, links)} tso_max_segs 65535 gro_max_size 65536 `;
}

const CARD_TSO = 65536;
const SOFTWARE_TSO = 524280;

/** Devices in software take the most; a tunnel what the device below takes, a bridge what its ports do (netif_inherit_tso_max). */
function tsoMaxSize({ name, kind, vxlan }: LinkView, links: readonly LinkView[]): number {
  if (kind === 'loopback' || kind === 'veth' || kind === 'dummy') return SOFTWARE_TSO;
  const below = links.filter((link) => (kind === 'bridge' ? link.master === name : link.name === vxlan?.dev));
  return below.length > 0 && below.every((link) => tsoMaxSize(link, links) === SOFTWARE_TSO) ? SOFTWARE_TSO : CARD_TSO;
}
