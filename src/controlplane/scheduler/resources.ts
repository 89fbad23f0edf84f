/**
 * What Pods ask of a node and what it has left (pkg/api/v1/resource helpers PodRequests, pkg/scheduler/framework NodeInfo).
 * `kubectl describe node`, "Allocated resources". Amounts are in thousandths.
 */
import { parseQuantity } from '../../api/quantity.ts';
import type { Container } from '../../api/types/container.ts';
import type { Node } from '../../api/types/node.ts';
import type { Pod } from '../../api/types/pod.ts';

export type Amounts = ReadonlyMap<string, number>;

/** What a container without requests counts for when nodes are compared (DefaultMilliCPURequest, DefaultMemoryRequest). */
const NON_ZERO: Amounts = new Map([
  ['cpu', 100],
  ['memory', 200 * 1024 * 1024 * 1000],
]);

export function amountsOf(list: Readonly<Record<string, string>> | undefined): Amounts {
  return new Map(Object.entries(list ?? {}).map(([name, text]) => [name, parseQuantity(text) ?? 0]));
}

function add(into: Map<string, number>, amounts: Amounts): void {
  for (const [name, amount] of amounts) into.set(name, (into.get(name) ?? 0) + amount);
}

function atLeast(into: Map<string, number>, amounts: Amounts): void {
  for (const [name, amount] of amounts) into.set(name, Math.max(into.get(name) ?? 0, amount));
}

/** Sum over containers and sidecars, or an init container's request where that is larger. */
function podSum(pod: Pod, requestOf: (container: Container) => Amounts): Amounts {
  const total = new Map<string, number>();
  for (const container of pod.spec.containers) add(total, requestOf(container));
  const sidecars = new Map<string, number>();
  const initPeak = new Map<string, number>();
  for (const container of pod.spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      add(sidecars, requestOf(container));
      atLeast(initPeak, sidecars);
    } else {
      const beside = new Map(sidecars);
      add(beside, requestOf(container));
      atLeast(initPeak, beside);
    }
  }
  add(total, sidecars);
  atLeast(total, initPeak);
  return total;
}

/** What the Pod requests. */
export function podRequests(pod: Pod): Amounts {
  return podSum(pod, (container) => amountsOf(container.resources?.requests));
}

function nonZeroRequests(pod: Pod): Amounts {
  return podSum(pod, (container) => new Map([...NON_ZERO, ...amountsOf(container.resources?.requests)]));
}

/** A node as the scheduler sees it: its Pods and what they take. */
export interface NodeInfo {
  readonly node: Node;
  readonly pods: readonly Pod[];
  readonly requested: Amounts;
  /** Requests with a minimum for containers that ask for nothing: for scores. */
  readonly nonZero: Amounts;
  readonly allocatable: Amounts;
  /** Those of `pods` that require others to stay away. */
  readonly repelling: readonly Pod[];
}

/** Both sums of a Pod; kept per Pod spec, which never changes. */
export class RequestCache {
  readonly #bySpec = new WeakMap<Pod['spec'], { readonly requests: Amounts; readonly nonZero: Amounts }>();

  of(pod: Pod): { readonly requests: Amounts; readonly nonZero: Amounts } {
    let sums = this.#bySpec.get(pod.spec);
    if (sums === undefined) {
      sums = { requests: podRequests(pod), nonZero: nonZeroRequests(pod) };
      this.#bySpec.set(pod.spec, sums);
    }
    return sums;
  }

  nodeInfo(node: Node, pods: readonly Pod[]): NodeInfo {
    const requested = new Map<string, number>();
    const nonZero = new Map<string, number>();
    for (const pod of pods) {
      const sums = this.of(pod);
      add(requested, sums.requests);
      add(nonZero, sums.nonZero);
    }
    const repelling = pods.filter(
      (pod) => (pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).length > 0,
    );
    return { node, pods, requested, nonZero, repelling, allocatable: amountsOf(node.status.allocatable) };
  }
}
