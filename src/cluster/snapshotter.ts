/**
 * Makes snapshots of a world, each sharing with the one before all that did not change.
 */
import type { KubeObject } from '../api/kinds.ts';
import { keyOf } from '../api/kinds.ts';
import { jsonEqual } from '../api/json.ts';
import type { TextRange } from '../api/manifest-error.ts';
import type { ObjectOrigin } from '../controlplane/origins.ts';
import type { Kernel } from '../net/kernel.ts';
import type { NetnsView } from '../net/view.ts';
import { hostsText, resolvConfText } from '../net/resolv/resolv-conf.ts';
import type { EtcFiles } from '../node/kubelet/pod-dns.ts';
import type {
  ClusterSnapshot,
  EtcView,
  EventView,
  FaultView,
  HostView,
  NodeView,
  ObjectKey,
  ObjectView,
  SourceRange,
} from './snapshot.ts';
import { subnetsOf } from './subnets.ts';
import type { WorldNode } from './nodes.ts';
import type { World } from './world.ts';

interface KnownObject {
  readonly view: ObjectView;
  readonly origin: ObjectOrigin | null;
}

export class Snapshotter {
  readonly #world: World;
  #last: ClusterSnapshot | null = null;
  #version: number;
  #objects: ReadonlyMap<ObjectKey, KnownObject> = new Map();
  readonly #etc = new WeakMap<EtcFiles, EtcView>();

  constructor(world: World, version: number) {
    this.#world = world;
    this.#version = version;
  }

  /** The world as it is now. */
  take(): ClusterSnapshot {
    const world = this.#world;
    const last = this.#last;
    const { cluster, title } = world.spec;
    this.#last = {
      version: ++this.#version,
      now: world.sim.now,
      title,
      cni: cluster.cni,
      proxyMode: cluster.proxy.mode,
      runtime: cluster.runtime,
      underlayCIDR: cluster.underlayCIDR,
      subnets: keepList(
        last?.subnets,
        subnetsOf(cluster).map(({ cidr }) => cidr),
      ),
      clusterCIDR: cluster.clusterCIDR,
      serviceCIDR: cluster.serviceCIDR,
      nodes: keepList(last?.nodes, this.#nodes(last)),
      hosts: keepList(last?.hosts, this.#hosts(last)),
      objects: this.#objectViews(last),
      events: this.#events(last),
      faults: this.#faults(last),
      settled: !world.sim.busy,
    };
    return this.#last;
  }

  #nodes(last: ClusterSnapshot | null): readonly NodeView[] {
    return this.#world.nodes.map((node, index) => {
      const before = last?.nodes[index];
      const podNetns = new Map<string, NetnsView>();
      for (const netns of node.kernel.namespaces()) if (netns !== node.kernel.root) podNetns.set(netns.name, netns.view());
      const podEtc = new Map([...node.agents.podFiles()].map(([name, files]) => [name, this.#etcView(files)]));
      const object = this.#world.store.get('Node', null, node.name);
      const next: NodeView = {
        name: node.name,
        ip: node.spec.ip,
        podCIDR: object?.spec.podCIDR ?? null,
        controlPlane: node.spec.controlPlane,
        ready: (object?.status.conditions ?? []).some((condition) => condition.type === 'Ready' && condition.status === 'True'),
        root: node.kernel.root.view(),
        podNetns: before !== undefined && sameEntries(before.podNetns, podNetns) ? before.podNetns : podNetns,
        etc: this.#etcView(node.agents.files),
        podEtc: before !== undefined && sameEntries(before.podEtc, podEtc) ? before.podEtc : podEtc,
        containers: node.agents.containers(),
        kubeProxy: this.#proxyView(node, before?.kubeProxy),
        cniRuns: node.agents.runs('cni'),
        cniProblem: node.agents.runs('cni') ? (node.agents.cni.daemonProblem ?? null) : null,
        apiProblem: node.on ? this.#world.apiServer.problemOf(node.spec) : null,
        on: node.on,
      };
      return before !== undefined && shallowEqual(before, next) ? before : next;
    });
  }

  /** The same view for the same files. */
  #etcView(files: EtcFiles): EtcView {
    const known = this.#etc.get(files);
    const view = known ?? { resolvConf: resolvConfText(files.resolvConf), hosts: hostsText(files.hosts) };
    if (known === undefined) this.#etc.set(files, view);
    return view;
  }

  #proxyView(node: WorldNode, before: NodeView['kubeProxy'] | undefined): NodeView['kubeProxy'] {
    const mode = this.#world.spec.cluster.proxy.mode === 'iptables' && node.spec.kubeProxy ? 'iptables' : 'none';
    const next = { mode, running: node.agents.runs('kube-proxy') } as const;
    return before !== undefined && shallowEqual(before, next) ? before : next;
  }

  #hosts(last: ClusterSnapshot | null): readonly HostView[] {
    const { external, router } = this.#world.machines;
    const { cluster } = this.#world.spec;
    const address = subnetsOf(cluster)[0].router;
    const views: readonly HostView[] = [
      ...(external === null || cluster.external === null ? [] : [hostView(external, 'outside', cluster.external.ip)]),
      ...(router === null || address === null ? [] : [hostView(router, 'router', address)]),
    ];
    return views.map((next) => {
      const before = last?.hosts.find(({ name }) => name === next.name);
      return before !== undefined && shallowEqual(before, next) ? before : next;
    });
  }

  #objectViews(last: ClusterSnapshot | null): ReadonlyMap<ObjectKey, ObjectView> {
    const { store, authors } = this.#world;
    const views = new Map<ObjectKey, ObjectView>();
    const next = new Map<ObjectKey, KnownObject>();
    for (const object of store.objects()) {
      if (object.kind === 'Event') continue;
      const key = keyOf(object);
      const origin = store.origin(key);
      const before = this.#objects.get(key);
      const entry =
        before?.view.object === object && before.origin === origin
          ? before
          : { view: objectView(key, object, origin, authors(key).createdBy), origin };
      next.set(key, entry);
      views.set(key, entry.view);
    }
    this.#objects = next;
    return last !== null && sameEntries(last.objects, views) ? last.objects : views;
  }

  #faults(last: ClusterSnapshot | null): readonly FaultView[] {
    const views = this.#world.faults.views();
    return keepList(
      last?.faults,
      views.map((view, index) => {
        const before = last?.faults[index];
        return before !== undefined && jsonEqual(before, view) ? before : view;
      }),
    );
  }

  #events(last: ClusterSnapshot | null): readonly EventView[] {
    const events = this.#world.events();
    return keepList(
      last?.events,
      events.map((event, index) => {
        const before = last?.events[index];
        return before !== undefined && shallowEqual(before, event) ? before : event;
      }),
    );
  }
}

function hostView(kernel: Kernel, role: HostView['role'], ip: string): HostView {
  return { name: kernel.name, role, ip, root: kernel.root.view() };
}

function objectView(key: ObjectKey, object: KubeObject, origin: ObjectOrigin | null, createdBy: string): ObjectView {
  const source = origin?.source ?? null;
  const range = (at: TextRange): SourceRange => ({ file: source?.file ?? '', ...pick(at) });
  return {
    key,
    object,
    createdBy,
    source: source === null ? null : range(source.range),
    fieldSources: new Map([...(source?.fields ?? [])].map(([path, at]) => [path, range(at)])),
  };
}

function pick({ line, column, endLine, endColumn }: TextRange): TextRange {
  return { line, column, endLine, endColumn };
}

function keepList<T>(before: readonly T[] | undefined, after: readonly T[]): readonly T[] {
  return before?.length === after.length && after.every((item, index) => item === before[index]) ? before : after;
}

function sameEntries<K, V>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of b) if (a.get(key) !== value) return false;
  return true;
}

function shallowEqual<T extends object>(a: T, b: T): boolean {
  const keys = Object.keys(b) as (keyof T)[];
  return keys.every((key) => a[key] === b[key]);
}
