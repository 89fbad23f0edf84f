/**
 * What of a selected thing can be broken, read from the snapshot: only what would change something is offered.
 */
import type { Fault } from '../../cluster/faults/fault.ts';
import { KEPT_PORT } from '../../cluster/faults/kept-port.ts';
import { usesNodeRange } from '../../cluster/faults/node-range.ts';
import type { ClusterSnapshot, NodeView, Ref } from '../../cluster/snapshot.ts';
import { findNetns, findNode } from '../inspector/find.ts';
import type { KubeObject, LinkView, NetnsView } from '../store/views.ts';

/** Sysctls whose other value breaks something, and that value. */
const SYSCTLS = [
  ['net.ipv4.ip_forward', '0'],
  ['net.bridge.bridge-nf-call-iptables', '0'],
  ['net.ipv4.conf.all.rp_filter', '1'],
  ['net.netfilter.nf_conntrack_max', '1'],
] as const;

const COREDNS = 'Deployment kube-system/coredns';

const SYSTEM = /^(kube-|local-path-storage$)/;

const LOSS_PERCENT = 30;
const DELAY_MS = 100;
/** Below every device's, above the smallest a path may have (ip_rt_min_pmtu 552). */
const SMALL_MTU = 600;

export function offersFor(snapshot: ClusterSnapshot, ref: Ref): readonly Fault[] {
  switch (ref.kind) {
    case 'node':
      return nodeOffers(snapshot, ref.node);
    case 'netns': {
      if (ref.netns === 'root') return nodeOffers(snapshot, ref.node);
      return podOffers(snapshot, ref.node, ref.netns);
    }
    case 'object':
      return objectOffers(snapshot, ref.key);
    case 'link': {
      const netns = findNetns(snapshot, ref.node, ref.netns);
      const link = netns?.links.find(({ name }) => name === ref.name);
      return netns === null || link === undefined ? [] : linkOffers(snapshot, netns, link);
    }
    case 'route':
      return routeOffers(snapshot, ref);
    case 'neigh': {
      const entry = findNetns(snapshot, ref.node, ref.netns)?.neighbours.find(
        ({ addr, dev }) => addr === ref.addr && dev === ref.dev,
      );
      return entry?.state === 'PERMANENT' ? [{ kind: 'missing-neighbour', ...placed(ref), dev: ref.dev, addr: ref.addr }] : [];
    }
    case 'conntrack':
      return flowOffers(snapshot, ref);
    default:
      return [];
  }
}

/** The root namespace goes without saying. */
function placed({ node, netns }: { readonly node: string; readonly netns: string }): {
  readonly node: string;
  readonly netns?: string;
} {
  return netns === 'root' ? { node } : { node, netns };
}

function nodeOffers({ cni, nodes }: ClusterSnapshot, machine: string): readonly Fault[] {
  const view = nodes.find(({ name }) => name === machine) ?? null;
  if (view === null) return [];
  const { name: node, root } = view;
  const settings = SYSCTLS.filter(([name, value]) => root.sysctls.has(name) && root.sysctls.get(name) !== value);
  const forward = root.netfilter.ruleset.filter.chains.get('FORWARD');
  if (!view.on) return [];
  return [
    { kind: 'node-down', node },
    ...(view.kubeProxy.running ? [{ kind: 'agent-stopped', node, agent: 'kube-proxy' } as const] : []),
    ...(view.cniRuns && cni !== 'none' ? [{ kind: 'agent-stopped', node, agent: 'cni' } as const] : []),
    ...settings.map(([name, value]): Fault => ({ kind: 'sysctl', node, name, value })),
    ...(forward?.policy === 'DROP' ? [] : [{ kind: 'iptables', node, args: '-P FORWARD DROP' } as const]),
    { kind: 'iptables', node, args: '-I FORWARD -p tcp --dport 80 -j DROP' },
    ...rangeOffers(nodes, view, cni),
  ];
}

/** The range of the first node that has another one. */
function rangeOffers(nodes: readonly NodeView[], view: NodeView, cni: ClusterSnapshot['cni']): readonly Fault[] {
  if (view.controlPlane || !usesNodeRange(cni)) return [];
  const other = nodes.find(({ podCIDR }) => podCIDR !== null && podCIDR !== view.podCIDR);
  return other === undefined ? [] : [{ kind: 'overlapping-pod-cidr', node: view.name, other: other.name }];
}

function objectOffers(snapshot: ClusterSnapshot, key: string): readonly Fault[] {
  if (key.startsWith('Node ')) return nodeOffers(snapshot, key.slice('Node '.length));
  const object = snapshot.objects.get(key)?.object;
  if (key === COREDNS && object?.kind === 'Deployment') return object.spec.replicas === 0 ? [] : [{ kind: 'dns-down' }];
  if (object?.kind === 'Service') return serviceOffers(snapshot, object);
  if (object?.kind !== 'Pod' || object.spec.nodeName === undefined) return [];
  return podOffers(snapshot, object.spec.nodeName, `${object.metadata.namespace}/${object.metadata.name}`);
}

/** A Service of UDP of the user's, for the first Pod of the user that is none of its own. */
function serviceOffers(
  snapshot: ClusterSnapshot,
  { metadata, spec }: Extract<KubeObject, { kind: 'Service' }>,
): readonly Fault[] {
  if (SYSTEM.test(metadata.namespace) || !(spec.ports ?? []).some(({ protocol }) => protocol === 'UDP')) return [];
  const selected = Object.entries(spec.selector ?? {});
  for (const { object } of snapshot.objects.values()) {
    if (object.kind !== 'Pod' || SYSTEM.test(object.metadata.namespace) || object.spec.hostNetwork === true) continue;
    const { labels = {}, name, namespace } = object.metadata;
    if (object.status.podIP === undefined || selected.every(([key, value]) => labels[key] === value)) continue;
    const service = `${metadata.namespace}/${metadata.name}`;
    return [{ kind: 'stale-conntrack', pod: `${namespace}/${name}`, service, sport: KEPT_PORT }];
  }
  return [];
}

/** A flow of UDP from a Pod of this node to a Service. */
function flowOffers(snapshot: ClusterSnapshot, { id, node, netns }: Extract<Ref, { kind: 'conntrack' }>): readonly Fault[] {
  const flow = findNetns(snapshot, node, netns)?.conntrack.find((entry) => entry.id === id)?.original;
  if (flow?.protocol !== 'udp') return [];
  const objects = [...snapshot.objects.values()].map(({ object }) => object);
  const pod = objects.find(
    (object) => object.kind === 'Pod' && object.spec.nodeName === node && object.status.podIP === flow.src,
  )?.metadata;
  const service = objects.find((object) => object.kind === 'Service' && object.spec.clusterIP === flow.dst)?.metadata;
  if (pod === undefined || service === undefined) return [];
  return [
    {
      kind: 'stale-conntrack',
      pod: `${pod.namespace ?? ''}/${pod.name}`,
      service: `${service.namespace ?? ''}/${service.name}`,
      sport: flow.sport,
    },
  ];
}

/** A Pod is broken at its own devices. */
function podOffers(snapshot: ClusterSnapshot, node: string, name: string): readonly Fault[] {
  const netns = findNode(snapshot, node)?.podNetns.get(name);
  return netns?.links.flatMap((link) => linkOffers(snapshot, netns, link)) ?? [];
}

function linkOffers(snapshot: ClusterSnapshot, netns: NetnsView, link: LinkView): readonly Fault[] {
  if (link.kind === 'loopback') return [];
  const at = placed({ node: netns.node, netns: netns.name });
  const dev = link.name;
  return [
    ...(link.up ? [{ kind: 'link-down', ...at, dev } as const] : []),
    ...(link.qdisc === null
      ? [
          { kind: 'netem', ...at, dev, lossPercent: LOSS_PERCENT, delayMs: 0 } as const,
          { kind: 'netem', ...at, dev, lossPercent: 0, delayMs: DELAY_MS } as const,
        ]
      : []),
    ...(link.mtu > SMALL_MTU ? [{ kind: 'mtu', ...at, dev, mtu: SMALL_MTU } as const] : []),
    ...(netns.name === 'root' ? rootLinkOffers(snapshot, netns, link) : []),
  ];
}

function rootLinkOffers(
  snapshot: ClusterSnapshot,
  { node, links, fdb, neighbours }: NetnsView,
  link: LinkView,
): readonly Fault[] {
  const dev = link.name;
  const behind = new Set(fdb.flatMap((entry) => (entry.self && entry.dev === dev && entry.dst !== null ? [entry.dst] : [])));
  const permanent = neighbours.filter((entry) => entry.dev === dev && entry.state === 'PERMANENT');
  const looped = links.some(({ name }) => name === 'patch0');
  const far = link.kind === 'bridge' ? farAddress(snapshot, node) : null;
  return [
    ...[...behind].map((dst): Fault => ({ kind: 'missing-fdb', node, dev, dst })),
    ...(link.kind === 'vxlan' ? permanent.map(({ addr }): Fault => ({ kind: 'missing-neighbour', node, dev, addr })) : []),
    ...(link.hairpin ? [{ kind: 'hairpin-off', node, dev } as const] : []),
    ...(link.kind === 'bridge' && !looped ? [{ kind: 'bridge-loop', node, bridge: dev } as const] : []),
    ...(far === null ? [] : [{ kind: 'duplicate-address', node, dev, address: far } as const]),
  ];
}

/** The address of a Pod on another node. */
function farAddress(snapshot: ClusterSnapshot, node: string): string | null {
  for (const { object } of snapshot.objects.values()) {
    if (object.kind !== 'Pod' || object.spec.hostNetwork === true || object.spec.nodeName === node) continue;
    if (object.status.podIP !== undefined) return object.status.podIP;
  }
  return null;
}

function routeOffers(snapshot: ClusterSnapshot, ref: Extract<Ref, { kind: 'route' }>): readonly Fault[] {
  const route = findNetns(snapshot, ref.node, ref.netns)?.routes.find(({ text }) => text === ref.text);
  if (route === undefined || route.table !== 'main') return [];
  const dst = route.dst === '0.0.0.0/0' ? 'default' : route.dst;
  const outside = snapshot.hosts.find(({ role }) => role === 'outside')?.ip;
  const others = snapshot.nodes.filter(({ name }) => name !== ref.node);
  const behind = others.find(({ podCIDR }) => podCIDR === route.dst);
  return [
    { kind: 'missing-route', ...placed(ref), dst },
    ...(outside === undefined || route.via === outside || ref.netns !== 'root'
      ? []
      : [{ kind: 'wrong-route', node: ref.node, dst, via: outside } as const]),
    ...(behind === undefined || ref.netns !== 'root'
      ? []
      : [{ kind: 'routing-loop', node: ref.node, other: behind.name, dst } as const]),
  ];
}
