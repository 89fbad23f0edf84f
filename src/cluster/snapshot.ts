/**
 * What the outside sees of a cluster: one immutable value per moment. Parts that did not change keep their identity, so a
 * reader may compare with ===. Plain data throughout: it can be cloned to a worker or saved.
 */
import type { RuntimeName } from '../node/runtime/words.ts';
import type { KubeObject } from '../api/kinds.ts';
import type { NetnsView } from '../net/view.ts';
import type { NetworkName } from '../node/cni/networks.ts';
import type { Instant } from '../sim/sim.ts';
import type { Fault } from './faults/fault.ts';

/** `Kind namespace/name`, or `Kind name` for kinds without namespace: how objects are named everywhere. */
export type ObjectKey = string;

/** Where in the user's manifests a field of an object is written; lines and columns are 1-based. */
export interface SourceRange {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** An API object and where it comes from. */
export interface ObjectView {
  readonly key: ObjectKey;
  readonly object: KubeObject;
  /** Who made it: `kubectl`, a controller, `kube-apiserver` for what it keeps for itself. */
  readonly createdBy: string;
  /** The manifest document, for objects the user applied; null for what controllers made. */
  readonly source: SourceRange | null;
  /** Ranges of single fields, by path as FieldErrors spell it (`spec.ports[0].port`). */
  readonly fieldSources: ReadonlyMap<string, SourceRange>;
}

/** A container as the runtime has it (`docker ps` row). */
export interface ContainerView {
  /** 64 hexadecimal digits. */
  readonly id: string;
  /** `k8s_POD_<pod>_<namespace>_<uid>_<attempt>` or `k8s_<container>_…`. */
  readonly name: string;
  readonly image: string;
  /** The container's name in the Pod; `POD` for the pause sandbox. */
  readonly container: string;
  readonly pod: ObjectKey;
  readonly state: 'created' | 'running' | 'exited';
  readonly startedAt: Instant | null;
}

/** What a process finds in /etc to look names up with. */
export interface EtcView {
  readonly resolvConf: string;
  readonly hosts: string;
}

export interface NodeView {
  readonly name: string;
  /** `192.168.1.12`; the node's InternalIP. */
  readonly ip: string;
  readonly podCIDR: string | null;
  readonly controlPlane: boolean;
  readonly ready: boolean;
  readonly root: NetnsView;
  /** The namespaces of Pods on this node that have one of their own, by `namespace/name`. */
  readonly podNetns: ReadonlyMap<string, NetnsView>;
  /** The machine's own files, and those of its Pods by `namespace/name`. */
  readonly etc: EtcView;
  readonly podEtc: ReadonlyMap<string, EtcView>;
  readonly containers: readonly ContainerView[];
  /** Processes outside containers: kubelet, containerd … */
  readonly kubeProxy: { readonly mode: 'iptables' | 'none'; readonly running: boolean };
  /** The daemon of the network, flanneld and the like, runs. */
  readonly cniRuns: boolean;
  /** What that daemon last complained of in its log; null when all is well. */
  readonly cniProblem: string | null;
  /** What the node's agents are told when they dial the API server; null while they reach it, or are gone. */
  readonly apiProblem: string | null;
  /** False: the machine is switched off. */
  readonly on: boolean;
}

/** A host on the underlay that is no node. */
export interface HostView {
  readonly name: string;
  /** `outside`: the client outside the cluster. `router`: it forwards between the subnets. */
  readonly role: 'outside' | 'router';
  /** A router's in the first subnet. */
  readonly ip: string;
  readonly root: NetnsView;
}

export interface EventView {
  readonly at: Instant;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly object: ObjectKey;
  readonly message: string;
  readonly source: string;
}

/** One line of "what changed": something an actor added, removed or altered. */
export interface ChangeItem {
  readonly op: 'added' | 'removed' | 'changed';
  /** What kind of thing: `Deployment`, `Pod`, `container`, `veth pair`, `address`, `route`, `neigh`, `fdb`, `chain`, `rule`, `sysctl`. */
  readonly what: string;
  /** How a tool prints it (a rule's iptables-save line, a route's line, an object's key). */
  readonly text: string;
  /** Selects it in the picture; null for what is gone. */
  readonly ref: Ref | null;
}

/** All changes of one actor in one place. */
export interface ChangeGroup {
  /** `API server`, `controllers`, `scheduler`, `kubelet`, `CNI flannel`, `flanneld`, `kube-proxy`, `user`. */
  readonly actor: string;
  /** The node it happened on; null for the control plane. */
  readonly node: string | null;
  readonly items: readonly ChangeItem[];
}

/** The diff of the world after one command, grouped by actor. */
export interface WorldDiff {
  /** The command that caused it. */
  readonly command: string;
  readonly groups: readonly ChangeGroup[];
}

/** Names anything that can be selected, focused or linked to. */
export type Ref =
  | { readonly kind: 'object'; readonly key: ObjectKey }
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'host'; readonly name: string }
  | { readonly kind: 'netns'; readonly node: string; readonly netns: string }
  | { readonly kind: 'link'; readonly node: string; readonly netns: string; readonly name: string }
  | { readonly kind: 'container'; readonly node: string; readonly id: string }
  | { readonly kind: 'chain'; readonly node: string; readonly netns: string; readonly table: string; readonly chain: string }
  | {
      readonly kind: 'rule';
      readonly node: string;
      readonly netns: string;
      readonly table: string;
      readonly chain: string;
      readonly number: number;
    }
  | { readonly kind: 'route'; readonly node: string; readonly netns: string; readonly text: string }
  | { readonly kind: 'neigh'; readonly node: string; readonly netns: string; readonly dev: string; readonly addr: string }
  | { readonly kind: 'conntrack'; readonly node: string; readonly netns: string; readonly id: number }
  | { readonly kind: 'wire' };

/** Something that was broken on purpose. */
export interface FaultView {
  /** Counts from 1 in a session. */
  readonly id: number;
  /** Put in for somebody to find; `fault`, `at` and `repair` say nothing while it is there. */
  readonly hidden: boolean;
  /** False once nothing is left of it, whoever took it out. */
  readonly active: boolean;
  readonly since: Instant;
  readonly fault: Fault | null;
  /** What is broken, the thing itself first. */
  readonly at: readonly Ref[];
  /** The command lines that take it out as it is now. */
  readonly repair: readonly string[];
}

export interface ClusterSnapshot {
  /** Grows by one with every published snapshot. */
  readonly version: number;
  /** Virtual time. */
  readonly now: Instant;
  readonly title: string;
  readonly cni: NetworkName;
  readonly proxyMode: 'iptables' | 'none';
  /** What runs the nodes' containers. */
  readonly runtime: RuntimeName;
  /** The underlay's subnet; with a router, its first. */
  readonly underlayCIDR: string;
  /** All subnets of the underlay. */
  readonly subnets: readonly string[];
  readonly clusterCIDR: string;
  readonly serviceCIDR: string;
  readonly nodes: readonly NodeView[];
  readonly hosts: readonly HostView[];
  /** Every API object, by key, in creation order. */
  readonly objects: ReadonlyMap<ObjectKey, ObjectView>;
  readonly events: readonly EventView[];
  /** What was broken on purpose, oldest first. */
  readonly faults: readonly FaultView[];
  /** False while controllers, kubelets or proxies still have work queued. */
  readonly settled: boolean;
}

/** One cause in the chain that led to a thing: for the inspector's "Made by", outermost first. */
export interface MadeByStep {
  /** `user`, `deployment-controller`, `scheduler`, `kubelet`, `flannel`, `kube-proxy`, … */
  readonly actor: string;
  /** What it did: `apply`, `create`, `bind`, `sandbox`, or the maker's own word (`cmdAdd`, `syncProxyRules`). */
  readonly action: string;
  /** The object it did it to or for; null when there is none. */
  readonly object: ObjectKey | null;
  readonly node: string | null;
  readonly ref: Ref | null;
  /** The YAML that caused it; null for what no manifest names. */
  readonly source: SourceRange | null;
}
