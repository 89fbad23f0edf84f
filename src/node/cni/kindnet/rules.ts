/**
 * The rules of kindnetd's masquerade agent (kind images/kindnetd/cmd/kindnetd/masq.go): what leaves for addresses that are no Pod's and
 * not this node's goes out with the node's address. The jump is appended, so behind kube-proxy's, which are inserted.
 */
import type { Cidr } from '../../../lib/cidr.ts';

export const MASQ_CHAIN = 'KIND-MASQ-AGENT';

const comment = (text: string): string => `-m comment --comment "kind-masq-agent: ${text}"`;

export const JUMP_POSTROUTING = `-A POSTROUTING -m addrtype ! --dst-type LOCAL ${comment(
  `ensure nat POSTROUTING directs all non-LOCAL destination traffic to our custom ${MASQ_CHAIN} chain`,
)} -j ${MASQ_CHAIN}`;

/** The chain's rules; `podSubnet` is POD_SUBNET, the Pods of all nodes. */
export function masqRules(podSubnet: Cidr): readonly string[] {
  return [
    `-A ${MASQ_CHAIN} -d ${podSubnet} ${comment('local traffic is not subject to MASQUERADE')} -j RETURN`,
    `-A ${MASQ_CHAIN} ${comment('outbound traffic is subject to MASQUERADE (must be last in chain)')} -j MASQUERADE`,
  ];
}

/** The whole text. A jump that is there already is left out: `-A` would add a second one. */
export function masqRestoreText(podSubnet: Cidr, { hasJump }: { readonly hasJump: boolean }): string {
  return ['*nat', `:${MASQ_CHAIN} - [0:0]`, ...(hasJump ? [] : [JUMP_POSTROUTING]), ...masqRules(podSubnet), 'COMMIT', ''].join(
    '\n',
  );
}
