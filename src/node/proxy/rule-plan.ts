/**
 * What is decided about a Service port before a rule of it is written: which endpoints, which chains
 * (the head of the loop of pkg/proxy/iptables/proxier.go syncProxyRules).
 *
 *   KUBE-SERVICES ─ cluster IP ──────→ KUBE-SVC (policy Cluster) or KUBE-SVL (Local) ──→ KUBE-SEP per endpoint: DNAT
 *                 ─ external IP, LB ─→ KUBE-FW (source ranges) ─→ KUBE-EXT ─→ KUBE-SVC or KUBE-SVL
 *   KUBE-NODEPORTS ─ node port ──────→ KUBE-EXT
 */
import type { IpAddr } from '../../lib/ip.ts';
import { portProtoHash, servicePortEndpointChainName } from './chain-names.ts';
import type { LocalTrafficDetector } from './config.ts';
import type { EndpointInfo } from './endpoint.ts';
import { externallyAccessible, type ServicePortInfo } from './service-port.ts';
import { categorizeEndpoints } from './topology.ts';

/** What the rules of every Service port depend on besides itself. */
export interface RuleContext {
  readonly nodeIP: IpAddr;
  readonly zone: string;
  readonly masqueradeAll: boolean;
  readonly localDetector: LocalTrafficDetector | null;
  /** Large cluster mode: no comments in per-Service chains. */
  readonly largeCluster: boolean;
}

/** An endpoint and its chain. */
export interface EndpointChain {
  readonly endpoint: EndpointInfo;
  readonly chain: string;
}

export interface RulePlan {
  readonly info: ServicePortInfo;
  /** As rules spell it: `tcp`. */
  readonly protocol: string;
  readonly chain: { readonly svc: string; readonly svl: string; readonly fw: string; readonly ext: string };
  /** Endpoints of KUBE-SVC; without any, there is no such chain. */
  readonly cluster: readonly EndpointChain[];
  /** Endpoints of KUBE-SVL; without any, there is no such chain. */
  readonly local: readonly EndpointChain[];
  /** Endpoints that get a chain. */
  readonly allReachable: readonly EndpointChain[];
  /** Usable anywhere in the cluster. */
  readonly hasEndpoints: boolean;
  /** Usable for ClusterIP traffic from here. */
  readonly hasInternalEndpoints: boolean;
  /** Usable for traffic from outside arriving here. */
  readonly hasExternalEndpoints: boolean;
  readonly usesExtChain: boolean;
  readonly usesFwChain: boolean;
}

export function planRules(info: ServicePortInfo, endpoints: readonly EndpointInfo[], zone: string): RulePlan {
  const { cluster, local, allReachable, hasAny } = categorizeEndpoints(endpoints, info, zone);
  const protocol = info.protocol.toLowerCase();
  const hash = portProtoHash(info.name, protocol);
  const chained = allReachable.map((endpoint) => ({
    endpoint,
    chain: servicePortEndpointChainName(info.name, protocol, endpoint.text),
  }));
  return {
    info,
    protocol,
    chain: { svc: `KUBE-SVC-${hash}`, svl: `KUBE-SVL-${hash}`, fw: `KUBE-FW-${hash}`, ext: `KUBE-EXT-${hash}` },
    cluster: chainsOf(cluster, chained),
    local: chainsOf(local, chained),
    allReachable: chained,
    hasEndpoints: hasAny,
    hasInternalEndpoints: info.internalPolicyLocal ? local.length > 0 : hasAny,
    hasExternalEndpoints: info.externalPolicyLocal ? local.length > 0 : hasAny,
    usesExtChain: hasAny && externallyAccessible(info),
    usesFwChain: hasAny && info.loadBalancerVIPs.length > 0 && info.loadBalancerSourceRanges.length > 0,
  };
}

/** The members of `chained` for a subset of its endpoints, in its order, which is that of the subset too. */
function chainsOf(endpoints: readonly EndpointInfo[], chained: readonly EndpointChain[]): readonly EndpointChain[] {
  if (endpoints.length === chained.length) return chained;
  if (endpoints.length === 0) return [];
  const wanted = new Set(endpoints);
  return chained.filter(({ endpoint }) => wanted.has(endpoint));
}

/** The nat chains that belong to this Service port alone. */
export function ownChains(plan: RulePlan): readonly string[] {
  const chains = plan.allReachable.map(({ chain }) => chain);
  if (plan.usesExtChain) chains.push(plan.chain.ext);
  if (plan.usesFwChain) chains.push(plan.chain.fw);
  if (plan.cluster.length > 0) chains.push(plan.chain.svc);
  if (plan.local.length > 0) chains.push(plan.chain.svl);
  return chains;
}
