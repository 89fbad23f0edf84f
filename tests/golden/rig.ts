/** What a rig of network namespaces has unlike a node: its cards are veths, its devices made by ip; and what is not modelled at all. */
import type { Difference } from './difference.ts';

export const NO_IPV6: Difference = {
  why: '`ip` prints no IPv6',
  recorded: /^ +inet6 .*\n +valid_lft .*\n/gm,
  simulated: '',
};

export const CARD: Difference = {
  why: "rig: a machine's eth0 is a veth there, a card with systemd's default qdisc here",
  recorded: /^(\d+: eth0)@if\d+(: .*) qdisc noqueue(.*\n.*?) link-netns (?:cg-lan|\S+_wire)(?=$| promiscuity)/gm,
  simulated: '$1$2 qdisc fq_codel$3',
};

export const CARD_BRIEF: Difference = {
  why: CARD.why,
  recorded: /^eth0@if\d+/gm,
  simulated: 'eth0    ',
};

/** A tunnel takes what the device below takes at once. */
export const CARD_BELOW: Difference = {
  why: CARD.why,
  recorded: /tso_max_size 524280/g,
  simulated: 'tso_max_size 65536',
  of: /vxlan|flannel/,
};

export function byIp(devices: string): Difference {
  return {
    why: `rig: ip, which made ${devices}, asks for a queue of 1000; the plugin asks for none`,
    recorded: new RegExp(`^(\\d+: ${devices}\\S*: .*) qlen 1000$`, 'gm'),
    simulated: '$1',
  };
}
