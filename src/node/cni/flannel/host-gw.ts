/**
 * flannel's host-gw backend (flannel pkg/backend/hostgw/hostgw.go, route_network.go): no device, no envelope; the route to each other
 * node's Pods goes by that node's own address, so all nodes must be on one link: for a node of another subnet the kernel refuses it, which
 * the daemon writes into its log and tries again. Seen with `ip route`.
 */
import type { Provenance } from '../../../lib/provenance.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { Netns } from '../../../net/netns.ts';
import { INVALID_GATEWAY, NEXTHOP_DOWN } from '../../../net/route/nexthop.ts';
import type { FlannelBackend, OwnSubnet, Registered } from './backend.ts';
import type { Lease } from './lease.ts';

export class HostGwBackend implements FlannelBackend {
  readonly type = 'host-gw';
  readonly #root: Netns;
  readonly #dev: string;

  constructor(root: Netns, dev: string) {
    this.#root = root;
    this.#dev = dev;
  }

  register(_own: OwnSubnet): Result<Registered, string> {
    const device = this.#root.link(this.#dev);
    return device === undefined ? err(`failed to find interface ${this.#dev}`) : ok({ vtepMAC: null, mtu: device.mtu });
  }

  addLease(lease: Lease): Result<void, string> {
    if (lease.backendType !== 'host-gw') return ok(undefined);
    const isThere = this.#root.fib.routes().some(({ dst, via }) => dst === lease.subnet && via === lease.publicIP);
    if (isThere) return ok(undefined);
    const by: Provenance = { actor: 'flanneld', action: 'addNetwork', object: `Node ${lease.node}` };
    const added = this.#root.addRoute({ dst: lease.subnet, via: lease.publicIP, dev: this.#dev }, by);
    return added.ok ? added : err(`Error adding route to ${this.#routeText(lease)}: ${errnoText(added.error)}`);
  }

  /** A route as the netlink library prints it. */
  #routeText({ subnet, publicIP }: Lease): string {
    const index = this.#root.link(this.#dev)?.ifindex ?? 0;
    return `{Ifindex: ${index} Dst: ${subnet} Src: <nil> Gw: ${publicIP} Flags: [] Table: 0 Realm: 0}`;
  }

  removeLease(lease: Lease): void {
    if (lease.backendType === 'host-gw') this.#root.deleteRoute({ dst: lease.subnet, via: lease.publicIP, dev: this.#dev });
  }
}

/** A program sees the error's number where `ip` prints the kernel's words for it. */
function errnoText(said: string): string {
  if (said === INVALID_GATEWAY) return 'network is unreachable';
  return said === NEXTHOP_DOWN ? 'network is down' : said;
}
