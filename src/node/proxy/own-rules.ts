/**
 * The rules of the nat chains that belong to one Service port: KUBE-EXT, KUBE-FW, KUBE-SVC, KUBE-SVL and a KUBE-SEP per
 * endpoint (pkg/proxy/iptables/proxier.go syncProxyRules, writeServiceToEndpointRules), in kube-proxy's own spelling.
 */
import type { Cidr } from '../../lib/cidr.ts';
import { cidrContains } from '../../lib/cidr.ts';
import type { IpAddr } from '../../lib/ip.ts';
import type { LineBuffer } from './line-buffer.ts';
import { ownChains, type EndpointChain, type RuleContext, type RulePlan } from './rule-plan.ts';
import { toAddress } from './shared-rules.ts';

/** Where the own chains of Service ports are written. */
export interface NatBuffers {
  /** `:CHAIN - [0:0]` lines: make the chain, or empty it. */
  readonly chains: LineBuffer;
  readonly rules: LineBuffer;
}

const MARK_MASQ = 'KUBE-MARK-MASQ';

export function writeOwnRules(plan: RulePlan, context: RuleContext, nat: NatBuffers): void {
  for (const chain of ownChains(plan)) nat.chains.write(':', chain, ' - [0:0]\n');
  nat.rules.write(masqueradeRule(plan, context));
  if (plan.usesExtChain) nat.rules.write(externalRules(plan, context));
  if (plan.usesFwChain) nat.rules.write(firewallRules(plan, context));
  writeServiceToEndpointRules(plan, context, plan.chain.svc, plan.cluster, nat.rules);
  writeServiceToEndpointRules(plan, context, plan.chain.svl, plan.local, nat.rules);
  writeEndpointRules(plan, context, nat.rules);
}

/** Off-cluster clients of the ClusterIP (or all, with --masquerade-all) must not see the reply come from elsewhere. */
function masqueradeRule(plan: RulePlan, context: RuleContext): string {
  const { info, chain } = plan;
  if (!plan.hasInternalEndpoints) return '';
  const policyChain = info.internalPolicyLocal ? chain.svl : chain.svc;
  const from = `-A ${policyChain} ${toAddress(plan, `${info.name} cluster IP`, info.clusterIP)}`;
  if (context.masqueradeAll) return `${from} -j ${MARK_MASQ}\n`;
  return context.localDetector === null ? '' : `${from} ${context.localDetector.ifNotLocal} -j ${MARK_MASQ}\n`;
}

/** KUBE-EXT: masquerade for policy Cluster; for Local keep the client's address and short-circuit Pods and the node itself. */
function externalRules({ info, chain, hasExternalEndpoints }: RulePlan, { localDetector }: RuleContext): string {
  const from = (what: string): string =>
    `-A ${chain.ext} -m comment --comment "${what} for ${info.name} external destinations"`;
  const srcLocal = '-m addrtype --src-type LOCAL';
  let rules = '';
  if (!info.externalPolicyLocal) {
    rules += `${from('masquerade traffic')} -j ${MARK_MASQ}\n`;
  } else {
    if (localDetector !== null) rules += `${from('pod traffic')} ${localDetector.ifLocal} -j ${chain.svc}\n`;
    rules += `${from('masquerade LOCAL traffic')} ${srcLocal} -j ${MARK_MASQ}\n`;
    rules += `${from('route LOCAL traffic')} ${srcLocal} -j ${chain.svc}\n`;
  }
  if (hasExternalEndpoints) rules += `-A ${chain.ext} -j ${info.externalPolicyLocal ? chain.svl : chain.svc}\n`;
  return rules;
}

/** KUBE-FW: sources of loadBalancerSourceRanges go on; the rest meets KUBE-PROXY-FIREWALL in filter. */
function firewallRules({ info, chain }: RulePlan, { nodeIP }: RuleContext): string {
  const from = `-A ${chain.fw} -m comment --comment "${info.name} loadbalancer IP"`;
  const allow = (source: Cidr | IpAddr): string => `${from} -s ${source} -j ${chain.ext}\n`;
  let rules = info.loadBalancerSourceRanges.map(allow).join('');
  // A node that is allowed reaches the VIP through itself, with the VIP as its source.
  if (info.loadBalancerSourceRanges.some((range) => cidrContains(range, nodeIP))) {
    rules += info.loadBalancerVIPs.map(allow).join('');
  }
  return `${rules}-A ${chain.fw} -m comment --comment "other traffic to ${info.name} will be dropped by KUBE-PROXY-FIREWALL"\n`;
}

/** Clients with session affinity first, then one draw per endpoint, the last of which always matches. */
function writeServiceToEndpointRules(
  { info }: RulePlan,
  { largeCluster }: RuleContext,
  chain: string,
  endpoints: readonly EndpointChain[],
  rules: LineBuffer,
): void {
  const from = `-A ${chain}`;
  const comment = largeCluster ? null : ` -m comment --comment "${info.name} -> `;
  if (info.sessionAffinity === 'ClientIP') {
    const rcheck = ` --rcheck --seconds ${info.stickyMaxAgeSeconds} --reap`;
    for (const { endpoint, chain: sep } of endpoints) {
      rules.write(from);
      if (comment !== null) rules.write(comment, endpoint.text, '"');
      rules.write(' -m recent --name ', sep, rcheck, ' -j ', sep, '\n');
    }
  }
  let left = endpoints.length;
  for (const { endpoint, chain: sep } of endpoints) {
    rules.write(from);
    if (comment !== null) rules.write(comment, endpoint.text, '"');
    if (left > 1) rules.write(' -m statistic --mode random --probability ', probability(left));
    rules.write(' -j ', sep, '\n');
    left -= 1;
  }
}

/** KUBE-SEP: an endpoint that called itself is masqueraded, then the destination is rewritten. */
function writeEndpointRules(
  { info, protocol, allReachable }: RulePlan,
  { largeCluster }: RuleContext,
  rules: LineBuffer,
): void {
  const comment = largeCluster ? '' : ` -m comment --comment ${info.name}`;
  const dnat = ` -m ${protocol} -p ${protocol} -j DNAT --to-destination `;
  for (const { endpoint, chain } of allReachable) {
    rules.write('-A ', chain, comment, ' -s ', endpoint.ip, ` -j ${MARK_MASQ}\n`);
    rules.write('-A ', chain, comment);
    if (info.sessionAffinity === 'ClientIP') rules.write(' -m recent --name ', chain, ' --set');
    rules.write(dnat, endpoint.text, '\n');
  }
}

/** Most Services have few endpoints: their probabilities are spelt once (precomputeProbabilities). */
const PRECOMPUTED = Array.from({ length: 64 }, (_, n) => computeProbability(n));

/**
 * One in `n`, to ten decimals as Go's %0.10f prints it. 1/2048 is the one reciprocal that lies exactly between two such
 * numbers: Go rounds it to the even digit, toFixed up.
 */
function computeProbability(n: number): string {
  return n === 2048 ? '0.0004882812' : (1 / n).toFixed(10);
}

export function probability(n: number): string {
  return PRECOMPUTED[n] ?? computeProbability(n);
}
