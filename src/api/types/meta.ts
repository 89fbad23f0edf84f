/**
 * What every API object carries (apimachinery meta/v1), field names verbatim.
 *
 * Stored objects are deep-frozen values: fields that the API server always fills are required here, the rest are optional and
 * absent (never null) when unset. Times are RFC 3339 text in UTC. Seen with `kubectl get … -o yaml`.
 */

/** A link to the object that manages this one; garbage collection follows it. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  /** True for the one managing controller. */
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** metadata of a cluster-scoped object; namespaced ones have NamespacedMeta. */
export interface ObjectMeta {
  readonly name: string;
  readonly generateName?: string;
  /** Absent on cluster-scoped objects. */
  readonly namespace?: string;
  readonly uid: string;
  /** The store's revision at the last write of this object, decimal text. */
  readonly resourceVersion: string;
  /** Counts changes of the desired state (spec); absent on kinds that have none. */
  readonly generation?: number;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly creationTimestamp: string;
  /** When a gracefully deleted object will be removed at the latest; set means it is terminating. */
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly finalizers?: readonly string[];
}

/** metadata of a namespaced object. */
export interface NamespacedMeta extends ObjectMeta {
  readonly namespace: string;
}

export type Labels = Readonly<Record<string, string>>;

export type LabelSelectorOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';

export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: LabelSelectorOperator;
  readonly values?: readonly string[];
}

/** Set-based selector of workloads and affinity; both parts must hold, an empty one selects everything. */
export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

/** A port or percentage that is a number or text (`8080`, `"http"`, `"25%"`). */
export type IntOrString = number | string;

export type ConditionStatus = 'True' | 'False' | 'Unknown';

export interface ObjectReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly fieldPath?: string;
}
