/**
 * flanneld's iptables rules (flannel pkg/trafficmngr/iptables/iptables.go masqRules, forwardRules): which traffic of Pods leaves with
 * the node's address, and that the node forwards for them. Written as one text for `iptables-restore --noflush`; the jumps are
 * appended, so behind kube-proxy's, which are inserted.
 */
import type { Cidr } from '../../../lib/cidr.ts';

const MASQ = '-m comment --comment "flanneld masq"';
const FORWARD = '-m comment --comment "flanneld forward"';

export const JUMP_POSTROUTING = `-A POSTROUTING ${MASQ} -j FLANNEL-POSTRTG`;
export const JUMP_FORWARD = `-A FORWARD ${FORWARD} -j FLANNEL-FWD`;

/** The rules of FLANNEL-POSTRTG on the node whose Pods are `subnet`; order matters. */
export function masqRules(network: Cidr, subnet: Cidr): readonly string[] {
  return [
    // What kube-proxy wants masqueraded, kube-proxy masquerades.
    `-m mark --mark 0x4000/0x4000 ${MASQ} -j RETURN`,
    // Own Pods to the network, the network to own Pods, and others to own Pods keep their source.
    `-s ${subnet} -d ${network} ${MASQ} -j RETURN`,
    `-s ${network} -d ${subnet} ${MASQ} -j RETURN`,
    `! -s ${network} -d ${subnet} ${MASQ} -j RETURN`,
    `-s ${network} ! -d 224.0.0.0/4 ${MASQ} -j MASQUERADE --random-fully`,
    `! -s ${network} -d ${network} ${MASQ} -j MASQUERADE --random-fully`,
  ].map((rule) => `-A FLANNEL-POSTRTG ${rule}`);
}

export function forwardRules(network: Cidr): readonly string[] {
  return [`-A FLANNEL-FWD -s ${network} ${FORWARD} -j ACCEPT`, `-A FLANNEL-FWD -d ${network} ${FORWARD} -j ACCEPT`];
}

/** The whole text. A jump that is there already is left out: `-A` would add a second one. */
export function flannelRestoreText(options: {
  readonly network: Cidr;
  readonly subnet: Cidr;
  readonly hasPostroutingJump: boolean;
  readonly hasForwardJump: boolean;
}): string {
  const { network, subnet, hasPostroutingJump, hasForwardJump } = options;
  return [
    '*filter',
    ':FLANNEL-FWD - [0:0]',
    ...(hasForwardJump ? [] : [JUMP_FORWARD]),
    ...forwardRules(network),
    'COMMIT',
    '*nat',
    ':FLANNEL-POSTRTG - [0:0]',
    ...(hasPostroutingJump ? [] : [JUMP_POSTROUTING]),
    ...masqRules(network, subnet),
    'COMMIT',
    '',
  ].join('\n');
}
