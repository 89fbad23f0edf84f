/**
 * `ipMasq` of the plugins bridge and ptp: what a Pod sends out of its subnet gets the machine's address (containernetworking/plugins v1
 * pkg/ip/ipmasq_iptables_linux.go SetupIPMasq, TeardownIPMasq; pkg/utils/utils.go FormatChainName, FormatComment). A chain for each Pod,
 * `CNI-` and the start of sha512(network + container id), that the Pod's source address jumps to: `iptables -t nat -S POSTROUTING`.
 *
 * Simplification: always by iptables, which the plugins prefer; `ipMasqBackend` does not exist.
 */
import { cidrAddress, networkCidr, type Cidr } from '../../lib/cidr.ts';
import { hexSha512 } from '../../lib/hash.ts';
import type { Provenance } from '../../lib/provenance.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Netns } from '../../net/netns.ts';

/** XT_EXTENSION_MAXNAMELEN less one. */
const MAX_CHAIN_NAME = 28;
const MULTICAST = '224.0.0.0/4';

/** Whose rules they are. */
export interface Masqueraded {
  readonly network: string;
  readonly containerId: string;
}

export function setupIPMasq(root: Netns, address: Cidr, pod: Masqueraded, by: Provenance): Result<void, string> {
  const chain = chainName(pod);
  const comment = commentOf(pod);
  const made = root.netfilter.ruleset.nat.chains.has(chain) ? ok(undefined) : command(root, `-N ${chain}`, by);
  if (!made.ok) return made;
  const rules = [
    `${chain} -d ${networkCidr(address)} ${comment} -j ACCEPT`,
    `${chain} ! -d ${MULTICAST} ${comment} -j MASQUERADE`,
    jump(address, pod),
  ];
  for (const rule of rules) {
    if (command(root, `-C ${rule}`, by).ok) continue;
    const added = command(root, `-A ${rule}`, by);
    if (!added.ok) return added;
  }
  return ok(undefined);
}

/** Takes away what is there of it: DEL may come twice. */
export function teardownIPMasq(root: Netns, address: Cidr, pod: Masqueraded, by: Provenance): Result<void, string> {
  const chain = chainName(pod);
  if (!root.netfilter.ruleset.nat.chains.has(chain)) return ok(undefined);
  const rule = jump(address, pod);
  const lines = [...(command(root, `-C ${rule}`, by).ok ? [`-D ${rule}`] : []), `-F ${chain}`, `-X ${chain}`];
  for (const line of lines) {
    const done = command(root, line, by);
    if (!done.ok) return done;
  }
  return ok(undefined);
}

function jump(address: Cidr, pod: Masqueraded): string {
  return `POSTROUTING -s ${cidrAddress(address)} ${commentOf(pod)} -j ${chainName(pod)}`;
}

function chainName({ network, containerId }: Masqueraded): string {
  return `CNI-${hexSha512(network + containerId)}`.slice(0, MAX_CHAIN_NAME);
}

function commentOf({ network, containerId }: Masqueraded): string {
  return `-m comment --comment "name: \\"${network}\\" id: \\"${containerId}\\""`;
}

function command(root: Netns, line: string, by: Provenance): Result<void, string> {
  const { exitCode, stderr } = root.netfilter.command(`-t nat ${line}`, by);
  return exitCode === 0 ? ok(undefined) : err(stderr);
}
