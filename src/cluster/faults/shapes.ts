/**
 * Faults as a scenario file writes them: the fields of each kind. The names and meanings are those of `fault.ts`.
 */
import type { FieldShape, Shape } from '../scenario-shape.ts';
import type { Fault, FaultName } from './fault.ts';

const required = (shape: Shape, about: string): FieldShape => ({ shape, required: true, about });
const optional = (shape: Shape, about: string): FieldShape => ({ shape, required: false, about });
const text = (max = 200): Shape => ({ kind: 'text', format: null, max });

const NODE = required({ kind: 'text', format: 'node name', max: 63 }, 'The node, the router, or external');
const NETNS = optional(text(), 'Network namespace: root, or a Pod’s namespace/name; left out, root');
const DEV = required(text(15), 'The device, as ip link names it');
const DST = required(text(40), 'Destination as ip route writes it: 10.244.1.0/24, an address, default');
const ADDRESS: Shape = { kind: 'text', format: 'ipv4', max: 15 };

/** Of every kind: whether the user is told. */
const HIDDEN = optional({ kind: 'boolean' }, 'true: the user is told that there is a fault, and not which');

type FieldsOf<F> = Readonly<Record<Exclude<keyof F, 'kind'>, FieldShape>>;

const FIELDS: { readonly [K in FaultName]: FieldsOf<Extract<Fault, { kind: K }>> } = {
  sysctl: {
    node: NODE,
    name: required({ kind: 'text', format: 'sysctl', max: 200 }, 'The setting by its dotted name'),
    value: required({ kind: 'scalar' }, 'The value that breaks something'),
  },
  'link-down': { node: NODE, netns: NETNS, dev: DEV },
  netem: {
    node: NODE,
    netns: NETNS,
    dev: DEV,
    lossPercent: required({ kind: 'integer', min: 0, max: 100 }, 'Share of the packets that are lost on their way out'),
    delayMs: required({ kind: 'integer', min: 0, max: 60_000 }, 'Milliseconds each packet waits'),
  },
  mtu: { node: NODE, netns: NETNS, dev: DEV, mtu: required({ kind: 'integer', min: 68, max: 65_535 }, 'The MTU it gets') },
  'missing-route': { node: NODE, netns: NETNS, dst: DST },
  'wrong-route': { node: NODE, netns: NETNS, dst: DST, via: required(ADDRESS, 'The next hop it gets') },
  'routing-loop': {
    node: NODE,
    other: required({ kind: 'text', format: 'node name', max: 63 }, 'The node at the other end of the loop'),
    dst: DST,
  },
  'missing-neighbour': { node: NODE, netns: NETNS, dev: DEV, addr: required(ADDRESS, 'The permanent neighbour') },
  'missing-fdb': { node: NODE, dev: DEV, dst: required(ADDRESS, 'The node behind the tunnel: dst of bridge fdb') },
  'duplicate-address': {
    node: NODE,
    netns: NETNS,
    dev: DEV,
    address: required(ADDRESS, 'The address it gets, which somebody else has'),
  },
  'hairpin-off': { node: NODE, dev: required(text(15), 'The bridge port') },
  'bridge-loop': { node: NODE, bridge: required(text(15), 'The bridge both plugs are in') },
  'node-down': { node: NODE },
  'agent-stopped': {
    node: NODE,
    agent: required({ kind: 'choice', values: ['kube-proxy', 'cni'] }, 'kube-proxy, or cni: the daemon of the network'),
  },
  'stale-conntrack': {
    pod: required(text(), 'The client: a Pod’s namespace/name'),
    service: required(text(), 'The Service it calls by UDP: namespace/name'),
    sport: required({ kind: 'integer', min: 1, max: 65_535 }, 'The port the client keeps'),
  },
  'overlapping-pod-cidr': {
    node: NODE,
    other: required({ kind: 'text', format: 'node name', max: 63 }, 'The node whose podCIDR it gets'),
  },
  'dns-down': {},
  iptables: { node: NODE, args: required(text(1000), 'iptables -A, -I or -P without the word iptables') },
};

/** An entry of a scenario's `faults`. */
export const FAULT_SHAPE: Shape = {
  kind: 'tagged',
  tag: 'kind',
  cases: Object.fromEntries(Object.entries(FIELDS).map(([name, fields]) => [name, { ...fields, hidden: HIDDEN }])),
};
