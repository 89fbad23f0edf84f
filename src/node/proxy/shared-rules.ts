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
  let rules = '';
  if (!plan.hasInternalEndpoints) {
    const { comment, target } = refusal(plan);
    rules += `-A KUBE-SERVICES ${toAddress(plan, comment, info.clusterIP)} -j ${target}\n`;
  }
  if (plan.usesFwChain) {
    const comment = `${info.name} traffic not accepted by ${plan.chain.fw}`;
    for (const vip of info.loadBalancerVIPs) rules += `-A KUBE-PROXY-FIREWALL ${toAddress(plan, comment, vip)} -j DROP\n`;
  }
  if (!plan.hasExternalEndpoints) rules += externalRefusals(plan);
  if (info.healthCheckNodePort !== 0) {
    const comment = `"${info.name} health check node port"`;
    rules += `-A KUBE-NODEPORTS -m comment --comment ${comment} -m tcp -p tcp --dport ${info.healthCheckNodePort} -j ACCEPT\n`;
  }
  return rules;
}

/** Traffic to external addresses that no rule of nat will have taken. */
function externalRefusals(plan: RulePlan): string {
  const { info, protocol } = plan;
  const { comment, target } = refusal(plan);
  let rules = '';
  for (const address of [...info.externalIPs, ...info.loadBalancerVIPs]) {
    rules += `-A KUBE-EXTERNAL-SERVICES ${toAddress(plan, comment, address)} -j ${target}\n`;
  }
  if (info.nodePort !== 0) {
    const match = `-m addrtype --dst-type LOCAL -m ${protocol} -p ${protocol} --dport ${info.nodePort}`;
    rules += `-A KUBE-EXTERNAL-SERVICES -m comment --comment "${comment}" ${match} -j ${target}\n`;
  }
  return rules;
}

/** nat: KUBE-SERVICES and KUBE-NODEPORTS; whole lines. */
export function natSharedRules(plan: RulePlan): string {
  const { info, protocol, chain } = plan;
  let rules = '';
  if (plan.hasInternalEndpoints) {
    const target = info.internalPolicyLocal ? chain.svl : chain.svc;
    rules += `-A KUBE-SERVICES ${toAddress(plan, `${info.name} cluster IP`, info.clusterIP)} -j ${target}\n`;
  }
  if (!plan.hasEndpoints) return rules;
  for (const address of info.externalIPs) {
    rules += `-A KUBE-SERVICES ${toAddress(plan, `${info.name} external IP`, address)} -j ${chain.ext}\n`;
  }
  const vipTarget = plan.usesFwChain ? chain.fw : chain.ext;
  for (const address of info.loadBalancerVIPs) {
    rules += `-A KUBE-SERVICES ${toAddress(plan, `${info.name} loadbalancer IP`, address)} -j ${vipTarget}\n`;
  }
  if (info.nodePort !== 0) {
    const match = `-m comment --comment ${info.name} -m ${protocol} -p ${protocol} --dport ${info.nodePort}`;
    rules += `-A KUBE-NODEPORTS ${match} -j ${chain.ext}\n`;
  }
  return rules;
}
