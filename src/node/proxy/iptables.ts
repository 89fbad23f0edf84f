/**
 * kube-proxy's iptables mode, v1.30, without a kernel: API changes in, iptables-restore text out
 * (pkg/proxy/iptables/proxier.go syncProxyRules). The text is meant for `iptables-restore --noflush --counters`.
 *
 * Only what changed is written: a partial sync holds the shared chains (KUBE-SERVICES, KUBE-NODEPORTS, …) whole and the
 * own chains of changed Services. Every port's text is kept until its Service or endpoints change, so the work is that of
 * the changes. Services stand in the order in which they were first seen (upstream: that of a Go map, which is random).
 */
import type { EndpointSlice } from '../../api/types/endpointslice.ts';
import type { Labels } from '../../api/types/meta.ts';
import type { Node } from '../../api/types/node.ts';
import type { Service } from '../../api/types/service.ts';
import { ip, IP_ANY, isLoopback, type IpAddr } from '../../lib/ip.ts';
import type { Provenance } from '../../lib/provenance.ts';
import type { Instant } from '../../sim/sim.ts';
import { isServiceChainName } from './chain-names.ts';
import { localTrafficDetector, type KubeProxyConfig } from './config.ts';
import { staleEntries, type ConntrackFilter } from './conntrack-cleanup.ts';
import { EndpointsChangeTracker } from './endpoints-change-tracker.ts';
import { serviceHealthChecks, type HealthChecks } from './health-check.ts';
import { nodePortAddresses, nodePortIPs, type NodePortAddresses } from './nodeport-addresses.ts';
import type { ObjectHandler, SyncSummary } from './proxier.ts';
import { RuleMakers } from './provenance.ts';
import { LineBuffer } from './line-buffer.ts';
import type { NatBuffers } from './own-rules.ts';
import { ProxyState } from './proxy-state.ts';
import { RenderedPorts } from './rendered-ports.ts';
import { masqueradeMark, restoreText } from './restore-text.ts';
import { same } from './same.ts';
import { ServiceChangeTracker } from './service-change-tracker.ts';
import type { RuleContext } from './rule-plan.ts';
import { zoneOf } from './topology.ts';

/** Above so many endpoints per-Service comments are left out and stale chains are removed only now and then. */
export const LARGE_CLUSTER_ENDPOINTS_THRESHOLD = 1000;

/** What the proxier asks of the node it runs on. */
export interface NodeView {
  now(): Instant;
  /** Addresses of all interfaces. */
  interfaceAddresses(): readonly IpAddr[];
  /** nat chains of the kernel; null where there is no kernel to ask: then the proxier trusts its memory. */
  natChains(): Iterable<string> | null;
  /** net.netfilter.nf_conntrack_tcp_be_liberal: set, INVALID packets are let pass. */
  conntrackTcpLiberal(): boolean;
}

export interface SyncResult extends SyncSummary {
  /** `*filter … COMMIT *nat … COMMIT`. */
  readonly restoreText: string;
  /** Chains that the text deletes because no Service uses them any more. */
  readonly deletedChains: readonly string[];
  /** Connections to delete after the restore. */
  readonly conntrackCleanup: readonly ConntrackFilter[];
  /** Services with a healthCheckNodePort, and what to answer there. */
  readonly healthChecks: HealthChecks;
  /** For whom a rule of the text was written. */
  readonly provenanceOf: (chain: string, line: string) => Provenance;
}

/** A node that has only loopback and its own address: enough to render rules without a kernel. */
export function detachedNode(config: KubeProxyConfig): NodeView {
  return {
    now: () => 0,
    interfaceAddresses: () => [ip('127.0.0.1'), config.nodeIP],
    natChains: () => null,
    conntrackTcpLiberal: () => false,
  };
}

export function createIptablesProxier(config: KubeProxyConfig, node: NodeView = detachedNode(config)): IptablesProxier {
  return new IptablesProxier(config, node);
}

export class IptablesProxier implements ObjectHandler {
  /** False when nodePortAddresses excludes loopback, whatever the flag says. */
  readonly localhostNodePorts: boolean;
  readonly #config: KubeProxyConfig;
  readonly #node: NodeView;
  readonly #nodePortAddresses: NodePortAddresses;
  readonly #serviceChanges = new ServiceChangeTracker();
  readonly #endpointsChanges: EndpointsChangeTracker;
  readonly #state = new ProxyState();
  readonly #rendered = new RenderedPorts();
  readonly #makers = new RuleMakers();
  #nodeLabels: Labels = {};
  #needFullSync = true;
  #lastCleanup: Instant | null = null;

  constructor(config: KubeProxyConfig, node: NodeView) {
    this.#config = config;
    this.#node = node;
    this.#nodePortAddresses = nodePortAddresses(config.nodePortAddresses);
    this.localhostNodePorts = config.localhostNodePorts && this.#nodePortAddresses.containsLoopback;
    this.#endpointsChanges = new EndpointsChangeTracker(config.hostname);
  }

  /** True when the next sync writes everything: jumps must be ensured first. */
  get needFullSync(): boolean {
    return this.#needFullSync;
  }

  /** After a failed restore, a flush by somebody else, or a change of the node's labels. */
  forceFullSync(): void {
    this.#needFullSync = true;
  }

  onServiceAdd(service: Service): boolean {
    return this.#serviceChanges.update(null, service);
  }

  onServiceUpdate(old: Service, service: Service): boolean {
    return this.#serviceChanges.update(old, service);
  }

  onServiceDelete(service: Service): boolean {
    return this.#serviceChanges.update(service, null);
  }

  onEndpointSliceAdd(slice: EndpointSlice): boolean {
    return this.#endpointsChanges.endpointSliceUpdate(slice, { remove: false });
  }

  onEndpointSliceUpdate(_old: EndpointSlice, slice: EndpointSlice): boolean {
    return this.#endpointsChanges.endpointSliceUpdate(slice, { remove: false });
  }

  onEndpointSliceDelete(slice: EndpointSlice): boolean {
    return this.#endpointsChanges.endpointSliceUpdate(slice, { remove: true });
  }

  onNodeAdd(node: Node): boolean {
    return this.#setNodeLabels(node, node.metadata.labels ?? {});
  }

  onNodeUpdate(_old: Node, node: Node): boolean {
    return this.#setNodeLabels(node, node.metadata.labels ?? {});
  }

  onNodeDelete(node: Node): boolean {
    return this.#setNodeLabels(node, {});
  }

  /** Takes in the pending changes and writes the text that brings the kernel from the last sync's rules to today's. */
  syncProxyRules(): SyncResult {
    const full = this.#needFullSync;
    const serviceChanges = this.#serviceChanges.checkoutChanges();
    const endpointsChanges = this.#endpointsChanges.checkoutChanges();
    for (const change of serviceChanges) this.#state.applyServiceChange(change);
    for (const change of endpointsChanges) this.#state.applyEndpointsChange(change);
    const updated = [...serviceChanges, ...endpointsChanges].map(({ service }) => service);
    const context = this.#ruleContext();
    const nat = { chains: new LineBuffer(), rules: new LineBuffer() };
    const services = new Set(full ? [...this.#state.services.keys(), ...updated] : updated);
    for (const service of services) this.#rendered.update(service, this.#state, context, nat);
    const deletedChains = this.#staleChains(context);
    this.#needFullSync = false;
    return {
      full,
      services: this.#state.services.size,
      endpoints: this.#state.totalEndpoints,
      restoreText: this.#restoreText(nat, deletedChains),
      deletedChains,
      conntrackCleanup: staleEntries(this.#state.ports, serviceChanges, endpointsChanges),
      healthChecks: this.#healthChecks(),
      provenanceOf: this.#provenance(services),
    };
  }

  #ruleContext(): RuleContext {
    return {
      nodeIP: this.#config.nodeIP,
      zone: zoneOf(this.#nodeLabels),
      masqueradeAll: this.#config.masqueradeAll,
      localDetector: localTrafficDetector(this.#config.detectLocal),
      largeCluster: this.#state.totalEndpoints > LARGE_CLUSTER_ENDPOINTS_THRESHOLD,
    };
  }

  /** Listing the chains is slow where there are many, so a large cluster does it once per sync period. */
  #staleChains({ largeCluster }: RuleContext): readonly string[] {
    const now = this.#node.now();
    const last = this.#lastCleanup;
    if (largeCluster && last !== null && now - last <= this.#config.syncPeriod) return [];
    this.#lastCleanup = now;
    const retired = this.#rendered.takeRetired();
    const existing = this.#node.natChains();
    if (existing === null) return retired;
    const inUse = this.#rendered.owners(this.#state.services.keys());
    return [...existing].filter((chain) => isServiceChainName(chain) && !inUse.has(chain));
  }

  #restoreText(nat: NatBuffers, deletedChains: readonly string[]): string {
    return restoreText({
      masqueradeMark: masqueradeMark(this.#config.masqueradeBit),
      localhostNodePorts: this.localhostNodePorts,
      conntrackTcpLiberal: this.#node.conntrackTcpLiberal(),
      nodePortIPs: this.#nodePortIPs(),
      shared: this.#rendered.sharedText(),
      ownChains: nat.chains.parts(),
      ownRules: nat.rules.parts(),
      deletedChains,
    });
  }

  /** Whom each written chain belongs to is found out only when asked. */
  #provenance(written: ReadonlySet<string>): SyncResult['provenanceOf'] {
    let owners: ReadonlyMap<string, string> | null = null;
    return (chain, line) => {
      owners ??= this.#rendered.owners(written);
      return this.#makers.of(owners.get(chain) ?? null, line);
    };
  }

  /** Addresses that rules send to KUBE-NODEPORTS; null means every local one. */
  #nodePortIPs(): readonly IpAddr[] | null {
    if (this.#nodePortAddresses.matchAll) return null;
    const addresses = this.#nodeIPs();
    return this.localhostNodePorts ? addresses : addresses.filter((addr) => !isLoopback(addr));
  }

  /** The node's addresses that --nodeport-addresses selects. */
  #nodeIPs(): readonly IpAddr[] {
    return nodePortIPs(this.#nodePortAddresses, this.#node.interfaceAddresses());
  }

  #healthChecks(): HealthChecks {
    const checks = serviceHealthChecks(this.#state.healthChecked, (key) => this.#state.endpointsOf(key));
    return { addresses: this.#nodePortAddresses.matchAll ? [IP_ANY] : this.#nodeIPs(), checks };
  }

  /** Labels decide the zone, hence any Service's rules. */
  #setNodeLabels(node: Node, labels: Labels): boolean {
    if (node.metadata.name !== this.#config.hostname || same(this.#nodeLabels, labels)) return false;
    this.#nodeLabels = labels;
    this.#needFullSync = true;
    return true;
  }
}
