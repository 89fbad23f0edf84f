/**
 * Names Calico makes by hashing: a Pod's device, a node's tunnel address, the block a node looks at first
 * (libcalico-go conversion/workload_endpoint_default.go, felix calc/vxlan_resolver.go, libcalico-go ipam/ipam_block_reader_writer.go).
 */
import { networkAddress, cidrLength, cidrOf, type Cidr } from '../../../lib/cidr.ts';
import { fnv32, hexSha1 } from '../../../lib/hash.ts';
import { ipAdd } from '../../../lib/ip.ts';
import { mac, type Mac } from '../../../lib/mac.ts';
import { goBigIntRand } from './go-rand.ts';

/** The node's end of a Pod's pair: `cali` and eleven digits, `caliba972496738`. */
export function workloadDevice(namespace: string, pod: string): string {
  return `cali${hexSha1(`${namespace}.${pod}`).slice(0, 11)}`;
}

/** vxlan.calico's link address: `66:` and five bytes of the node's name. */
export function vtepMac(node: string): Mac {
  const digits = hexSha1(node).slice(0, 10);
  return mac(['66', ...(digits.match(/../g) ?? [])].join(':'));
}

/** The blocks of a pool in the order the node tries them: from its own place on, round the pool. */
export function* blocksFor(pool: { readonly cidr: Cidr; readonly blockSize: number }, node: string): Generator<Cidr> {
  const count = 2 ** (pool.blockSize - cidrLength(pool.cidr));
  const first = goBigIntRand(fnv32(node), count);
  const base = networkAddress(pool.cidr);
  for (let i = 0; i < count; i++) yield cidrOf(ipAdd(base, ((first + i) % count) * 2 ** (32 - pool.blockSize)), pool.blockSize);
}
