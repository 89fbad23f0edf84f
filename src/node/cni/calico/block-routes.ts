/**
 * Routes to other nodes' blocks, and the blackhole of the own ones (confd's bird.cfg.template and BIRD's kernel protocol; for VXLAN
 * Felix's vxlan_mgr.go and l3_route_resolver.go, route_mgr.go noEncapRoute). Seen with `ip route`.
 *
 * A block's pool says how: by the node's address, through tunl0, or through vxlan.calico; CrossSubnet takes the tunnel only for nodes of
 * other subnets. An address borrowed from another node's block has a route of its own.
 */
import type { IPAMBlock } from '../../../api/types/ippool.ts';
import type { Node } from '../../../api/types/node.ts';
import { cidr, cidrAddress, cidrContains, cidrOf, networkAddress, parseCidr, type Cidr } from '../../../lib/cidr.ts';
import { ipAdd, parseIp, type IpAddr } from '../../../lib/ip.ts';
import type { Mac } from '../../../lib/mac.ts';
import type { RouteSpec } from '../../../net/route/fib.ts';
import { TUNL0 } from '../../../net/dev/ipip.ts';
import { VXLAN_DEVICE } from './felix.ts';
import { vtepMac } from './names.ts';
import { poolFor, type EncapMode, type Pool } from './pool.ts';

export const ANNOTATION_ADDRESS = 'projectcalico.org/IPv4Address';
export const ANNOTATION_IPIP_ADDR = 'projectcalico.org/IPv4IPIPTunnelAddr';
export const ANNOTATION_VXLAN_ADDR = 'projectcalico.org/IPv4VXLANTunnelAddr';

/** A node as the others know it. */
export interface CalicoNodeInfo {
  readonly name: string;
  /** With the prefix length of its subnet. */
  readonly address: Cidr;
  readonly vxlanAddr: IpAddr | null;
  readonly vtepMac: Mac;
}

/** Null until calico-node on it has announced itself. */
export function nodeInfoOf({ metadata }: Node): CalicoNodeInfo | null {
  const address = parseCidr(metadata.annotations?.[ANNOTATION_ADDRESS] ?? '');
  if (address === null) return null;
  const vxlanAddr = parseIp(metadata.annotations?.[ANNOTATION_VXLAN_ADDR] ?? '');
  return { name: metadata.name, address, vxlanAddr, vtepMac: vtepMac(metadata.name) };
}

/** A VXLAN peer's entries: neighbour and forwarding database. */
export interface VtepEntry {
  readonly addr: IpAddr;
  readonly mac: Mac;
  readonly remote: IpAddr;
}

export interface BlockRoutes {
  readonly routes: readonly RouteSpec[];
  readonly vteps: readonly VtepEntry[];
}

export interface BlockRouteInput {
  readonly own: CalicoNodeInfo;
  readonly nodes: readonly CalicoNodeInfo[];
  readonly pools: readonly Pool[];
  readonly blocks: readonly IPAMBlock[];
  /** Where the default route leads, for nodes beyond it; null where there is none. */
  readonly gateway: IpAddr | null;
}

export function blockRoutes(input: BlockRouteInput): BlockRoutes {
  const { own, nodes, pools, blocks } = input;
  const others = new Map(nodes.filter(({ name }) => name !== own.name).map((node) => [node.name, node]));
  const routes: RouteSpec[] = [];
  for (const { spec } of blocks) {
    const range = cidr(spec.cidr);
    const pool = poolFor(pools, networkAddress(range));
    if (pool === null) continue;
    const owner = spec.affinity?.replace('host:', '') ?? '';
    if (owner === own.name) routes.push(blackhole(range, pool));
    const other = others.get(owner);
    if (other !== undefined) routes.push(...routeTo(range, other, pool, input));
    for (const { addr, node } of addressesOf(spec)) {
      const borrower = node === owner ? undefined : others.get(node);
      if (borrower !== undefined) routes.push(...routeTo(cidrOf(addr, 32), borrower, pool, input));
    }
  }
  return { routes, vteps: pools.some(({ vxlanMode }) => vxlanMode !== 'Never') ? [...others.values()].flatMap(vtepOf) : [] };
}

/** Felix writes it where VXLAN does without BIRD. */
function blackhole(dst: Cidr, { vxlanMode }: Pool): RouteSpec {
  return { type: 'blackhole', dst, proto: vxlanMode === 'Never' ? 'bird' : '80' };
}

function routeTo(dst: Cidr, node: CalicoNodeInfo, pool: Pool, { own, gateway }: BlockRouteInput): readonly RouteSpec[] {
  const via = cidrAddress(node.address);
  const near = cidrContains(own.address, via);
  if (tunnelled(pool.vxlanMode, near)) {
    return node.vxlanAddr === null ? [] : [{ dst, via: node.vxlanAddr, dev: VXLAN_DEVICE, onlink: true }];
  }
  if (tunnelled(pool.ipipMode, near)) return [{ dst, via, dev: TUNL0, proto: 'bird', onlink: true }];
  if (pool.vxlanMode !== 'Never') return [{ dst, via, dev: 'eth0', proto: '80', onlink: true }];
  // BIRD resolves a next hop that is not on the link by its own routes: the way goes by the router, which must know the Pods.
  const nexthop = near ? via : gateway;
  return nexthop === null ? [] : [{ dst, via: nexthop, dev: 'eth0', proto: 'bird' }];
}

function tunnelled(mode: EncapMode, near: boolean): boolean {
  return mode === 'Always' || (mode === 'CrossSubnet' && !near);
}

function vtepOf({ address, vxlanAddr, vtepMac: mac }: CalicoNodeInfo): readonly VtepEntry[] {
  return vxlanAddr === null ? [] : [{ addr: vxlanAddr, mac, remote: cidrAddress(address) }];
}

/** The addresses of a block that are taken, each with the node that has it. */
function addressesOf({ cidr: text, allocations, attributes }: IPAMBlock['spec']): readonly { addr: IpAddr; node: string }[] {
  const base = networkAddress(cidr(text));
  return allocations.flatMap((index, ordinal) => {
    const node = index === null ? undefined : attributes[index]?.secondary?.['node'];
    return node === undefined ? [] : [{ addr: ipAdd(base, ordinal), node }];
  });
}
