/** Describes routes, neighbours and tracked connections as `ip route`, `ip neigh` and `conntrack -L` show them. */
import type { ClusterSnapshot, Ref } from '../../cluster/snapshot.ts';
import { instantText, spanText } from '../store/instant.ts';
import type { Tuple } from '../store/views.ts';
import { described, fact, facts, type Description, type Part } from './description.ts';
import { findNetns, inNetns } from './find.ts';

type RouteRef = Extract<Ref, { kind: 'route' }>;
type NeighRef = Extract<Ref, { kind: 'neigh' }>;
type ConntrackRef = Extract<Ref, { kind: 'conntrack' }>;

function placeOf(ref: RouteRef | NeighRef | ConntrackRef): readonly Part[] {
  return [
    { text: ref.node, ref: { kind: 'node', node: ref.node } },
    ' / ',
    { text: ref.netns, ref: { kind: 'netns', node: ref.node, netns: ref.netns } },
  ];
}

export function describeRoute(snapshot: ClusterSnapshot, ref: RouteRef): Description | null {
  const route = findNetns(snapshot, ref.node, ref.netns)?.routes.find((each) => each.text === ref.text);
  if (route === undefined) return null;
  return described({
    icon: 'route',
    kind: 'inspector.kind.route',
    place: placeOf(ref),
    title: route.dst === '0.0.0.0/0' ? 'default' : route.dst,
    facts: facts(
      fact('type, table', `${route.type}, ${route.table}`),
      fact('via', route.via ?? '', route.onlink ? ' onlink' : ''),
      fact(
        'dev',
        route.dev === null
          ? null
          : { text: route.dev, ref: { kind: 'link', node: ref.node, netns: ref.netns, name: route.dev } },
      ),
      fact('src', route.src ?? ''),
      fact('scope, proto', `${route.scope}, ${route.proto}`),
      fact('metric', route.metric === 0 ? '' : String(route.metric)),
      fact('made by', `${route.madeBy.actor}, ${instantText(route.madeAt)}`),
      fact('line', route.text),
    ),
    note: {
      key:
        route.via === null
          ? 'inspector.note.routeLink'
          : route.onlink
            ? 'inspector.note.routeOnlink'
            : 'inspector.note.routeVia',
      values: { via: route.via ?? '', dev: route.dev ?? '' },
    },
    command: inNetns(ref.netns, `ip route show table ${route.table}`),
  });
}

export function describeNeigh(snapshot: ClusterSnapshot, ref: NeighRef): Description | null {
  const neigh = findNetns(snapshot, ref.node, ref.netns)?.neighbours.find(
    (each) => each.addr === ref.addr && each.dev === ref.dev,
  );
  if (neigh === undefined) return null;
  return described({
    icon: 'route',
    kind: 'inspector.kind.neigh',
    place: placeOf(ref),
    title: neigh.addr,
    facts: facts(
      fact('lladdr', neigh.lladdr ?? ''),
      fact('dev', { text: neigh.dev, ref: { kind: 'link', node: ref.node, netns: ref.netns, name: neigh.dev } }),
      fact('state', neigh.state),
      fact('made by', `${neigh.madeBy.actor}, ${instantText(neigh.madeAt)}`),
    ),
    note: {
      key: neigh.state === 'PERMANENT' ? 'inspector.note.neighPermanent' : 'inspector.note.neigh',
      values: { actor: neigh.madeBy.actor },
    },
    command: inNetns(ref.netns, `ip neigh show dev ${neigh.dev}`),
  });
}

export function describeConntrack(snapshot: ClusterSnapshot, ref: ConntrackRef): Description | null {
  const entry = findNetns(snapshot, ref.node, ref.netns)?.conntrack.find((each) => each.id === ref.id);
  if (entry === undefined) return null;
  const rewritten = entry.reply.src !== entry.original.dst || entry.reply.dst !== entry.original.src;
  return described({
    icon: 'conntrack',
    kind: 'inspector.kind.conntrack',
    place: placeOf(ref),
    title: `${entry.original.src} → ${entry.original.dst}`,
    facts: facts(
      fact('protocol', entry.original.protocol),
      fact('state', entry.tcpState ?? ''),
      fact('original', tupleText(entry.original)),
      fact('reply', tupleText(entry.reply)),
      fact('flags', [entry.seenReply ? '' : '[UNREPLIED]', entry.assured ? '[ASSURED]' : ''].filter(Boolean).join(' ')),
      fact('mark', String(entry.mark)),
      fact('created', instantText(entry.createdAt)),
      fact('expires in', spanText(Math.max(0, entry.expiresAt - snapshot.now))),
    ),
    note: { key: rewritten ? 'inspector.note.conntrackNat' : 'inspector.note.conntrack', values: {} },
    command: `conntrack -L -s ${entry.original.src} -d ${entry.original.dst}`,
  });
}

function tupleText(tuple: Tuple): string {
  if (tuple.icmp !== null)
    return `src=${tuple.src} dst=${tuple.dst} type=${tuple.icmp.type} code=${tuple.icmp.code} id=${tuple.icmp.id}`;
  return `src=${tuple.src} dst=${tuple.dst} sport=${tuple.sport} dport=${tuple.dport}`;
}
