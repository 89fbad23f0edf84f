/**
 * Node selectors, taints and Pod affinity terms (component-helpers scheduling/corev1; plugins nodeaffinity, tainttoleration,
 * interpodaffinity).
 */
import { labelSelectorMatches, matchesRequirement, type Requirement, type SelectorOperator } from '../../api/selectors.ts';
import type { NodeSelectorRequirement, NodeSelectorTerm, PodAffinityTerm, Toleration } from '../../api/types/affinity.ts';
import type { Labels } from '../../api/types/meta.ts';
import type { Node, Taint } from '../../api/types/node.ts';
import type { Pod } from '../../api/types/pod.ts';

const OPERATOR: Readonly<Record<NodeSelectorRequirement['operator'], SelectorOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
};

function requirementOf({ key, operator, values }: NodeSelectorRequirement): Requirement {
  return { key, operator: OPERATOR[operator], values: values ?? [] };
}

/** An empty term matches nothing. */
export function termMatches(term: NodeSelectorTerm, node: Node): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  const labels = node.metadata.labels ?? {};
  const nodeFields: Labels = { 'metadata.name': node.metadata.name };
  return (
    expressions.every((one) => matchesRequirement(requirementOf(one), labels)) &&
    fields.every((one) => matchesRequirement(requirementOf(one), nodeFields))
  );
}

/** spec.nodeSelector and required node affinity (GetRequiredNodeAffinity). */
export function matchesNodeAffinity(pod: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  if (!Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms === undefined || terms.some((term) => termMatches(term, node));
}

/** models Toleration.ToleratesTaint. */
export function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  if ((toleration.key ?? '') !== '' && toleration.key !== taint.key) return false;
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '');
}

/** The first taint of these effects that nothing tolerates. */
export function untoleratedTaint(pod: Pod, taints: readonly Taint[], effects: readonly Taint['effect'][]): Taint | null {
  const tolerations = pod.spec.tolerations ?? [];
  return (
    taints.find(
      (taint) => effects.includes(taint.effect) && !tolerations.some((toleration) => toleratesTaint(toleration, taint)),
    ) ?? null
  );
}

/** True when an affinity term of `owner` speaks of `pod`; `namespaceLabels` serve its namespaceSelector. */
export function podTermMatches(
  term: PodAffinityTerm,
  owner: Pod,
  pod: Pod,
  namespaceLabels: (name: string) => Labels,
): boolean {
  const { namespace } = pod.metadata;
  const named = term.namespaces ?? (term.namespaceSelector === undefined ? [owner.metadata.namespace] : []);
  const inScope =
    named.includes(namespace) ||
    (term.namespaceSelector !== undefined && labelSelectorMatches(term.namespaceSelector, namespaceLabels(namespace)));
  return inScope && labelSelectorMatches(term.labelSelector, pod.metadata.labels);
}
