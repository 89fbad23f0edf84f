/**
 * Felix on one node: what it keeps in the kernel (felix/dataplane/linux int_dataplane.go, endpoint_mgr.go, ipip_mgr.go, vxlan_mgr.go,
 * masq_mgr.go): its sets and chains, the tunnel devices, and for each Pod its device's settings.
 *
 * An operator sees it with `iptables-save`, `ipset list`, `ip -d addr show tunl0`.
 */
import { cidrOf, type Cidr } from '../../../lib/cidr.ts';
import type { IpAddr } from '../../../lib/ip.ts';
import type { Provenance } from '../../../lib/provenance.ts';
import type { Kernel } from '../../../net/kernel.ts';
import { ipsetMemberText } from '../../../net/netfilter/ipset.ts';
import { felixRules, natOutgoingOnly, SETS, type FelixConfig, type FelixEndpoint } from './felix-rules.ts';
import { felixRestoreText } from './felix-text.ts';
import { vtepMac } from './names.ts';

export const VXLAN_DEVICE = 'vxlan.calico';
const VXLAN_ID = 4096;
const VXLAN_PORT = 4789;
/** Outer IPv4 header; and outer IPv4, UDP, VXLAN and the inner Ethernet header. */
const IPIP_OVERHEAD_BYTES = 20;
const VXLAN_OVERHEAD_BYTES = 50;

/** What Felix calculates from the datastore. */
export interface FelixState {
  readonly ipip: boolean;
  readonly vxlan: boolean;
  /** The node's own tunnel addresses; null where it has none. */
  readonly ipipAddr: IpAddr | null;
  readonly vxlanAddr: IpAddr | null;
  readonly pools: readonly Cidr[];
  readonly masqueradePools: readonly Cidr[];
  /** All nodes' addresses. */
  readonly hosts: readonly IpAddr[];
}

export interface FelixOptions {
  readonly kernel: Kernel;
  readonly nodeName: string;
  readonly nodeIP: IpAddr;
  /** False: no chains but those that masquerade. */
  readonly policy: boolean;
}

export class Felix {
  readonly #options: FelixOptions;
  readonly #endpoints = new Map<string, FelixEndpoint>();
  #state: FelixState | null = null;
  #problem: string | null = null;

  constructor(options: FelixOptions) {
    this.#options = options;
  }

  get problem(): string | null {
    return this.#problem;
  }

  /** What Pods may send: the card's MTU less the largest envelope in use (autodetection, `veth_mtu: "0"`). */
  get mtu(): number {
    const underlay = this.#options.kernel.root.link('eth0')?.mtu ?? 1500;
    return (
      underlay - (this.#state?.vxlan === true ? VXLAN_OVERHEAD_BYTES : this.#state?.ipip === true ? IPIP_OVERHEAD_BYTES : 0)
    );
  }

  update(state: FelixState): void {
    this.#state = state;
    this.#syncTunnels(state);
    this.sync();
  }

  addEndpoint(endpoint: FelixEndpoint): void {
    this.#endpoints.set(endpoint.device, endpoint);
    const { sysctl } = this.#options.kernel.root;
    sysctl.set(`net.ipv4.conf.${endpoint.device}.rp_filter`, '1');
    this.sync();
  }

  removeEndpoint(device: string): void {
    if (this.#endpoints.delete(device)) this.sync();
  }

  /** Sets first, then the chains that ask them. */
  sync(): void {
    const state = this.#state;
    if (state === null) return;
    const { netfilter } = this.#options.kernel.root;
    const sets = this.#setsText(state);
    const restored = sets === '' ? null : netfilter.ipset.restore(sets, { by: this.#by('sync ipsets') });
    if (restored?.ok === false) this.#problem = restored.error.text;
    const config: FelixConfig = {
      ipip: state.ipip,
      vxlan: state.vxlan,
      natOutgoing: state.masqueradePools.length > 0,
      endpointToHost: 'ACCEPT',
    };
    const rules = this.#options.policy ? felixRules(config, [...this.#endpoints.values()]) : natOutgoingOnly(config);
    const text = felixRestoreText(rules, netfilter.ruleset);
    if (text === '') return;
    const applied = netfilter.restore(text, { noflush: true, counters: false, by: this.#by('applyUpdates') });
    this.#problem = applied.ok ? null : applied.error.map((error) => error.text).join('; ');
  }

  #by(action: string): Provenance {
    return { actor: 'felix', action, object: `Node ${this.#options.nodeName}` };
  }

  /** The commands that turn the sets there are into those wanted. */
  #setsText(state: FelixState): string {
    const { nodeIP } = this.#options;
    const tunnels = [state.ipipAddr, state.vxlanAddr].filter((addr) => addr !== null);
    const wanted: readonly (readonly [name: string, type: string, members: readonly string[]])[] = [
      [SETS.pools, 'hash:net', state.pools],
      [SETS.masquerade, 'hash:net', state.masqueradePools],
      ...(this.#options.policy
        ? ([
            ...(state.ipip ? [[SETS.hosts, 'hash:net', state.hosts] as const] : []),
            ...(state.vxlan ? [[SETS.vxlan, 'hash:net', state.hosts] as const] : []),
            [SETS.thisHost, 'hash:ip', ['127.0.0.1', nodeIP, '127.0.0.0', ...tunnels]],
          ] as const)
        : []),
    ];
    return wanted.map(([name, type, members]) => this.#setText(name, type, members)).join('');
  }

  #setText(name: string, type: string, members: readonly string[]): string {
    const set = this.#options.kernel.root.netfilter.ipset.sets.get(name);
    const standing = set === undefined ? [] : [...set.members.values()].map(ipsetMemberText);
    const create = set === undefined ? `create ${name} ${type} family inet maxelem 1048576\n` : '';
    const added = members.filter((member) => !standing.includes(member)).map((member) => `add ${name} ${member}\n`);
    const removed = standing.filter((member) => !members.includes(member)).map((member) => `del ${name} ${member}\n`);
    return create + removed.join('') + added.join('');
  }

  #syncTunnels(state: FelixState): void {
    if (state.ipip && state.ipipAddr !== null) this.#configureTunl0(state.ipipAddr);
    if (state.vxlan && state.vxlanAddr !== null) this.#configureVxlan(state.vxlanAddr);
  }

  /** configureIPIPDevice: the module is loaded, its device gets MTU and address and comes up. */
  #configureTunl0(addr: IpAddr): void {
    const { kernel } = this.#options;
    kernel.modprobe('ipip');
    this.#configureTunnel('tunl0', addr, this.#underlayMtu() - IPIP_OVERHEAD_BYTES);
  }

  /** configureVXLANDevice. */
  #configureVxlan(addr: IpAddr): void {
    const { kernel, nodeIP, nodeName } = this.#options;
    if (kernel.root.link(VXLAN_DEVICE) === undefined) {
      kernel.root.addVxlan(
        {
          name: VXLAN_DEVICE,
          id: VXLAN_ID,
          local: nodeIP,
          dev: 'eth0',
          dstport: VXLAN_PORT,
          learning: false,
          mac: vtepMac(nodeName),
        },
        this.#by('configureVXLANDevice'),
      );
    }
    this.#configureTunnel(VXLAN_DEVICE, addr, this.#underlayMtu() - VXLAN_OVERHEAD_BYTES);
  }

  #underlayMtu(): number {
    return this.#options.kernel.root.link('eth0')?.mtu ?? 1500;
  }

  #configureTunnel(name: string, addr: IpAddr, mtu: number): void {
    const { root } = this.#options.kernel;
    const device = root.link(name);
    if (device === undefined) return;
    const by = this.#by(`configure ${name}`);
    const wanted = cidrOf(addr, 32);
    if (!device.up || device.mtu !== mtu) root.setLink(name, { up: true, mtu }, by);
    for (const { address } of device.addresses) if (address !== wanted) root.deleteAddress(name, address);
    if (!device.addresses.some(({ address }) => address === wanted)) root.addAddress(name, wanted, {}, by);
  }
}
