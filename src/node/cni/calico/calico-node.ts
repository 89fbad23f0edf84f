/**
 * The calico-node container of one node (node/cmd/calico-node, pkg/lifecycle/startup, pkg/allocateip): makes the default pool where there
 * is none, announces the node, takes a tunnel address, and runs Felix and BIRD.
 *
 * Simplification: it runs as long as its node does, whatever becomes of the calico-node Pod that stands for it.
 * Simplification: BGP sessions are not simulated: BIRD knows a block as soon as the datastore has it.
 */
import type { ApiClient } from '../../../api/watch.ts';
import { cidrAddress, cidrLength, cidrOf, networkCidr, type Cidr } from '../../../lib/cidr.ts';
import type { IpAddr } from '../../../lib/ip.ts';
import type { Provenance } from '../../../lib/provenance.ts';
import type { Kernel } from '../../../net/kernel.ts';
import type { Route, RouteSpec } from '../../../net/route/fib.ts';
import { NS_PER_MS, NS_PER_S, type Timer } from '../../../sim/sim.ts';
import { PeriodicWork } from '../periodic.ts';
import {
  ANNOTATION_ADDRESS,
  ANNOTATION_IPIP_ADDR,
  ANNOTATION_VXLAN_ADDR,
  blockRoutes,
  nodeInfoOf,
  type CalicoNodeInfo,
  type VtepEntry,
} from './block-routes.ts';
import { Felix, VXLAN_DEVICE } from './felix.ts';
import { CalicoIpam } from './ipam.ts';
import { poolsOf, usablePools, type EncapMode, type Pool } from './pool.ts';

/** From the process' start to its first netlink call. */
const START_NS = 200 * NS_PER_MS;
/** Felix looks after what it wrote (post-write check), then every iptablesRefreshInterval. */
const POST_WRITE_CHECK_NS = NS_PER_S;
const REFRESH_NS = 90 * NS_PER_S;

/** CALICO_IPV4POOL_IPIP and CALICO_IPV4POOL_VXLAN of the manifest. */
export interface DefaultPoolModes {
  readonly ipipMode: EncapMode;
  readonly vxlanMode: EncapMode;
}

export interface CalicoNodeOptions {
  readonly nodeName: string;
  readonly nodeIP: IpAddr;
  /** CALICO_IPV4POOL_CIDR. */
  readonly clusterCIDR: Cidr;
  readonly modes: DefaultPoolModes;
  readonly kernel: Kernel;
  readonly api: ApiClient;
  /** False: Felix writes no chains but those that masquerade. */
  readonly policy: boolean;
}

export class CalicoNode {
  readonly felix: Felix;
  readonly ipam: CalicoIpam;
  readonly #options: CalicoNodeOptions;
  readonly #periodic: PeriodicWork;
  #timers: readonly Timer[] = [];
  #unwatch: readonly (() => void)[] = [];
  #running = false;
  #vteps: readonly VtepEntry[] = [];

  constructor(options: CalicoNodeOptions) {
    this.#options = options;
    this.#periodic = new PeriodicWork(options.kernel.sim);
    this.ipam = new CalicoIpam(options.api, options.nodeName);
    this.felix = new Felix(options);
  }

  /** True once /var/lib/calico/nodename is written. */
  get running(): boolean {
    return this.#running;
  }

  start(): void {
    const { sim } = this.#options.kernel;
    this.#timers = [
      sim.after(START_NS, `calico-node start ${this.#options.nodeName}`, () => {
        this.#startup();
      }),
      sim.after(START_NS + POST_WRITE_CHECK_NS, `felix check ${this.#options.nodeName}`, () => {
        this.felix.sync();
      }),
    ];
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    for (const unwatch of this.#unwatch) unwatch();
    this.#unwatch = [];
    this.#running = false;
    this.#periodic.stop();
  }

  #startup(): void {
    const { api } = this.#options;
    this.#ensureDefaultPool();
    this.#running = true;
    this.#announce({ [ANNOTATION_ADDRESS]: this.#ownAddress() });
    const resync = (): void => {
      if (this.#running) this.#resync();
    };
    this.#resync();
    this.#unwatch = [api.watch('IPPool', resync), api.watch('IPAMBlock', resync), api.watch('Node', resync)];
    this.#periodic.every(REFRESH_NS, 'felix refresh', () => {
      this.#resync();
    });
  }

  /** configureIPPools: only where nobody made a pool before. */
  #ensureDefaultPool(): void {
    const { api, clusterCIDR, modes } = this.#options;
    if (api.list('IPPool').length > 0) return;
    api.create('IPPool', {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'IPPool',
      metadata: { name: 'default-ipv4-ippool' },
      spec: {
        allowedUses: ['Workload', 'Tunnel'],
        blockSize: 26,
        cidr: networkCidr(clusterCIDR),
        ...modes,
        natOutgoing: true,
        nodeSelector: 'all()',
      },
    });
  }

  #announce(annotations: Readonly<Record<string, string | null>>): void {
    const { api, nodeName } = this.#options;
    const standing = api.get('Node', null, nodeName)?.metadata.annotations ?? {};
    const news = Object.entries(annotations).filter(([key, value]) => (standing[key] ?? null) !== value);
    if (news.length > 0) api.patch('Node', null, nodeName, { metadata: { annotations: Object.fromEntries(news) } });
  }

  /** The node's address with its card's prefix length. */
  #ownAddress(): Cidr {
    const { kernel, nodeIP } = this.#options;
    const own = kernel.root.link('eth0')?.addresses.find(({ address }) => cidrAddress(address) === nodeIP);
    return cidrOf(nodeIP, own === undefined ? 32 : cidrLength(own.address));
  }

  #resync(): void {
    const pools = poolsOf(this.#options.api);
    const ipip = pools.some(({ ipipMode }) => ipipMode !== 'Never');
    const vxlan = pools.some(({ vxlanMode }) => vxlanMode !== 'Never');
    const ipipAddr = this.#tunnelAddress(
      'ipip',
      pools.filter(({ ipipMode }) => ipipMode !== 'Never'),
    );
    const vxlanAddr = this.#tunnelAddress(
      'vxlan',
      pools.filter(({ vxlanMode }) => vxlanMode !== 'Never'),
    );
    this.#announce({ [ANNOTATION_IPIP_ADDR]: ipipAddr, [ANNOTATION_VXLAN_ADDR]: vxlanAddr });
    const nodes = this.#options.api.list('Node').flatMap((node) => nodeInfoOf(node) ?? []);
    this.felix.update({
      ipip,
      vxlan,
      ipipAddr,
      vxlanAddr,
      pools: pools.map(({ cidr }) => cidr),
      masqueradePools: pools.filter(({ natOutgoing }) => natOutgoing).map(({ cidr }) => cidr),
      hosts: nodes.map(({ address }) => cidrAddress(address)),
    });
    this.#syncRoutes(pools, nodes);
  }

  /** allocateip: one address of a pool whose tunnel is in use, kept as long as there is one; given back after. */
  #tunnelAddress(kind: 'ipip' | 'vxlan', pools: readonly Pool[]): IpAddr | null {
    const { api, nodeName } = this.#options;
    const handle = `${kind}-tunnel-addr-${nodeName}`;
    const labels = api.get('Node', null, nodeName)?.metadata.labels ?? {};
    const usable = usablePools(pools, labels, 'Tunnel');
    const held = this.ipam.addressOf(handle);
    if (usable.length === 0) {
      if (held !== null) this.ipam.releaseByHandle(handle);
      return null;
    }
    if (held !== null) return held;
    const attributes = { type: `${kind}TunnelAddress` };
    const assigned = this.ipam.autoAssign({ handle, attributes, use: 'Tunnel', pools: usable.map(({ cidr }) => cidr) });
    return assigned.ok ? assigned.value : null;
  }

  #syncRoutes(pools: readonly Pool[], nodes: readonly CalicoNodeInfo[]): void {
    const { api, kernel, nodeName } = this.#options;
    const own = nodes.find(({ name }) => name === nodeName);
    if (own === undefined) return;
    const gateway = kernel.root.fib.routes().find((route) => route.dst === '0.0.0.0/0')?.via ?? null;
    const { routes, vteps } = blockRoutes({ own, nodes, pools, blocks: api.list('IPAMBlock'), gateway });
    this.#syncVteps(vteps);
    const standing = kernel.root.fib.routes().filter(isOurs);
    for (const route of standing) if (!routes.some((spec) => isSame(route, spec))) this.#delete(route);
    for (const spec of routes) {
      const { dev = null } = spec;
      if (standing.some((route) => isSame(route, spec)) || (dev !== null && kernel.root.link(dev)?.up !== true)) continue;
      kernel.root.addRoute(spec, this.#by(spec));
    }
  }

  #by({ dst, proto }: RouteSpec): Provenance {
    return { actor: proto === 'bird' ? 'bird' : 'felix', action: 'route', object: `IPAMBlock ${dst}` };
  }

  #delete({ dst, type, via, dev }: Route): void {
    this.#options.kernel.root.deleteRoute({ dst, type, via, dev });
  }

  /** Permanent neighbour and forwarding entries of each other node's tunnel end. */
  #syncVteps(vteps: readonly VtepEntry[]): void {
    const { root } = this.#options.kernel;
    if (root.link(VXLAN_DEVICE) === undefined) return;
    const key = ({ addr, mac, remote }: VtepEntry): string => `${addr} ${mac} ${remote}`;
    const standing = new Set(this.#vteps.map(key));
    const wanted = new Set(vteps.map(key));
    for (const vtep of this.#vteps.filter((entry) => !wanted.has(key(entry)))) {
      root.deleteNeigh(VXLAN_DEVICE, vtep.addr);
      root.deleteFdb(VXLAN_DEVICE, vtep.mac);
    }
    const by: Provenance = { actor: 'felix', action: 'vxlan_mgr', object: null };
    for (const vtep of vteps.filter((entry) => !standing.has(key(entry)))) {
      root.addNeigh({ dev: VXLAN_DEVICE, addr: vtep.addr, lladdr: vtep.mac, state: 'PERMANENT' }, by);
      root.addFdb({ dev: VXLAN_DEVICE, mac: vtep.mac, dst: vtep.remote }, by);
    }
    this.#vteps = vteps;
  }
}

/** Routes BIRD or Felix wrote for blocks. */
function isOurs({ madeBy, table }: Route): boolean {
  return table === 'main' && (madeBy.actor === 'bird' || (madeBy.actor === 'felix' && madeBy.action === 'route'));
}

function isSame(route: Route, spec: RouteSpec): boolean {
  return (
    route.dst === spec.dst &&
    route.type === (spec.type ?? 'unicast') &&
    route.via === (spec.via ?? null) &&
    route.dev === (spec.dev ?? null)
  );
}
