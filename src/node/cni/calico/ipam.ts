/**
 * Calico IPAM (libcalico-go lib/ipam ipam.go autoAssign, AssignIP, ReleaseByHandle; ipam_block.go): nodes take blocks of the pools and
 * give out their addresses, the lowest first, freed ones last. A node begins to look for a block at a place its name gives, so blocks
 * look scattered. When no block is left, single addresses of other nodes' blocks are borrowed.
 *
 * What is taken stands in IPAMBlock objects, `kubectl get ipamblocks`, and whose a block is in BlockAffinity objects. The IPAMConfig named
 * default may forbid to borrow (strictAffinity), to take blocks (autoAllocateBlocks), or to take more than so many (maxBlocksPerHost).
 * Simplification: a write is never raced by another; IPAMHandle objects, IPReservation and the cooldown of freed addresses do not exist;
 * an empty block is kept by its node (kube-controllers would free it in time).
 */
import type { AllocationAttribute, IPAMBlock, IPAMBlockSpec, IPAMConfig } from '../../../api/types/ippool.ts';
import type { ApiClient, ObjectInput } from '../../../api/watch.ts';
import { assert } from '../../../lib/assert.ts';
import {
  cidr,
  cidrContains,
  cidrLength,
  cidrOf,
  cidrOverlaps,
  networkAddress,
  networkCidr,
  type Cidr,
} from '../../../lib/cidr.ts';
import { ipAdd, ipToU32, type IpAddr } from '../../../lib/ip.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import { blocksFor } from './names.ts';
import { poolFor, poolsForNode, poolsOf, type AllowedUse, type Pool } from './pool.ts';

/** GetIPAMConfig where there is none. */
const DEFAULT_CONFIG: IPAMConfig['spec'] = { strictAffinity: false, autoAllocateBlocks: true };
/** Blocks of a node where maxBlocksPerHost is 0. */
const MAX_BLOCKS = 20;

/** What the plugin makes of an assignment that fell short (PartialFulfillmentError). */
function noneAssigned(why: string): Result<never, string> {
  return err(`failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; ${why}`);
}

/** Who asks, and what is kept beside the address. */
export interface Claim {
  readonly handle: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface AutoAssign extends Claim {
  readonly use: AllowedUse;
  /** Ranges of the pools wanted; empty for any. */
  readonly pools: readonly Cidr[];
}

export class CalicoIpam {
  readonly #api: ApiClient;
  readonly #node: string;

  constructor(api: ApiClient, node: string) {
    this.#api = api;
    this.#node = node;
  }

  /** The next free address for this node. */
  autoAssign(wish: AutoAssign): Result<IpAddr, string> {
    const pools = this.#poolsFor(wish);
    if (!pools.ok) return pools;
    const own = this.#blocks().filter(
      ({ spec }) => spec.affinity === this.#affinity && pools.value.some((pool) => holds(pool, spec.cidr)),
    );
    const known = own.find(({ spec }) => spec.unallocated.length > 0);
    if (known !== undefined) return ok(this.#take(known, wish));
    const { autoAllocateBlocks, maxBlocksPerHost = 0, strictAffinity } = this.#config;
    if (own.length >= (maxBlocksPerHost === 0 ? MAX_BLOCKS : maxBlocksPerHost))
      return err('cannot allocate new block due to per host block limit');
    if (!autoAllocateBlocks) return err('failed to find or claim a block');
    const claimed = this.#claimBlock(pools.value);
    if (claimed !== null) return ok(this.#take(claimed, wish));
    return strictAffinity
      ? noneAssigned('No more free affine blocks and strict affinity enabled')
      : this.#borrow(pools.value, wish);
  }

  /** That very address, claiming its block when nobody has it. */
  assignIp(addr: IpAddr, claim: Claim): Result<IpAddr, string> {
    const pool = poolFor(this.#enabledPools(), addr);
    if (pool === null) return err('The provided IP address is not in a configured pool\n');
    const range = networkCidr(cidrOf(addr, pool.blockSize));
    const block = this.#block(range) ?? this.#createBlock(range);
    if (this.#config.strictAffinity && block.spec.affinity !== this.#affinity) return err('Block host affinity does not match');
    const ordinal = ipToU32(addr) - ipToU32(networkAddress(range));
    if (block.spec.allocations[ordinal] !== null)
      return err(`resource already exists: ${addr} with error: Address already assigned in block`);
    this.#allocate(block, ordinal, claim);
    return ok(addr);
  }

  /** The address that handle has; null when it has none. */
  addressOf(handle: string): IpAddr | null {
    for (const { spec } of this.#blocks()) {
      const index = spec.attributes.findIndex(({ handle_id }) => handle_id === handle);
      const ordinal = index < 0 ? -1 : spec.allocations.indexOf(index);
      if (ordinal >= 0) return ipAdd(networkAddress(cidr(spec.cidr)), ordinal);
    }
    return null;
  }

  releaseByHandle(handle: string): void {
    for (const block of this.#blocks()) {
      const index = block.spec.attributes.findIndex(({ handle_id }) => handle_id === handle);
      if (index >= 0) this.#write(block, released(block.spec, index));
    }
  }

  get #config(): IPAMConfig['spec'] {
    return this.#api.get('IPAMConfig', null, 'default')?.spec ?? DEFAULT_CONFIG;
  }

  get #affinity(): string {
    return `host:${this.#node}`;
  }

  #enabledPools(): readonly Pool[] {
    return poolsOf(this.#api).filter(({ disabled }) => !disabled);
  }

  /** determinePools: those asked for, whatever their selectors say, or those that fit the node. */
  #poolsFor({ pools, use }: AutoAssign): Result<readonly Pool[], string> {
    const enabled = this.#enabledPools();
    const missing = pools.find((range) => !enabled.some((pool) => pool.cidr === range));
    if (missing !== undefined) return err(`the given pool (${missing}) does not exist, or is not enabled`);
    const asked = pools.length > 0 ? enabled.filter((pool) => pools.includes(pool.cidr)) : enabled;
    const labels = this.#api.get('Node', null, this.#node)?.metadata.labels ?? {};
    const selecting = pools.length > 0 ? asked : poolsForNode(asked, labels);
    if (selecting.length === 0) return err(`no configured Calico pools for node ${this.#node}`);
    const fitting = selecting.filter(({ allowedUses }) => allowedUses.includes(use));
    return fitting.length > 0 ? ok(fitting) : err(`cannot find a qualified ippool, no pools match the required use (${use})`);
  }

  #blocks(): readonly IPAMBlock[] {
    return this.#api.list('IPAMBlock');
  }

  #block(range: Cidr): IPAMBlock | null {
    return this.#api.get('IPAMBlock', null, blockName(range));
  }

  /** findUnclaimedBlock: the first block of the pools, from the node's place on, that does not exist. */
  #claimBlock(pools: readonly Pool[]): IPAMBlock | null {
    const taken = this.#blocks().map(({ spec }) => cidr(spec.cidr));
    for (const pool of pools) {
      const inPool = taken.filter((range) => cidrOverlaps(range, pool.cidr));
      for (const range of blocksFor(pool, this.#node))
        if (!inPool.some((other) => cidrOverlaps(other, range))) return this.#createBlock(range);
    }
    return null;
  }

  /** The affinity first, pending, so that of two nodes that want the block one learns that it is the other's (claimAffineBlock). */
  #createBlock(range: Cidr): IPAMBlock {
    const affinity = this.#api.create('BlockAffinity', {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'BlockAffinity',
      metadata: { name: `${this.#node}-${blockName(range)}` },
      spec: { cidr: range, deleted: 'false', node: this.#node, state: 'pending', type: 'host' },
    });
    assert(affinity.ok, affinity.ok ? '' : affinity.error.message);
    const size = 2 ** (32 - cidrLength(range));
    const object: ObjectInput<IPAMBlock> = {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'IPAMBlock',
      metadata: { name: blockName(range) },
      spec: {
        cidr: range,
        affinity: this.#affinity,
        allocations: Array.from({ length: size }, () => null),
        attributes: [],
        strictAffinity: this.#config.strictAffinity,
        unallocated: Array.from({ length: size }, (_, i) => i),
      },
    };
    const made = this.#api.create('IPAMBlock', object);
    assert(made.ok, made.ok ? '' : made.error.message);
    const { value } = affinity;
    const confirmed = this.#api.update('BlockAffinity', { ...value, spec: { ...value.spec, state: 'confirmed' } });
    assert(confirmed.ok, confirmed.ok ? '' : confirmed.error.message);
    return made.value;
  }

  /** The last resort: any block of the pools with an address left, whoever owns it. */
  #borrow(pools: readonly Pool[], wish: Claim): Result<IpAddr, string> {
    for (const pool of pools) {
      for (const range of blocksFor(pool, this.#node)) {
        const block = this.#block(range);
        if (block !== null && block.spec.unallocated.length > 0) return ok(this.#take(block, wish));
      }
    }
    return noneAssigned(`No IPs available in pools: [${pools.map((pool) => pool.cidr).join(' ')}]`);
  }

  #take(block: IPAMBlock, claim: Claim): IpAddr {
    const [ordinal = 0] = block.spec.unallocated;
    this.#allocate(block, ordinal, claim);
    return ipAdd(networkAddress(cidr(block.spec.cidr)), ordinal);
  }

  #allocate(block: IPAMBlock, ordinal: number, { handle, attributes }: Claim): void {
    const { spec } = block;
    const attribute: AllocationAttribute = { handle_id: handle, secondary: { node: this.#node, ...attributes } };
    const known = spec.attributes.findIndex(({ handle_id }) => handle_id === handle);
    const index = known < 0 ? spec.attributes.length : known;
    this.#write(block, {
      ...spec,
      allocations: spec.allocations.with(ordinal, index),
      attributes: known < 0 ? [...spec.attributes, attribute] : spec.attributes,
      unallocated: spec.unallocated.filter((free) => free !== ordinal),
    });
  }

  #write(block: IPAMBlock, spec: IPAMBlockSpec): void {
    const written = this.#api.update('IPAMBlock', { ...block, spec });
    assert(written.ok, written.ok ? '' : written.error.message);
  }
}

/** `10-233-65-0-24`, as the objects are named. */
function blockName(range: Cidr): string {
  return range.replace(/[./]/g, '-');
}

function holds(pool: Pool, block: string): boolean {
  return cidrContains(pool.cidr, networkAddress(cidr(block)));
}

/** Freed ordinals go to the end of the queue; the attribute goes with its last address. */
function released(spec: IPAMBlockSpec, index: number): IPAMBlockSpec {
  const freed = spec.allocations.flatMap((held, ordinal) => (held === index ? [ordinal] : []));
  const shift = (held: number | null): number | null =>
    held === null || held === index ? null : held > index ? held - 1 : held;
  return {
    ...spec,
    allocations: spec.allocations.map(shift),
    attributes: spec.attributes.filter((_, i) => i !== index),
    unallocated: [...spec.unallocated, ...freed],
  };
}
