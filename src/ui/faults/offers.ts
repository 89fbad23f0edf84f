/**
 * What of a selected thing can be broken, read from the snapshot: only what would change something is offered.
 */
import type { Fault } from '../../cluster/faults/fault.ts';
import type { ClusterSnapshot, Ref } from '../../cluster/snapshot.ts';
import { findNetns, findNode } from '../inspector/find.ts';
import type { LinkView, NetnsView } from '../store/views.ts';

/** Sysctls whose other value breaks something, and that value. */
const SYSCTLS = [
  ['net.ipv4.ip_forward', '0'],
  ['net.bridge.bridge-nf-call-iptables', '0'],
  ['net.ipv4.conf.all.rp_filter', '1'],
  ['net.netfilter.nf_conntrack_max', '1'],
] as const;

const COREDNS = 'Deployment kube-system/coredns';

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
    ...(view.controlPlane ? [] : [{ kind: 'node-down', node } as const]),
    ...(view.kubeProxy.running ? [{ kind: 'agent-stopped', node, agent: 'kube-proxy' } as const] : []),
    ...(view.cniRuns && cni !== 'none' ? [{ kind: 'agent-stopped', node, agent: 'cni' } as const] : []),
    ...settings.map(([name, value]): Fault => ({ kind: 'sysctl', node, name, value })),
    ...(forward?.policy === 'DROP' ? [] : [{ kind: 'iptables', node, args: '-P FORWARD DROP' } as const]),
    { kind: 'iptables', node, args: '-I FORWARD -p tcp --dport 80 -j DROP' },
  ];
}

function objectOffers(snapshot: ClusterSnapshot, key: string): readonly Fault[] {
  if (key.startsWith('Node ')) return nodeOffers(snapshot, key.slice('Node '.length));
  const object = snapshot.objects.get(key)?.object;
  if (key === COREDNS && object?.kind === 'Deployment') return object.spec.replicas === 0 ? [] : [{ kind: 'dns-down' }];
  if (object?.kind !== 'Pod' || object.spec.nodeName === undefined) return [];
  return podOffers(snapshot, object.spec.nodeName, `${object.metadata.namespace}/${object.metadata.name}`);
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
