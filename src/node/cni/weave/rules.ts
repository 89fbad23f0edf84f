/**
 * The rules of Weave Net: of the router (weave net/bridge.go ConfigureIPTables, net/expose.go exposeNAT) and of weave-npc
 * (prog/weave-npc/main.go createBaseRules, npc/namespace.go). Those of FORWARD stand at its top, in this order, so that nothing
 * reaches a Pod that weave-npc has not let through.
 */
import type { Cidr } from '../../../lib/cidr.ts';
import { ipsetName } from './short-name.ts';

export const NO_MASQ_LOCAL = 'weaver-no-masq-local';

const MUST = `-m comment --comment "NOTE: this must go before '-j KUBE-FORWARD'"`;
const NEW = '-m state --state NEW';

/** Without `-A FORWARD`. */
export const FORWARD_RULES: readonly string[] = [
  `-i weave ${MUST} -j WEAVE-NPC-EGRESS`,
  `-o weave ${MUST} -j WEAVE-NPC`,
  `-o weave ${NEW} -j NFLOG --nflog-group 86`,
  '-o weave -j DROP',
  '-i weave ! -o weave -j ACCEPT',
  '-o weave -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
];

const CONTROL_PORT =
  '-A INPUT -d 127.0.0.1/32 -p tcp -m tcp --dport 6784 -m addrtype ! --src-type LOCAL ' +
  '-m conntrack ! --ctstate RELATED,ESTABLISHED -m comment --comment "Block non-local access to Weave Net control port" -j DROP';

/** Chains, and the rules that lead to them. */
export function routerRules(): string {
  return [
    '*filter',
    ':WEAVE-NPC - [0:0]',
    ':WEAVE-NPC-EGRESS - [0:0]',
    CONTROL_PORT,
    '-A INPUT -i weave -j WEAVE-NPC-EGRESS',
    ...FORWARD_RULES.map((rule, index) => `-I FORWARD ${index + 1} ${rule}`),
    'COMMIT',
    '*nat',
    ':WEAVE - [0:0]',
    '-A POSTROUTING -j WEAVE',
    `-A WEAVE -m set --match-set ${NO_MASQ_LOCAL} dst -m comment --comment "Prevent SNAT to locally running containers" -j RETURN`,
    'COMMIT',
    '',
  ].join('\n');
}

/** What leaves the range, or comes into it, goes with the node's address; `range` is that of all Pods. */
export function exposeRules(range: Cidr): string {
  return [
    '*nat',
    `-A WEAVE -s ${range} -d 224.0.0.0/4 -j RETURN`,
    `-A WEAVE ! -s ${range} -d ${range} -j MASQUERADE`,
    `-A WEAVE -s ${range} ! -d ${range} -j MASQUERADE`,
    'COMMIT',
    '',
  ].join('\n');
}

/** weave-npc's chains before it knows a namespace. */
export function npcRules(): string {
  return [
    '*filter',
    ':WEAVE-NPC - [0:0]',
    ':WEAVE-NPC-DEFAULT - [0:0]',
    ':WEAVE-NPC-EGRESS - [0:0]',
    ':WEAVE-NPC-EGRESS-ACCEPT - [0:0]',
    ':WEAVE-NPC-EGRESS-CUSTOM - [0:0]',
    ':WEAVE-NPC-EGRESS-DEFAULT - [0:0]',
    ':WEAVE-NPC-INGRESS - [0:0]',
    '-A WEAVE-NPC -m state --state RELATED,ESTABLISHED -j ACCEPT',
    '-A WEAVE-NPC -d 224.0.0.0/4 -j ACCEPT',
    '-A WEAVE-NPC -m physdev --physdev-out vethwe-bridge --physdev-is-bridged -j ACCEPT',
    `-A WEAVE-NPC ${NEW} -j WEAVE-NPC-DEFAULT`,
    `-A WEAVE-NPC ${NEW} -j WEAVE-NPC-INGRESS`,
    '-A WEAVE-NPC-EGRESS-ACCEPT -j MARK --set-xmark 0x40000/0x40000',
    '-A WEAVE-NPC-EGRESS -m state --state RELATED,ESTABLISHED -j ACCEPT',
    '-A WEAVE-NPC-EGRESS -m physdev --physdev-in vethwe-bridge --physdev-is-bridged -j RETURN',
    '-A WEAVE-NPC-EGRESS -m addrtype --dst-type LOCAL -j RETURN',
    '-A WEAVE-NPC-EGRESS -d 224.0.0.0/4 -j RETURN',
    `-A WEAVE-NPC-EGRESS ${NEW} -j WEAVE-NPC-EGRESS-DEFAULT`,
    `-A WEAVE-NPC-EGRESS ${NEW} -m mark ! --mark 0x40000/0x40000 -j WEAVE-NPC-EGRESS-CUSTOM`,
    'COMMIT',
    '',
  ].join('\n');
}

/** The sets of a namespace: Pods that no policy selects, by direction. */
export function defaultAllowSets(namespace: string): { readonly ingress: string; readonly egress: string } {
  return {
    ingress: ipsetName(`ingress-default-allow:${namespace}`),
    egress: ipsetName(`egress-default-allow:${namespace}`),
  };
}

/** The rules that let the Pods of these sets through. */
export function namespaceRules(namespace: string): readonly string[] {
  const { ingress, egress } = defaultAllowSets(namespace);
  const comment = (direction: string): string =>
    `-m comment --comment "DefaultAllow ${direction} isolation for namespace: ${namespace}"`;
  const leaving = `-A WEAVE-NPC-EGRESS-DEFAULT -m set --match-set ${egress} src ${comment('egress')}`;
  return [
    `-A WEAVE-NPC-DEFAULT -m set --match-set ${ingress} dst ${comment('ingress')} -j ACCEPT`,
    `${leaving} -j WEAVE-NPC-EGRESS-ACCEPT`,
    `${leaving} -j RETURN`,
  ];
}

/** In the Pod: multicast from the range alone. */
export function podRules(range: Cidr, ifName: string): string {
  return [
    '*filter',
    `-A INPUT -s ${range} -d 224.0.0.0/4 -i ${ifName} -j ACCEPT`,
    `-A INPUT -d 224.0.0.0/4 -i ${ifName} -j DROP`,
    'COMMIT',
    '',
  ].join('\n');
}
