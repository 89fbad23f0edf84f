/** Looks up, in a snapshot, the namespace, chain and devices a step speaks of. */
import type { ClusterSnapshot, HostView, Ref } from '../../cluster/snapshot.ts';
import type { ChainView, LinkView, NetnsView } from '../store/views.ts';
import type { JourneyStep } from './model.ts';

export type DevView = Pick<LinkView, 'name' | 'mtu' | 'kind'>;

/** Null for the wire, and for what is gone since. */
export function netnsOf(snapshot: ClusterSnapshot, node: string, netns: string): NetnsView | null {
  const machine = snapshot.nodes.find((each) => each.name === node);
  if (machine !== undefined) return netns === 'root' ? machine.root : (machine.podNetns.get(netns) ?? null);
  return netns === 'root' ? (snapshot.hosts.find((host) => host.name === node)?.root ?? null) : null;
}

export function chainOf(netns: NetnsView | null, table: string, chain: string): ChainView | null {
  if (netns === null || (table !== 'raw' && table !== 'mangle' && table !== 'nat' && table !== 'filter')) return null;
  return netns.netfilter.ruleset[table].chains.get(chain) ?? null;
}

/** The NIC that hangs on the underlay: tunnels cross it. */
export function physicalLink(netns: NetnsView | null): LinkView | null {
  return netns?.links.find((link) => link.kind === 'ether') ?? null;
}

/** What made the state a step read, as something that can be asked and selected. */
export function refOf({ step, at, expanded }: JourneyStep): Ref | null {
  const where = { node: at.node, netns: at.netns };
  const rule = expanded?.rule ?? (step.kind === 'nf.rule' || step.kind === 'nat' ? step.rule : null);
  if (rule !== null) return { kind: 'rule', ...where, table: rule.table, chain: rule.chain, number: rule.number };
  switch (step.kind) {
    case 'nf.end':
      return { kind: 'chain', ...where, table: step.table, chain: step.chain };
    case 'nf.run':
      return { kind: 'chain', ...where, table: step.table, chain: step.chain.name };
    case 'route.lookup':
      return step.route === null ? null : { kind: 'route', ...where, text: step.route.text };
    case 'neigh':
      return { kind: 'neigh', ...where, dev: step.dev, addr: step.addr };
    case 'ct':
      return step.id === null ? null : { kind: 'conntrack', ...where, id: step.id };
    case 'dev.rx':
    case 'dev.tx':
    case 'qdisc':
      return { kind: 'link', ...where, name: step.dev.name };
    case 'encap':
    case 'decap':
    case 'vxlan.fdb':
      return { kind: 'link', ...where, name: step.dev };
    case 'bridge.fdb':
    case 'bridge.nf':
      return { kind: 'link', ...where, name: step.bridge };
    case 'wire':
      return { kind: 'wire' };
    default:
      return null;
  }
}

/**
 * The same thing as it is named in a later snapshot: a rule is found by its words, since rules before it may have come or gone.
 * Null when it is no longer there.
 */
export function refToday(ref: Ref, now: ClusterSnapshot, text: string | null): Ref | null {
  if (ref.kind !== 'rule' || text === null) return ref;
  const rules = chainOf(netnsOf(now, ref.node, ref.netns), ref.table, ref.chain)?.rules ?? [];
  if (rules[ref.number - 1]?.text === text) return ref;
  const at = rules.findIndex((rule) => rule.text === text);
  return at === -1 ? null : { ...ref, number: at + 1 };
}

/** The node whose Pod has an address; null when no Pod has. */
export function podNodeOf({ nodes }: ClusterSnapshot, address: string): string | null {
  const owner = nodes.find(({ podNetns }) =>
    [...podNetns.values()].some(({ links }) =>
      links.some((link) => link.addresses.some((each) => each.address.startsWith(`${address}/`))),
    ),
  );
  return owner?.name ?? null;
}

/** The machine that has an underlay address; null when it is none's. */
export function machineOf({ nodes, hosts }: ClusterSnapshot, address: string): string | null {
  const node = nodes.find(({ ip }) => ip === address);
  const hasIt = ({ root }: HostView): boolean =>
    root.links.some(({ addresses }) => addresses.some((each) => each.address.startsWith(`${address}/`)));
  return node?.name ?? hosts.find(hasIt)?.name ?? null;
}
