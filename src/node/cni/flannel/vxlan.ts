/**
 * flannel's vxlan backend (flannel pkg/backend/vxlan/device.go, vxlan_network.go handleSubnetEvents): one device flannel.1 that learns
 * nothing, and for every other node exactly three entries: a route to its Pods, the neighbour that route names, and the forwarding
 * entry that says on which node that neighbour lives. Seen with `ip -d link show flannel.1`, `bridge fdb show dev flannel.1`.
 * Simplification: no DirectRouting, no IPv6, no Windows; GBP is off.
 */
import { cidrOf, networkAddress } from '../../../lib/cidr.ts';
import type { IpAddr } from '../../../lib/ip.ts';
import type { Provenance } from '../../../lib/provenance.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { Netns } from '../../../net/netns.ts';
import { replaceRoute } from '../../../net/route/replace.ts';
import type { FlannelBackend, OwnSubnet, Registered } from './backend.ts';
import type { Lease } from './lease.ts';

export const VXLAN_DEVICE = 'flannel.1';
export const VXLAN_ID = 1;
/** The kernel's own default port, which flannel leaves as it is on Linux. */
export const VXLAN_PORT = 8472;
/** Ethernet 14 + IP 20 + UDP 8 + VXLAN 8. */
export const VXLAN_OVERHEAD_BYTES = 50;

function forNode(action: string, node: string): Provenance {
  return { actor: 'flanneld', action, object: `Node ${node}` };
}

export class VxlanBackend implements FlannelBackend {
  readonly type = 'vxlan';
  readonly #root: Netns;
  readonly #dev: string;
  readonly #publicIP: IpAddr;

  /** `dev` is the device that has the node's address. */
  constructor(root: Netns, dev: string, publicIP: IpAddr) {
    this.#root = root;
    this.#dev = dev;
    this.#publicIP = publicIP;
  }

  register({ lease, vtepMAC }: OwnSubnet): Result<Registered, string> {
    const by = forNode('registerNetwork', lease.node);
    const lower = this.#root.link(this.#dev);
    if (lower === undefined) return err(`failed to find interface ${this.#dev}`);
    const mtu = lower.mtu - VXLAN_OVERHEAD_BYTES;
    const made = this.#ensureLink(mtu, vtepMAC, by);
    if (!made.ok) return made;
    const address = cidrOf(networkAddress(lease.subnet), 32);
    const device = this.#root.link(VXLAN_DEVICE);
    if (device === undefined) return err(`failed to find interface ${VXLAN_DEVICE}`);
    if (!device.addresses.some((entry) => entry.address === address)) {
      const added = this.#root.addAddress(VXLAN_DEVICE, address, {}, by);
      if (!added.ok)
        return err(
          `failed to configure interface ${VXLAN_DEVICE}: failed to add IP address ${address} to ${VXLAN_DEVICE}: ${added.error}`,
        );
    }
    const up = this.#root.setLink(VXLAN_DEVICE, { up: true }, by);
    return up.ok ? ok({ vtepMAC: device.mac, mtu }) : err(`failed to set interface ${VXLAN_DEVICE} to UP state: ${up.error}`);
  }

  addLease(lease: Lease): Result<void, string> {
    const { vtepMAC } = lease;
    // A node of another backend cannot be reached through the tunnel (handleSubnetEvents: "ignoring non-vxlan subnet").
    if (vtepMAC === null || lease.backendType !== 'vxlan') return ok(undefined);
    const by = forNode('addNetwork', lease.node);
    const gateway = networkAddress(lease.subnet);
    const neigh = this.#root.addNeigh({ dev: VXLAN_DEVICE, addr: gateway, lladdr: vtepMAC, state: 'PERMANENT' }, by);
    if (!neigh.ok) return err(`AddARP failed: ${neigh.error}`);
    const fdb = this.#root.addFdb({ dev: VXLAN_DEVICE, mac: vtepMAC, dst: lease.publicIP }, by);
    if (!fdb.ok) return err(`AddFDB failed: ${fdb.error}`);
    const route = replaceRoute(this.#root, { dst: lease.subnet, via: gateway, dev: VXLAN_DEVICE, onlink: true }, by);
    if (route.ok) return route;
    // Without the route the entries are of no use.
    this.#root.deleteNeigh(VXLAN_DEVICE, gateway);
    this.#root.deleteFdb(VXLAN_DEVICE, vtepMAC);
    return err(`failed to add vxlanRoute (${lease.subnet} -> ${gateway}): ${route.error}`);
  }

  removeLease(lease: Lease): void {
    if (lease.vtepMAC === null || lease.backendType !== 'vxlan') return;
    const gateway = networkAddress(lease.subnet);
    // Each may have been removed by hand before: flanneld logs that and goes on.
    this.#root.deleteRoute({ dst: lease.subnet, via: gateway, dev: VXLAN_DEVICE });
    this.#root.deleteNeigh(VXLAN_DEVICE, gateway);
    this.#root.deleteFdb(VXLAN_DEVICE, lease.vtepMAC);
  }

  /** Finds or makes the device; one of other properties is taken away and made again (ensureLink). */
  #ensureLink(mtu: number, mac: OwnSubnet['vtepMAC'], by: Provenance): Result<void, string> {
    const existing = this.#root.link(VXLAN_DEVICE)?.vxlanView;
    const fits =
      existing?.id === VXLAN_ID && existing.local === this.#publicIP && existing.dstport === VXLAN_PORT && !existing.learning;
    if (existing !== undefined && !fits) this.#root.deleteLink(VXLAN_DEVICE, by);
    if (this.#root.link(VXLAN_DEVICE) !== undefined) return ok(undefined);
    const spec = {
      name: VXLAN_DEVICE,
      id: VXLAN_ID,
      local: this.#publicIP,
      dev: this.#dev,
      dstport: VXLAN_PORT,
      learning: false,
      mtu,
      qlen: 0,
    };
    const added = this.#root.addVxlan(mac === null ? spec : { ...spec, mac }, by);
    return added.ok ? added : err(`failed to create vxlan device: ${added.error}`);
  }
}
