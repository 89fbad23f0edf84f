/**
 * IP pools as Calico reads them: what is left out has its default (libcalico-go lib/clientv3/ippool.go convertIpPoolFromStorage).
 */
import type { IPPool } from '../../../api/types/ippool.ts';
import type { Labels } from '../../../api/types/meta.ts';
import type { ApiClient } from '../../../api/watch.ts';
import { cidrContains, cidrLength, networkCidr, parseCidr, type Cidr } from '../../../lib/cidr.ts';
import type { IpAddr } from '../../../lib/ip.ts';
import { selects } from './selector.ts';

export type EncapMode = 'Always' | 'CrossSubnet' | 'Never';
export type AllowedUse = 'Workload' | 'Tunnel';

export interface Pool {
  readonly name: string;
  readonly cidr: Cidr;
  readonly blockSize: number;
  readonly ipipMode: EncapMode;
  readonly vxlanMode: EncapMode;
  readonly natOutgoing: boolean;
  readonly nodeSelector: string;
  readonly allowedUses: readonly string[];
  readonly disabled: boolean;
}

const DEFAULT_BLOCK_SIZE = 26;

/** All pools by name; those whose range cannot be read are left out. */
export function poolsOf(api: ApiClient): readonly Pool[] {
  return api.list('IPPool').flatMap((object) => poolOf(object) ?? []);
}

function poolOf({ metadata, spec }: IPPool): Pool | null {
  const cidr = parseCidr(spec.cidr);
  const blockSize = spec.blockSize ?? DEFAULT_BLOCK_SIZE;
  // calicoctl would refuse it: a block must fit the pool, and IPv4 blocks are /20 to /32.
  if (cidr === null || blockSize < Math.max(20, cidrLength(cidr)) || blockSize > 32) return null;
  return {
    name: metadata.name,
    cidr: networkCidr(cidr),
    blockSize,
    ipipMode: modeOf(spec.ipipMode),
    vxlanMode: modeOf(spec.vxlanMode),
    natOutgoing: spec.natOutgoing ?? false,
    nodeSelector: spec.nodeSelector ?? 'all()',
    allowedUses: spec.allowedUses === undefined || spec.allowedUses.length === 0 ? ['Workload', 'Tunnel'] : spec.allowedUses,
    disabled: spec.disabled ?? false,
  };
}

function modeOf(text: string | undefined): EncapMode {
  return text === 'Always' || text === 'CrossSubnet' ? text : 'Never';
}

/** The pool an address or block lies in; null for strangers. */
export function poolFor(pools: readonly Pool[], addr: IpAddr): Pool | null {
  return pools.find(({ cidr }) => cidrContains(cidr, addr)) ?? null;
}

/** Pools that a node of these labels is chosen by. */
export function poolsForNode(pools: readonly Pool[], labels: Labels): readonly Pool[] {
  return pools.filter(({ disabled, nodeSelector }) => !disabled && selects(nodeSelector, labels));
}

/** Pools a node of these labels may take addresses of, for that use. */
export function usablePools(pools: readonly Pool[], labels: Labels, use: AllowedUse): readonly Pool[] {
  return poolsForNode(pools, labels).filter(({ allowedUses }) => allowedUses.includes(use));
}
