/**
 * kube-proxy's iptables mode on a kernel: ensures chains and jumps, restores the proxier's text, then deletes stale
 * connections (the parts of pkg/proxy/iptables/proxier.go NewProxier and syncProxyRules that touch the system).
 */
import type { EndpointSlice } from '../../api/types/endpointslice.ts';
import type { Node } from '../../api/types/node.ts';
import type { Service } from '../../api/types/service.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Instant } from '../../sim/sim.ts';
import type { KubeProxyConfig } from './config.ts';
import { createIptablesProxier, type IptablesProxier } from './iptables.ts';
import type { IptablesPort } from './iptables-port.ts';
import { IPTABLES_JUMP_CHAINS } from './jump-chains.ts';
import type { Proxier, SyncSummary } from './proxier.ts';
import { BY_KUBE_PROXY } from './provenance.ts';

const ROUTE_LOCALNET = 'net.ipv4.conf.all.route_localnet';
const TCP_BE_LIBERAL = 'net.netfilter.nf_conntrack_tcp_be_liberal';

export class IptablesMode implements Proxier {
  readonly #port: IptablesPort;
  readonly #proxier: IptablesProxier;

  constructor(config: KubeProxyConfig, port: IptablesPort, now: () => Instant) {
    this.#port = port;
    // Read once, as kube-proxy does at its start: a later change needs a restart.
    const conntrackTcpLiberal = (port.getSysctl(TCP_BE_LIBERAL) ?? 0) !== 0;
    this.#proxier = createIptablesProxier(config, {
      now,
      interfaceAddresses: () => port.interfaceAddresses(),
      natChains: () => port.chains('nat'),
      conntrackTcpLiberal: () => conntrackTcpLiberal,
    });
  }

  /** Localhost NodePorts need packets from 127.0.0.1 to be routable. */
  init(): Result<void, string> {
    if (!this.#proxier.localhostNodePorts || this.#port.getSysctl(ROUTE_LOCALNET) === 1) return ok(undefined);
    return this.#port.setSysctl(ROUTE_LOCALNET, 1);
  }

  onServiceAdd(service: Service): boolean {
    return this.#proxier.onServiceAdd(service);
  }

  onServiceUpdate(old: Service, service: Service): boolean {
    return this.#proxier.onServiceUpdate(old, service);
  }

  onServiceDelete(service: Service): boolean {
    return this.#proxier.onServiceDelete(service);
  }

  onEndpointSliceAdd(slice: EndpointSlice): boolean {
    return this.#proxier.onEndpointSliceAdd(slice);
  }

  onEndpointSliceUpdate(old: EndpointSlice, slice: EndpointSlice): boolean {
    return this.#proxier.onEndpointSliceUpdate(old, slice);
  }

  onEndpointSliceDelete(slice: EndpointSlice): boolean {
    return this.#proxier.onEndpointSliceDelete(slice);
  }

  onNodeAdd(node: Node): boolean {
    return this.#proxier.onNodeAdd(node);
  }

  onNodeUpdate(old: Node, node: Node): boolean {
    return this.#proxier.onNodeUpdate(old, node);
  }

  onNodeDelete(node: Node): boolean {
    return this.#proxier.onNodeDelete(node);
  }

  forceFullSync(): void {
    this.#proxier.forceFullSync();
  }

  /** A failure leaves the kernel as it is and makes the next sync a full one. */
  sync(): Result<SyncSummary, string> {
    const jumps = this.#proxier.needFullSync ? this.#ensureJumps() : ok(undefined);
    const result = this.#proxier.syncProxyRules();
    const restored = jumps.ok ? this.#port.restore({ text: result.restoreText, provenanceOf: result.provenanceOf }) : jumps;
    if (!restored.ok) {
      this.#proxier.forceFullSync();
      return err(restored.error);
    }
    this.#port.serveHealthChecks(result.healthChecks);
    for (const filter of result.conntrackCleanup) this.#port.deleteConntrack(filter);
    return ok({ full: result.full, services: result.services, endpoints: result.endpoints });
  }

  #ensureJumps(): Result<void, string> {
    for (const { table, dstChain, srcChain, rule } of IPTABLES_JUMP_CHAINS) {
      const chain = this.#port.ensureChain(table, dstChain, BY_KUBE_PROXY);
      if (!chain.ok) return chain;
      const jump = this.#port.ensureRulePrepended(table, srcChain, rule, BY_KUBE_PROXY);
      if (!jump.ok) return jump;
    }
    return ok(undefined);
  }
}
