/**
 * The API server as a machine that can be lost: which machines it answers, and what kubectl prints where it does not.
 *
 * It runs with the controllers and the scheduler on the control-plane machines, its store on their disks. Who is on such a machine reaches it
 * there; everybody else needs a way between two cards that are up. When the last control-plane machine goes, controllers and scheduler go
 * with it. When the first is back its API server answers some seconds later, and controllers and scheduler act once the lease of their dead
 * leaders has run out (client-go tools/leaderelection, 15 s, asked for every 2 s).
 *
 * Simplification: of several control-plane machines one that runs is enough, where etcd needs more than half of them, and clients get to it
 * by the address of any; controllers go on without an election while one runs. Whether a machine reaches the API server is read off cards and
 * their addresses: rules, routes, losses and neighbours in between that would stop its packets do not.
 */
import { cidrAddress, cidrContains } from '../lib/cidr.ts';
import { ip, type IpAddr } from '../lib/ip.ts';
import type { DialError } from '../api/status.ts';
import { ApiConnection } from '../controlplane/connection.ts';
import type { ControlPlane } from '../controlplane/controllers.ts';
import type { ApiStore, ObjectReader } from '../controlplane/store.ts';
import type { Kernel } from '../net/kernel.ts';
import { NS_PER_S, type Sim, type Timer } from '../sim/sim.ts';
import type { Machines } from './machines.ts';
import type { ClusterSpec, NodeSpec } from './scenario.ts';
import { subnetOf, type Subnet } from './subnets.ts';

const PORT = 6443;
/** From power on to the API server's first answer: etcd and kube-apiserver are containers that the kubelet starts. */
const START_NS = 5 * NS_PER_S;
/** The first try of an election, each 2 s, at which a lease of 15 s that nobody renews has run out. */
const ELECTION_NS = 16 * NS_PER_S;

export interface ApiServerOptions {
  readonly spec: ClusterSpec;
  readonly sim: Sim;
  readonly machines: Machines;
  readonly store: ApiStore;
  readonly controlPlane: ControlPlane;
}

/** Somebody who dials: a kernel with the address it has on the underlay. */
interface Host {
  readonly kernel: Kernel;
  readonly ip: IpAddr;
}

export class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #servers: readonly NodeSpec[];
  readonly #connections = new Map<string, ApiConnection>();
  /** Control-plane machines whose API server does not answer, by when it will; null for those without power. */
  readonly #down = new Map<string, Timer | null>();
  #election: Timer | null = null;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#servers = options.spec.nodes.filter(({ controlPlane }) => controlPlane);
  }

  /** The connection of a node's agents. */
  connection(node: NodeSpec): ApiConnection {
    const known = this.#connections.get(node.name);
    if (known !== undefined) return known;
    const made = new ApiConnection(this.#options.sim, this.#dialFrom(node));
    this.#connections.set(node.name, made);
    return made;
  }

  /** A machine has lost its power: all that ran there is gone. */
  powerOff({ name, controlPlane }: NodeSpec): void {
    this.#connections.get(name)?.close();
    this.#connections.delete(name);
    if (!controlPlane) return;
    this.#down.get(name)?.cancel();
    this.#down.set(name, null);
    if (this.#runs()) return;
    this.#election?.cancel();
    this.#election = null;
    this.#options.controlPlane.stop();
  }

  /** A machine boots. */
  powerOn({ name, controlPlane }: NodeSpec): void {
    if (!controlPlane) return;
    const { sim } = this.#options;
    const timer = sim.after(START_NS, `kube-apiserver start ${name}`, () => {
      this.#down.delete(name);
      this.#elect();
      this.review();
    });
    this.#down.set(name, timer);
  }

  /** Looks who reaches the API server now; to be called after whatever may have changed it. */
  review(): void {
    let copied: ObjectReader | null = null;
    const copy = (): ObjectReader => (copied ??= this.#options.store.copy());
    for (const node of this.#options.spec.nodes) {
      const connection = this.#connections.get(node.name);
      if (connection === undefined) continue;
      const error = this.#dialFrom(node);
      if (error === null) connection.find();
      else connection.lose(error, copy);
    }
  }

  /** What a node's agents are told when they dial; null while they are answered. */
  problemOf(node: NodeSpec): string | null {
    const error = this.connection(node).error;
    if (error === null) return null;
    return this.#servers.length === 0 ? `connect: ${error}` : `dial tcp ${this.address}: connect: ${error}`;
  }

  /** Why kubectl gets no answer, beside the cluster on the outside host; null while it does. */
  refusal(): DialError | null {
    const { machines, spec } = this.#options;
    // Without a control-plane machine the API server is nowhere that a link could be cut.
    if (this.#servers.length === 0) return null;
    if (machines.external === null || spec.external === null) return this.#dial(null);
    return this.#dial({ kernel: machines.external, ip: ip(spec.external.ip) });
  }

  /** Where kubectl's configuration says that the API server is. */
  get address(): string {
    return `${this.#servers[0]?.ip ?? ''}:${PORT}`;
  }

  #runs(): boolean {
    return this.#servers.length === 0 || this.#servers.some(({ name }) => !this.#down.has(name));
  }

  #elect(): void {
    const { controlPlane, sim } = this.#options;
    if (controlPlane.running || this.#election !== null) return;
    this.#election = sim.after(ELECTION_NS, 'leader election', () => {
      this.#election = null;
      controlPlane.start();
    });
  }

  #dialFrom(node: NodeSpec): DialError | null {
    const down = this.#down.get(node.name);
    if (node.controlPlane && down === undefined) return null;
    const kernel = this.#options.machines.nodes.get(node.name);
    return this.#dial(kernel === undefined ? null : { kernel, ip: ip(node.ip) });
  }

  /** How a connection to the API server fares; from nobody's machine in particular where `from` is null. */
  #dial(from: Host | null): DialError | null {
    if (from !== null && !hasAddress(from)) return 'network is unreachable';
    const tried = this.#servers.map((server) => this.#dialTo(server, from));
    return tried.length === 0 || tried.includes(null)
      ? null
      : (tried.find((error) => error === 'connection refused') ?? 'no route to host');
  }

  #dialTo(server: NodeSpec, from: Host | null): DialError | null {
    const down = this.#down.get(server.name);
    const kernel = this.#options.machines.nodes.get(server.name);
    const host = kernel === undefined ? null : { kernel, ip: ip(server.ip) };
    if (down === null || host === null || !hasAddress(host) || !this.#connects(from, host)) return 'no route to host';
    return down === undefined ? null : 'connection refused';
  }

  /** The same segment, or a router with a card up in both. */
  #connects(from: Host | null, to: Host): boolean {
    const { machines, spec } = this.#options;
    const there = subnetOf(spec, to.ip);
    const here = from === null ? there : subnetOf(spec, from.ip);
    if (here.cidr === there.cidr) return true;
    return [here, there].every((subnet) => machines.router !== null && hasCardIn(machines.router, subnet));
  }
}

/** Whether a device that is up has the host's address. */
function hasAddress({ kernel, ip: address }: Host): boolean {
  return kernel.root.links().some((dev) => dev.up && dev.addresses.some((each) => cidrAddress(each.address) === address));
}

function hasCardIn(router: Kernel, { cidr }: Subnet): boolean {
  return router.root
    .links()
    .some((dev) => dev.up && dev.addresses.some((each) => cidrContains(cidr, cidrAddress(each.address))));
}
