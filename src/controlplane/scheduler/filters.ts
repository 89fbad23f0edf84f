/**
 * Which nodes can run a Pod, and the scheduler's words for why not (pkg/scheduler/framework/plugins, in the default profile's
 * filter order). The first plugin that refuses a node gives the reasons.
 *
 * Simplification: no volume plugins; preemption is never tried.
 */
import { labelSelectorMatches } from '../../api/selectors.ts';
import type { Labels } from '../../api/types/meta.ts';
import type { Node } from '../../api/types/node.ts';
import type { Pod } from '../../api/types/pod.ts';
import { matchesNodeAffinity, podTermMatches, toleratesTaint, untoleratedTaint } from './affinity.ts';
import { podRequests, type NodeInfo } from './resources.ts';

/** All a filter may look at. */
export interface SchedulingState {
  readonly pod: Pod;
  readonly nodes: readonly NodeInfo[];
  readonly namespaceLabels: (name: string) => Labels;
}

/** Why a node was refused. */
export interface Refusal {
  readonly reasons: readonly string[];
  /** True when removing Pods could make room: preemption would be tried. */
  readonly resolvable: boolean;
}

type Filter = (state: SchedulingState, info: NodeInfo) => Refusal | null;

function hopeless(reason: string): Refusal {
  return { reasons: [reason], resolvable: false };
}

const UNSCHEDULABLE_TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;

const nodeUnschedulable: Filter = ({ pod }, { node }) => {
  if (node.spec.unschedulable !== true) return null;
  const tolerated = (pod.spec.tolerations ?? []).some((toleration) => toleratesTaint(toleration, UNSCHEDULABLE_TAINT));
  return tolerated ? null : hopeless('node(s) were unschedulable');
};

const taintToleration: Filter = ({ pod }, { node }) => {
  const taint = untoleratedTaint(pod, node.spec.taints ?? [], ['NoSchedule', 'NoExecute']);
  return taint === null ? null : hopeless(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`);
};

const nodeAffinity: Filter = ({ pod }, { node }) =>
  matchesNodeAffinity(pod, node) ? null : hopeless("node(s) didn't match Pod's node affinity/selector");

interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

function hostPorts(pod: Pod): readonly HostPort[] {
  return pod.spec.containers.flatMap((container) =>
    (container.ports ?? []).flatMap(({ hostIP, protocol, hostPort }) =>
      (hostPort ?? 0) === 0 ? [] : [{ ip: hostIP ?? '0.0.0.0', protocol, port: hostPort ?? 0 }],
    ),
  );
}

function portsClash(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0');
}

const nodePorts: Filter = ({ pod }, { pods }) => {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return null;
  const taken = pods.flatMap(hostPorts);
  const clash = wanted.some((port) => taken.some((other) => portsClash(port, other)));
  return clash ? { reasons: ["node(s) didn't have free ports for the requested pod ports"], resolvable: true } : null;
};

const resourcesFit: Filter = ({ pod }, { pods, requested, allocatable }) => {
  const reasons: string[] = [];
  if (pods.length + 1 > (allocatable.get('pods') ?? 0) / 1000) reasons.push('Too many pods');
  let resolvable = true;
  for (const [name, amount] of podRequests(pod)) {
    const capacity = allocatable.get(name) ?? 0;
    if (amount === 0 || amount <= capacity - (requested.get(name) ?? 0)) continue;
    reasons.push(`Insufficient ${name}`);
    if (amount > capacity) resolvable = false;
  }
  return reasons.length === 0 ? null : { reasons, resolvable };
};

/** The value of a topology label, or null. */
export function domainOf(node: Node, key: string): string | null {
  return node.metadata.labels?.[key] ?? null;
}

const topologySpread: Filter = ({ pod, nodes }, { node }) => {
  for (const constraint of pod.spec.topologySpreadConstraints ?? []) {
    if (constraint.whenUnsatisfiable !== 'DoNotSchedule') continue;
    const domain = domainOf(node, constraint.topologyKey);
    if (domain === null) return hopeless("node(s) didn't match pod topology spread constraints (missing required label)");
    const counts = new Map<string, number>();
    for (const info of nodes.filter((other) => matchesNodeAffinity(pod, other.node))) {
      const other = domainOf(info.node, constraint.topologyKey);
      if (other === null) continue;
      const matching = info.pods.filter((peer) =>
        countsForSpread(pod, peer, () => labelSelectorMatches(constraint.labelSelector, peer.metadata.labels)),
      );
      counts.set(other, (counts.get(other) ?? 0) + matching.length);
    }
    const self = labelSelectorMatches(constraint.labelSelector, pod.metadata.labels) ? 1 : 0;
    const least = counts.size < (constraint.minDomains ?? 0) ? 0 : Math.min(...counts.values());
    if ((counts.get(domain) ?? 0) + self - least > constraint.maxSkew) {
      return { reasons: ["node(s) didn't match pod topology spread constraints"], resolvable: true };
    }
  }
  return null;
};

function countsForSpread(pod: Pod, peer: Pod, selected: () => boolean): boolean {
  return peer.metadata.namespace === pod.metadata.namespace && peer.metadata.deletionTimestamp === undefined && selected();
}

const interPodAffinity: Filter = (state, info) => {
  const { pod, nodes, namespaceLabels } = state;
  const sameDomain = (key: string): readonly Pod[] => {
    const domain = domainOf(info.node, key);
    return domain === null ? [] : nodes.filter(({ node }) => domainOf(node, key) === domain).flatMap(({ pods }) => pods);
  };
  for (const term of pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
    const matches = (peer: Pod): boolean => podTermMatches(term, pod, peer, namespaceLabels);
    if (sameDomain(term.topologyKey).some(matches)) continue;
    // The first Pod of a group that wants to be near itself may go anywhere.
    const firstOfItsKind =
      matches(pod) && domainOf(info.node, term.topologyKey) !== null && !nodes.some(({ pods }) => pods.some(matches));
    if (!firstOfItsKind) return hopeless("node(s) didn't match pod affinity rules");
  }
  for (const term of pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
    if (sameDomain(term.topologyKey).some((peer) => podTermMatches(term, pod, peer, namespaceLabels))) {
      return { reasons: ["node(s) didn't match pod anti-affinity rules"], resolvable: true };
    }
  }
  return repelledByOthers(state, info)
    ? { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], resolvable: true }
    : null;
};

function repelledByOthers({ pod, nodes, namespaceLabels }: SchedulingState, info: NodeInfo): boolean {
  return nodes.some((other) =>
    other.repelling.some((peer) =>
      (peer.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).some((term) => {
        const domain = domainOf(other.node, term.topologyKey);
        return (
          domain !== null &&
          domain === domainOf(info.node, term.topologyKey) &&
          podTermMatches(term, peer, pod, namespaceLabels)
        );
      }),
    ),
  );
}

const FILTERS: readonly Filter[] = [
  nodeUnschedulable,
  taintToleration,
  nodeAffinity,
  nodePorts,
  resourcesFit,
  topologySpread,
  interPodAffinity,
];

/** Why the Pod cannot run on the node, or null when it can. */
export function refusalOf(state: SchedulingState, info: NodeInfo): Refusal | null {
  for (const filter of FILTERS) {
    const refusal = filter(state, info);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** `0/2 nodes are available: 2 Insufficient cpu. preemption: …` (framework/types.go FitError). */
export function fitErrorMessage(total: number, refusals: readonly Refusal[]): string {
  if (total === 0) return 'no nodes available to schedule pods';
  const reasons = countReasons(refusals.flatMap(({ reasons: list }) => list));
  const hope = refusals.map(({ resolvable }) =>
    resolvable ? 'No preemption victims found for incoming pod' : 'Preemption is not helpful for scheduling',
  );
  return `0/${total} nodes are available: ${reasons}. preemption: 0/${total} nodes are available: ${countReasons(hope)}.`;
}

function countReasons(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort((a, b) => (a < b ? -1 : 1))
    .join(', ');
}
