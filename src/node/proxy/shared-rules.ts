/**
 * A Service port's rules in the chains that all Services share (pkg/proxy/iptables/proxier.go syncProxyRules, "Capture …").
 * The text is kube-proxy's own spelling (`-m tcp -p tcp -d`); iptables-save prints the same rules normalised.
 */
import type { IpAddr } from '../../lib/ip.ts';
import type { RulePlan } from './rule-plan.ts';

/** `-m comment --comment "…" -m tcp -p tcp -d IP --dport N`: traffic to one address of the Service. */
export function toAddress({ info, protocol }: RulePlan, comment: string, address: IpAddr): string {
  return `-m comment --comment "${comment}" -m ${protocol} -p ${protocol} -d ${address} --dport ${info.port}`;
}

/** Why traffic is refused, as the rule's comment and target: nobody anywhere (REJECT), or nobody here (DROP). */
function refusal({ info, hasEndpoints }: RulePlan): { readonly comment: string; readonly target: string } {
  return hasEndpoints
    ? { comment: `${info.name} has no local endpoints`, target: 'DROP' }
    : { comment: `${info.name} has no endpoints`, target: 'REJECT' };
}

/** filter: KUBE-SERVICES, KUBE-EXTERNAL-SERVICES, KUBE-PROXY-FIREWALL, KUBE-NODEPORTS; whole lines. */
export function filterRules(plan: RulePlan): string {
  const { info } = plan;
  const rules: string[] = [];
  if (!plan.hasInternalEndpoints) {
    const { comment, target } = refusal(plan);
    rules.push(`-A KUBE-SERVICES ${toAddress(plan, comment, info.clusterIP)} -j ${target}`);
  }
  if (plan.usesFwChain) {
    const comment = `${info.name} traffic not accepted by ${plan.chain.fw}`;
    for (const vip of info.loadBalancerVIPs) rules.push(`-A KUBE-PROXY-FIREWALL ${toAddress(plan, comment, vip)} -j DROP`);
  }
  if (!plan.hasExternalEndpoints) rules.push(...externalRefusals(plan));
  if (info.healthCheckNodePort !== 0) {
    const comment = `"${info.name} health check node port"`;
    const match = `-m tcp -p tcp --dport ${info.healthCheckNodePort}`;
    rules.push(`-A KUBE-NODEPORTS -m comment --comment ${comment} ${match} -j ACCEPT`);
  }
  return asLines(rules);
}

/** Traffic to external addresses that no rule of nat will have taken. */
function externalRefusals(plan: RulePlan): readonly string[] {
  const { info, protocol } = plan;
  const { comment, target } = refusal(plan);
  const rules = [...info.externalIPs, ...info.loadBalancerVIPs].map(
    (address) => `-A KUBE-EXTERNAL-SERVICES ${toAddress(plan, comment, address)} -j ${target}`,
  );
  if (info.nodePort !== 0) {
    const match = `-m addrtype --dst-type LOCAL -m ${protocol} -p ${protocol} --dport ${info.nodePort}`;
    rules.push(`-A KUBE-EXTERNAL-SERVICES -m comment --comment "${comment}" ${match} -j ${target}`);
  }
  return rules;
}

/** nat: KUBE-SERVICES and KUBE-NODEPORTS; whole lines. */
export function natSharedRules(plan: RulePlan): string {
  const { info, chain } = plan;
  const rules: string[] = [];
  if (plan.hasInternalEndpoints) {
    const target = info.internalPolicyLocal ? chain.svl : chain.svc;
    rules.push(`-A KUBE-SERVICES ${toAddress(plan, `${info.name} cluster IP`, info.clusterIP)} -j ${target}`);
  }
  if (plan.usesExtChain) rules.push(...externalCaptures(plan));
  return asLines(rules);
}

/** Traffic to external addresses goes to KUBE-EXT, that of load balancers with source ranges by way of KUBE-FW. */
function externalCaptures(plan: RulePlan): readonly string[] {
  const { info, protocol, chain } = plan;
  const vipTarget = plan.usesFwChain ? chain.fw : chain.ext;
  const rules = [
    ...info.externalIPs.map((addr) => `${toAddress(plan, `${info.name} external IP`, addr)} -j ${chain.ext}`),
    ...info.loadBalancerVIPs.map((addr) => `${toAddress(plan, `${info.name} loadbalancer IP`, addr)} -j ${vipTarget}`),
  ].map((rule) => `-A KUBE-SERVICES ${rule}`);
  if (info.nodePort !== 0) {
    const match = `-m comment --comment ${info.name} -m ${protocol} -p ${protocol} --dport ${info.nodePort}`;
    rules.push(`-A KUBE-NODEPORTS ${match} -j ${chain.ext}`);
  }
  return rules;
}

/** Joined at once: these texts are kept, and text put together piece by piece keeps its pieces. */
function asLines(rules: readonly string[]): string {
  return rules.flatMap((rule) => [rule, '\n']).join('');
}
