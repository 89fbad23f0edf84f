/** Describes machines, namespaces, containers and the wire. */
import type { ClusterSnapshot, EtcView, HostView, NodeView } from '../../cluster/snapshot.ts';
import type { NetnsView } from '../store/views.ts';
import { described, fact, facts, type Description, type FactList, type Part } from './description.ts';
import { isHandMade } from '../../cluster/hand-made.ts';
import { findHost, findNetns, findNode, inNetns, podKeyOf } from './find.ts';

export function describeNode(snapshot: ClusterSnapshot, name: string): Description | null {
  const node = findNode(snapshot, name);
  if (node === null) return null;
  const place = { kind: 'node', name } as const;
  return described({
    icon: 'node',
    kind: 'inspector.kind.node',
    title: name,
    facts: facts(
      fact('power', node.on ? '' : 'off'),
      fact('status', node.ready ? 'Ready' : 'NotReady'),
      fact('API server', node.apiProblem ?? ''),
      fact('roles', node.controlPlane ? 'control-plane' : ''),
      fact('InternalIP', node.ip),
      fact('podCIDR', node.podCIDR ?? ''),
      fact('netns', { text: 'root', ref: { kind: 'netns', node: name, netns: 'root' } }),
      fact(
        'kube-proxy',
        node.kubeProxy.mode === 'none' ? 'none' : `${node.kubeProxy.mode}, ${node.kubeProxy.running ? 'running' : 'stopped'}`,
      ),
      fact('rules', String(ruleCount(node.root))),
      fact('conntrack', String(node.root.conntrack.length)),
      fact('containers', String(node.containers.length)),
      fact('daemon log', node.cniProblem ?? ''),
    ),
    lists: [...pods(snapshot, node), ...resolvConfList(node.etc)],
    note: { key: 'inspector.note.node', values: {} },
    command: `kubectl describe node ${name}`,
    from: place,
    to: { kind: 'place', place },
  });
}

export function ruleCount(netns: NetnsView): number {
  return Object.values(netns.netfilter.ruleset).reduce(
    (sum, table) => sum + [...table.chains.values()].reduce((count, chain) => count + chain.rules.length, 0),
    0,
  );
}

function pods(snapshot: ClusterSnapshot, node: NodeView): readonly FactList[] {
  const rows = [...snapshot.objects.values()].flatMap(({ key, object }): readonly (readonly Part[])[] =>
    object.kind === 'Pod' && object.spec.nodeName === node.name
      ? [[{ text: object.metadata.name, ref: { kind: 'object', key } }, ` ${object.status.podIP ?? object.status.phase}`]]
      : [],
  );
  return rows.length === 0 ? [] : [{ title: 'inspector.pods', rows }];
}

/** `cat /etc/resolv.conf`, a row a line. */
export function resolvConfList(etc: EtcView | undefined): readonly FactList[] {
  const lines = (etc?.resolvConf ?? '').split('\n').filter((line) => line !== '');
  return lines.length === 0 ? [] : [{ title: 'inspector.resolvConf', rows: lines.map((line) => [line]) }];
}

export function describeHost(snapshot: ClusterSnapshot, name: string): Description | null {
  const host = findHost(snapshot, name);
  if (host === null) return null;
  if (host.role === 'router') return describeRouter(host);
  return described({
    icon: 'external',
    kind: 'inspector.kind.host',
    title: name,
    facts: facts(fact('address', host.ip)),
    lists: stateLists(host.root),
    note: { key: 'inspector.note.host', values: {} },
    from: { kind: 'external' },
    to: { kind: 'place', place: { kind: 'external' } },
  });
}

function describeRouter({ name, ip, root }: HostView): Description {
  return described({
    icon: 'node',
    kind: 'inspector.kind.router',
    title: name,
    facts: facts(
      fact('netns', { text: 'root', ref: { kind: 'netns', node: name, netns: 'root' } }),
      fact('net.ipv4.ip_forward', root.sysctls.get('net.ipv4.ip_forward') ?? ''),
    ),
    lists: stateLists(root),
    note: { key: 'inspector.note.router', values: {} },
    command: 'ip address; ip route',
    to: { kind: 'address', address: ip },
  });
}

export function describeNetns(snapshot: ClusterSnapshot, machine: string, name: string): Description | null {
  const netns = findNetns(snapshot, machine, name);
  if (netns === null) return null;
  const pod = podKeyOf(name);
  const whose = pod !== null ? 'podNetns' : isHandMade(name) ? 'handMadeNetns' : 'rootNetns';
  const place = { kind: 'netns', node: machine, name } as const;
  const sockets = netns.sockets.map((socket): readonly Part[] => [
    `${socket.protocol} ${socket.local}:${socket.port} ${socket.state} ${socket.process}`,
  ]);
  return described({
    icon: 'netns',
    kind: `inspector.kind.${whose}`,
    title: name,
    place: [{ text: machine, ref: { kind: 'node', node: machine } }],
    facts: facts(
      fact('of', pod === null ? null : { text: pod, ref: { kind: 'object', key: pod } }),
      fact('devices', String(netns.links.length)),
      fact('rules', String(ruleCount(netns))),
      fact('conntrack', String(netns.conntrack.length)),
    ),
    lists: [...stateLists(netns), ...(sockets.length === 0 ? [] : [{ title: 'inspector.sockets', rows: sockets } as const])],
    note: { key: `inspector.note.${whose}`, values: {} },
    command: inNetns(name, 'ip address; ip route'),
    ...(whose === 'handMadeNetns' ? { from: place, to: { kind: 'place', place } } : {}),
  });
}

/** Devices, routes and neighbours of a namespace, each a link to itself. */
function stateLists(netns: NetnsView): readonly FactList[] {
  const at = { node: netns.node, netns: netns.name };
  const links = netns.links.map((link): readonly Part[] => [
    { text: `${link.ifindex}: ${link.name}`, ref: { kind: 'link', ...at, name: link.name } },
    ` ${link.addresses.map((address) => address.address).join(' ')}`,
  ]);
  const routes = netns.routes
    .filter((route) => route.table === 'main')
    .map((route): readonly Part[] => [{ text: route.text, ref: { kind: 'route', ...at, text: route.text } }]);
  const neighbours = netns.neighbours.map((neigh): readonly Part[] => [
    { text: neigh.addr, ref: { kind: 'neigh', ...at, dev: neigh.dev, addr: neigh.addr } },
    ` dev ${neigh.dev} ${neigh.lladdr ?? ''} ${neigh.state}`,
  ]);
  const lists: readonly FactList[] = [
    { title: 'inspector.devices', rows: links },
    { title: 'inspector.routes', rows: routes },
    { title: 'inspector.neighbours', rows: neighbours },
  ];
  return lists.filter((list) => list.rows.length > 0);
}

export function describeContainer(snapshot: ClusterSnapshot, nodeName: string, id: string): Description | null {
  const container = findNode(snapshot, nodeName)?.containers.find((each) => each.id === id);
  if (container === undefined) return null;
  const pause = container.container === 'POD';
  return described({
    icon: 'container',
    kind: pause ? 'inspector.kind.pause' : 'inspector.kind.container',
    title: pause ? 'pause' : container.container,
    place: [{ text: nodeName, ref: { kind: 'node', node: nodeName } }],
    facts: facts(
      fact('name', container.name),
      fact('id', container.id.slice(0, 12)),
      fact('image', container.image),
      fact('state', container.state),
      fact('pod', { text: container.pod, ref: { kind: 'object', key: container.pod } }),
    ),
    killable: container.state === 'running' ? { pod: container.pod, container: container.container } : null,
    note: { key: pause ? 'inspector.note.pause' : 'inspector.note.container', values: {} },
    command: pause ? `crictl pods --id ${container.id.slice(0, 12)}` : `crictl ps -a --id ${container.id.slice(0, 12)}`,
  });
}

export function describeWire(snapshot: ClusterSnapshot): Description {
  const machines: readonly (readonly Part[])[] = [
    ...snapshot.nodes.map((node): readonly Part[] => [
      { text: node.name, ref: { kind: 'node', node: node.name } },
      ` ${node.ip}`,
    ]),
    ...snapshot.hosts.map((host): readonly Part[] => [
      { text: host.name, ref: { kind: 'host', name: host.name } },
      ` ${host.ip}`,
    ]),
  ];
  return described({
    icon: 'wire',
    kind: 'inspector.kind.wire',
    title: snapshot.subnets.join(', '),
    lists: [{ title: 'inspector.machines', rows: machines }],
    note: { key: 'inspector.note.wire', values: {} },
    command: 'ip neigh show',
  });
}
