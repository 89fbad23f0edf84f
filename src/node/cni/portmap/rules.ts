/**
 * The rules of the portmap plugin (containernetworking/plugins plugins/meta/portmap/portmap_iptables.go, chain.go): two jumps for what is
 * addressed to this machine, one chain per Pod with a DNAT for each port, and a mark for what must come back by way of this machine.
 */
import type { Cidr } from '../../../lib/cidr.ts';
import { cidrAddress, networkCidr } from '../../../lib/cidr.ts';
import { hexSha512 } from '../../../lib/hash.ts';
import type { PortMapping } from '../plugin.ts';

const TOP_CHAIN = 'CNI-HOSTPORT-DNAT';
const SETMARK_CHAIN = 'CNI-HOSTPORT-SETMARK';
const MASQ_CHAIN = 'CNI-HOSTPORT-MASQ';
/** --random-fully and another bit are options of the configuration; bit 13 is the default. */
const MARK = '0x2000/0x2000';
/** The multiport match takes fifteen ports. */
const MAX_PORTS = 15;
/** XT_EXTENSION_MAXNAMELEN less one. */
const MAX_CHAIN_NAME = 28;

/** What one Pod's rules are made from. */
export interface HostPorts {
  readonly network: string;
  readonly containerId: string;
  /** The Pod's address with its prefix length. */
  readonly address: Cidr;
  readonly mappings: readonly PortMapping[];
}

/** `CNI-DN-` and the start of sha512(network + container id) (utils.MustFormatChainNameWithPrefix). */
export function dnatChain({ network, containerId }: Pick<HostPorts, 'network' | 'containerId'>): string {
  return `CNI-DN-${hexSha512(network + containerId)}`.slice(0, MAX_CHAIN_NAME);
}

/** Rules that all Pods share, in the order in which they are made; `-I` puts the masquerade before what stands there. */
export const SHARED_CHAINS: readonly string[] = [SETMARK_CHAIN, MASQ_CHAIN, TOP_CHAIN];
export const SHARED_RULES: readonly { readonly rule: string; readonly first: boolean }[] = [
  {
    rule: `-A ${SETMARK_CHAIN} -m comment --comment "CNI portfwd masquerade mark" -j MARK --set-xmark ${MARK}`,
    first: false,
  },
  { rule: `-A ${MASQ_CHAIN} -m mark --mark ${MARK} -j MASQUERADE`, first: false },
  { rule: `-A POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j ${MASQ_CHAIN}`, first: true },
  { rule: `-A PREROUTING -m addrtype --dst-type LOCAL -j ${TOP_CHAIN}`, first: false },
  { rule: `-A OUTPUT -m addrtype --dst-type LOCAL -j ${TOP_CHAIN}`, first: false },
];

/** The jumps to a Pod's chain, a protocol and fifteen ports each (fillDnatRules, entryRules). */
export function entryRules(ports: HostPorts): readonly string[] {
  const chain = dnatChain(ports);
  const comment = `dnat name: \\"${ports.network}\\" id: \\"${ports.containerId}\\"`;
  const protocols = [...new Set(ports.mappings.map(({ protocol }) => protocol))].sort();
  return protocols.flatMap((protocol) => {
    const wanted = ports.mappings.filter((mapping) => mapping.protocol === protocol).map(({ hostPort }) => hostPort);
    return inFifteens(wanted).map(
      (list) =>
        `-A ${TOP_CHAIN} -p ${protocol} -m comment --comment "${comment}" -m multiport --dports ${list.join(',')} -j ${chain}`,
    );
  });
}

/** The Pod's own chain: marks for its neighbours and for 127.0.0.1 first, then the translation (fillDnatRules, rules). */
export function dnatRules(ports: HostPorts): readonly string[] {
  const chain = dnatChain(ports);
  return ports.mappings.flatMap(({ hostPort, containerPort, hostIP, protocol }) => {
    const dst = hostIP === '' || hostIP === '0.0.0.0' ? '' : `-d ${hostIP}/32 `;
    const match = `${dst}-p ${protocol} -m ${protocol} --dport ${hostPort}`;
    return [
      `-A ${chain} -s ${networkCidr(ports.address)} ${match} -j ${SETMARK_CHAIN}`,
      `-A ${chain} -s 127.0.0.1/32 ${match} -j ${SETMARK_CHAIN}`,
      `-A ${chain} ${match} -j DNAT --to-destination ${cidrAddress(ports.address)}:${containerPort}`,
    ];
  });
}

function inFifteens(ports: readonly number[]): readonly (readonly number[])[] {
  return Array.from({ length: Math.ceil(ports.length / MAX_PORTS) }, (_, index) =>
    ports.slice(index * MAX_PORTS, (index + 1) * MAX_PORTS),
  );
}
