/**
 * Test data: the lab report's request from class to the ClusterIP, hand-written against the trace's contract in the order the
 * kernel decides (shortened to what the tests look at). For tests only; the interface itself shows engine data.
 */
import type { StepDetail, Trace, TracePacket, TraceStep } from '../../net/trace/trace.ts';
import { cidr } from '../../lib/cidr.ts';
import { ip } from '../../lib/ip.ts';
import { mac } from '../../lib/mac.ts';
import type { Chain, EthernetHeader, Hook, Ipv4Packet, RuleRef } from './trace-types.ts';

const CLUSTER_IP = ip('10.99.25.192');
const POD_IP = ip('10.244.1.2');
const CLASS_IP = ip('192.168.1.12');
const CLASS2_IP = ip('192.168.1.8');
const VTEP = ip('10.244.0.0');
const BY_PROXY = { actor: 'kube-proxy', action: 'syncProxyRules', object: 'Service default/two-containers-service' };
const BY_FLANNEL = { actor: 'flanneld', action: 'addRoute', object: 'Node class2' };

export function syn(src: string, dst: string, ttl = 64): Ipv4Packet {
  return {
    kind: 'ipv4',
    src: ip(src),
    dst: ip(dst),
    ttl,
    id: 0,
    df: true,
    tos: 0,
    l4: { kind: 'tcp', sport: 40_000, dport: 80, seq: 1, ack: 0, flags: ['SYN'], window: 64_240, mss: 1460, data: null },
  };
}

function chain(name: string, lines: readonly string[]): Chain {
  const rules = lines.map((text, i) => ({ id: i + 1, text, matches: [], target: null, madeBy: BY_PROXY, madeAt: 0 }));
  return { name, policy: null, rules };
}

/** nat's KUBE-SERVICES as kube-proxy v1.30 writes it for the lab report. */
export const KUBE_SERVICES = chain('KUBE-SERVICES', [
  '-A KUBE-SERVICES -d 10.99.25.192/32 -p tcp -m comment --comment "default/two-containers-service:http2 cluster IP" -m tcp --dport 6800 -j KUBE-SVC-6CPEBSQO57BVPAPE',
  '-A KUBE-SERVICES -d 10.99.25.192/32 -p tcp -m comment --comment "default/two-containers-service:http3 cluster IP" -m tcp --dport 6880 -j KUBE-SVC-ZPD5NJ3BVWBKTZGZ',
  '-A KUBE-SERVICES -d 10.99.25.192/32 -p tcp -m comment --comment "default/two-containers-service:http1 cluster IP" -m tcp --dport 80 -j KUBE-SVC-BKM3I2STRWDME2DT',
  '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
]);
export const KUBE_SVC = chain('KUBE-SVC-BKM3I2STRWDME2DT', [
  '-A KUBE-SVC-BKM3I2STRWDME2DT -m comment --comment "default/two-containers-service:http1 -> 10.244.1.2:80" -j KUBE-SEP-EPWJSOP6CSOAPIGU',
]);
export const KUBE_SEP = chain('KUBE-SEP-EPWJSOP6CSOAPIGU', [
  '-A KUBE-SEP-EPWJSOP6CSOAPIGU -s 10.244.1.2/32 -m comment --comment "default/two-containers-service:http1" -j KUBE-MARK-MASQ',
  '-A KUBE-SEP-EPWJSOP6CSOAPIGU -p tcp -m comment --comment "default/two-containers-service:http1" -m tcp -j DNAT --to-destination 10.244.1.2:80',
]);
export const OUTPUT = chain('OUTPUT', ['-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES']);
const FIREWALL_JUMP = '-A OUTPUT -j KUBE-FIREWALL';
const MASQUERADE =
  '-A FLANNEL-POSTRTG ! -s 10.244.0.0/16 -d 10.244.0.0/16 -m comment --comment "flanneld masq" -j MASQUERADE --random-fully';

interface Writer {
  readonly steps: TraceStep[];
  packet: Ipv4Packet;
  eth: EthernetHeader | null;
  id: number;
  node: string;
  netns: string;
}

function add(writer: Writer, detail: StepDetail): void {
  const { packet, eth, id, node, netns, steps } = writer;
  steps.push({ seq: steps.length, t: steps.length, packetId: id, node, netns, eth, l3: packet, mark: 0, ...detail });
}

export function refOf({ name, rules }: Chain, number: number, table: RuleRef['table'] = 'nat'): RuleRef {
  return { table, chain: name, number, text: rules[number - 1]?.text ?? '' };
}

function hook(writer: Writer, name: Hook, iif: string | null, oif: string | null): void {
  add(writer, { kind: 'nf.hook', hook: name, via: 'ip', iif, oif, physin: null, physout: null });
}

function jump(writer: Writer, name: Hook, rule: RuleRef, toChain: string, depth: number): void {
  add(writer, {
    kind: 'nf.rule',
    hook: name,
    rule,
    matched: true,
    failed: null,
    draw: null,
    verdict: 'JUMP',
    toChain,
    packets: 1,
    depth,
    madeBy: BY_PROXY,
  });
}

function end(
  writer: Writer,
  name: Hook,
  table: RuleRef['table'],
  chainName: string,
  policy: 'ACCEPT' | 'RETURN',
  depth: number,
): void {
  add(writer, { kind: 'nf.end', hook: name, table, chain: chainName, policy, depth });
}

function outputHook(writer: Writer): void {
  hook(writer, 'OUTPUT', null, 'eth0');
  end(writer, 'OUTPUT', 'raw', 'OUTPUT', 'ACCEPT', 0);
  add(writer, { kind: 'ct', op: 'new', state: 'NEW', original: null, reply: null, id: 1 });
  jump(writer, 'OUTPUT', refOf(OUTPUT, 1), 'KUBE-SERVICES', 0);
  add(writer, {
    kind: 'nf.run',
    hook: 'OUTPUT',
    table: 'nat',
    chain: KUBE_SERVICES,
    from: 1,
    count: 2,
    depth: 1,
    iif: null,
    oif: 'eth0',
    physin: null,
    physout: null,
    ctstate: 'NEW',
    conn: null,
    addressTypes: null,
    sets: null,
    reversePath: null,
  });
  jump(writer, 'OUTPUT', refOf(KUBE_SERVICES, 3), KUBE_SVC.name, 1);
  jump(writer, 'OUTPUT', refOf(KUBE_SVC, 1), KUBE_SEP.name, 2);
  const failed = { text: '-s 10.244.1.2/32', packet: CLASS_IP, property: 'source' };
  add(writer, {
    kind: 'nf.rule',
    hook: 'OUTPUT',
    rule: refOf(KUBE_SEP, 1),
    matched: false,
    failed,
    draw: null,
    verdict: null,
    toChain: null,
    packets: 0,
    depth: 3,
    madeBy: BY_PROXY,
  });
  const rule = refOf(KUBE_SEP, 2);
  add(writer, {
    kind: 'nf.rule',
    hook: 'OUTPUT',
    rule,
    matched: true,
    failed: null,
    draw: null,
    verdict: 'NAT',
    toChain: null,
    packets: 1,
    depth: 3,
    madeBy: BY_PROXY,
  });
  writer.packet = syn(CLASS_IP, POD_IP);
  add(writer, {
    kind: 'nat',
    manip: 'destination',
    hook: 'OUTPUT',
    from: { addr: CLUSTER_IP, port: 80 },
    to: { addr: POD_IP, port: 80 },
    rule,
    connId: 1,
  });
  jump(writer, 'OUTPUT', { table: 'filter', chain: 'OUTPUT', number: 1, text: FIREWALL_JUMP }, 'KUBE-FIREWALL', 0);
  end(writer, 'OUTPUT', 'filter', 'KUBE-FIREWALL', 'RETURN', 1);
  end(writer, 'OUTPUT', 'filter', 'OUTPUT', 'ACCEPT', 0);
}

function route(writer: Writer, dst: Ipv4Packet['dst'], again: boolean): void {
  const via = again ? ip('10.244.1.0') : ip('192.168.1.100');
  const to = again ? '10.244.1.0/24' : '0.0.0.0/0';
  const dev = again ? 'flannel.1' : 'eth0';
  add(writer, {
    kind: 'route.lookup',
    direction: 'output',
    dst,
    route: {
      table: 'main',
      type: 'unicast',
      dst: cidr(to),
      via,
      dev,
      src: null,
      scope: 'global',
      proto: 'static',
      metric: 0,
      onlink: again,
      text: `${again ? to : 'default'} via ${via} dev ${dev}`,
      madeBy: BY_FLANNEL,
      madeAt: 0,
    },
    passedOver: [],
    srcChosen: again ? null : CLASS_IP,
    again,
  });
}

function postroutingHook(writer: Writer): void {
  hook(writer, 'POSTROUTING', null, 'flannel.1');
  const rule: RuleRef = { table: 'nat', chain: 'FLANNEL-POSTRTG', number: 5, text: MASQUERADE };
  jump(
    writer,
    'POSTROUTING',
    {
      table: 'nat',
      chain: 'POSTROUTING',
      number: 2,
      text: '-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG',
    },
    'FLANNEL-POSTRTG',
    0,
  );
  add(writer, {
    kind: 'nf.rule',
    hook: 'POSTROUTING',
    rule,
    matched: true,
    failed: null,
    draw: null,
    verdict: 'NAT',
    toChain: null,
    packets: 1,
    depth: 1,
    madeBy: BY_FLANNEL,
  });
  writer.packet = syn(VTEP, POD_IP);
  add(writer, {
    kind: 'nat',
    manip: 'source',
    hook: 'POSTROUTING',
    from: { addr: CLASS_IP, port: 40_000 },
    to: { addr: VTEP, port: 40_000 },
    rule,
    connId: 1,
  });
  add(writer, { kind: 'ct', op: 'confirmed', state: 'NEW', original: null, reply: null, id: 1 });
}

function tunnel(writer: Writer): void {
  const inner = { smac: mac('3a:00:00:00:00:01'), dmac: mac('3a:00:00:00:00:02') };
  add(writer, {
    kind: 'neigh',
    addr: ip('10.244.1.0'),
    dev: 'flannel.1',
    state: 'PERMANENT',
    lladdr: inner.dmac,
    madeBy: BY_FLANNEL,
  });
  writer.eth = inner;
  add(writer, { kind: 'dev.tx', dev: { name: 'flannel.1', ifindex: 3 }, type: 'vxlan' });
  add(writer, { kind: 'vxlan.fdb', dev: 'flannel.1', mac: inner.dmac, remote: CLASS2_IP, madeBy: BY_FLANNEL });
  add(writer, {
    kind: 'encap',
    dev: 'flannel.1',
    vni: 1,
    outerId: 2,
    outerSrc: CLASS_IP,
    outerDst: CLASS2_IP,
    port: 8472,
    overheadBytes: 50,
  });
  writer.id = 2;
  writer.packet = {
    ...syn(CLASS_IP, CLASS2_IP),
    l4: {
      kind: 'udp',
      sport: 50_000,
      dport: 8472,
      payload: { kind: 'vxlan', vni: 1, frame: { eth: inner, l3: writer.packet } },
    },
  };
  hook(writer, 'OUTPUT', null, 'eth0');
  end(writer, 'OUTPUT', 'nat', 'OUTPUT', 'ACCEPT', 0);
  writer.eth = { smac: mac('02:00:00:00:00:01'), dmac: mac('02:00:00:00:00:02') };
  add(writer, { kind: 'dev.tx', dev: { name: 'eth0', ifindex: 2 }, type: 'ether' });
  Object.assign(writer, { node: 'underlay', netns: '' });
  add(writer, { kind: 'wire', segment: 'underlay', from: 'class', to: ['class2'] });
  Object.assign(writer, { node: 'class2', netns: 'root' });
  add(writer, { kind: 'dev.rx', dev: { name: 'eth0', ifindex: 2 }, type: 'ether' });
  add(writer, { kind: 'decap', dev: 'flannel.1', vni: 1, innerId: 1, outerSrc: CLASS_IP, port: 8472 });
  Object.assign(writer, { id: 1, packet: syn(VTEP, POD_IP), eth: inner });
}

function arrive(writer: Writer): void {
  add(writer, { kind: 'dev.rx', dev: { name: 'flannel.1', ifindex: 3 }, type: 'vxlan' });
  writer.packet = syn(VTEP, POD_IP, 63);
  add(writer, { kind: 'ttl', from: 64, to: 63 });
  add(writer, { kind: 'dev.tx', dev: { name: 'veth0463de47', ifindex: 5 }, type: 'veth' });
  writer.netns = 'default/two-containers';
  add(writer, { kind: 'dev.rx', dev: { name: 'eth0', ifindex: 2 }, type: 'veth' });
  add(writer, { kind: 'socket.deliver', process: 'nginx', what: 'SYN' });
}

const PACKETS: readonly TracePacket[] = [
  { id: 1, parentId: null, relation: 'sent', role: 'request', label: 'SYN', disposition: 'DELIVERED', reason: null },
  { id: 2, parentId: 1, relation: 'encapsulates', role: 'request', label: 'VXLAN', disposition: 'CONSUMED', reason: null },
  { id: 3, parentId: null, relation: 'sent', role: 'reply', label: 'SYN-ACK', disposition: 'LOST', reason: null },
];

/** The trace of one SYN from curl on class to the Pod on class2, and a first step of the answer. */
export function labReportTrace(): Trace {
  const writer: Writer = { steps: [], packet: syn(CLASS_IP, CLUSTER_IP), eth: null, id: 1, node: 'class', netns: 'root' };
  add(writer, { kind: 'socket.send', process: 'curl', what: 'SYN' });
  route(writer, CLUSTER_IP, false);
  outputHook(writer);
  route(writer, POD_IP, true);
  postroutingHook(writer);
  tunnel(writer);
  arrive(writer);
  Object.assign(writer, { id: 3, packet: syn(POD_IP, VTEP), eth: null });
  add(writer, { kind: 'socket.send', process: 'nginx', what: 'SYN-ACK' });
  return { flowId: 'flow-1', startedAt: 0, endedAt: 99, outcome: 'reply', packets: PACKETS, steps: writer.steps, dropped: 0 };
}
