/**
 * Random small clusters and probes for properties: CNI, kube-proxy's flags, Services of several kinds, Pods here and there.
 */
import fc from 'fast-check';
import type { Command, Place, ProbeSpec, Target } from '../../src/cluster/commands.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS, type ScenarioSpec } from '../../src/cluster/scenario.ts';
import { NS_PER_S } from '../../src/sim/sim.ts';

export interface Shape {
  readonly seed: number;
  readonly cni: 'flannel-vxlan' | 'flannel-host-gw';
  readonly hairpin: boolean;
  readonly masqueradeAll: boolean;
  readonly knowsPods: boolean;
  readonly neighbours: 'learned' | 'permanent';
  /** Node of each back end. */
  readonly backends: readonly number[];
  readonly affinity: boolean;
  readonly external: 'Cluster' | 'Local';
  readonly internal: 'Cluster' | 'Local';
}

const NODES = ['class', 'class2', 'class3'];
const NODE_IPS = ['192.168.1.12', '192.168.1.8', '192.168.1.9'];
const CLUSTER_IP = '10.96.0.20';

export const clusterArb: fc.Arbitrary<Shape> = fc.record({
  seed: fc.integer({ min: 0, max: 0xffff_ffff }),
  cni: fc.constantFrom('flannel-vxlan', 'flannel-host-gw'),
  hairpin: fc.boolean(),
  masqueradeAll: fc.boolean(),
  knowsPods: fc.boolean(),
  neighbours: fc.constantFrom('learned', 'permanent'),
  backends: fc.array(fc.nat(2), { maxLength: 4 }),
  affinity: fc.boolean(),
  external: fc.constantFrom('Cluster', 'Local'),
  internal: fc.constantFrom('Cluster', 'Local'),
});

/** A probe from anywhere to anywhere that a shape has. */
export const probeArb: fc.Arbitrary<(shape: Shape) => ProbeSpec> = fc
  .tuple(fc.nat(20), fc.nat(20), fc.constantFrom('tcp', 'udp'))
  .map(([from, to, protocol]) => (shape) => {
    const places = placesOf(shape);
    const targets = targetsOf(shape);
    const [target, port] = targets[to % targets.length] ?? [{ kind: 'address', address: CLUSTER_IP } as const, 80];
    return { from: places[from % places.length] ?? { kind: 'external' }, to: target, port, protocol, waitNs: 2 * NS_PER_S };
  });

/** What a user may do, sensible or not. */
export const commandArb: fc.Arbitrary<(shape: Shape) => Command> = fc.oneof(
  { weight: 4, arbitrary: probeArb.map((probe) => (shape: Shape): Command => ({ kind: 'probe', probe: probe(shape) })) },
  fc
    .tuple(fc.nat(2), fc.constantFrom('0', '1'))
    .map(([node, value]) => (): Command => ({ kind: 'sysctl', node: NODES[node] ?? '', name: 'net.ipv4.ip_forward', value })),
  fc.tuple(fc.nat(2), fc.constantFrom('0', '1')).map(([node, value]) => (): Command => ({
    kind: 'sysctl',
    node: NODES[node] ?? '',
    name: 'net.bridge.bridge-nf-call-iptables',
    value,
  })),
  fc
    .tuple(
      fc.nat(2),
      fc.constantFrom(
        '-A FORWARD -p tcp -j DROP',
        '-t nat -F',
        '-I INPUT 1 -p udp -j REJECT',
        '-P FORWARD DROP',
        '-t nat -A OUTPUT -j LOOP',
      ),
    )
    .map(([node, args]) => (): Command => ({ kind: 'iptables', node: NODES[node] ?? '', args })),
  fc.integer({ min: 0, max: 400 }).map((seconds) => (): Command => ({ kind: 'advance', ns: seconds * NS_PER_S })),
  fc
    .constantFrom<Command>({ kind: 'flush-conntrack', node: null }, { kind: 'zero-counters', node: null })
    .map((command) => () => command),
  fc.nat(4).map((index) => (): Command => ({ kind: 'delete', object: `Pod default/web-${index}`, gracePeriodSeconds: 0 })),
  fc
    .tuple(fc.nat(4), fc.constantFrom('POD', 'server', 'nope'))
    .map(([index, container]) => (): Command => ({ kind: 'kill-container', pod: `Pod default/web-${index}`, container })),
  fc
    .tuple(fc.nat(9), fc.nat(2))
    .map(([index, node]) => (): Command => ({ kind: 'apply', file: 'more.yaml', text: podText(`more-${index}`, node, 'web') })),
  fc
    .constantFrom('kind: [', 'a: &a [*a, *a]', 'apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {}\n')
    .map((text) => (): Command => ({ kind: 'apply', file: 'bad.yaml', text })),
);

function placesOf({ backends }: Shape): readonly Place[] {
  const pods = ['client', ...backends.map((_, index) => `web-${index}`)];
  return [
    ...NODES.map((name): Place => ({ kind: 'node', name })),
    ...pods.map((name): Place => ({ kind: 'pod', namespace: 'default', name })),
    { kind: 'external' },
  ];
}

function targetsOf(shape: Shape): readonly (readonly [Target, number])[] {
  const places = placesOf(shape).map((place): readonly [Target, number] => [
    { kind: 'place', place },
    place.kind === 'external' ? 9999 : place.kind === 'pod' ? 8080 : 30080,
  ]);
  const svc: Target = { kind: 'svc', namespace: 'default', name: 'web' };
  return [
    [svc, 80],
    [svc, 80],
    [svc, 81],
    [{ kind: 'address', address: '127.0.0.1' }, 30080],
    [{ kind: 'address', address: '10.244.1.200' }, 80],
    ...places,
  ];
}

function podText(name: string, node: number, app: string): string {
  return `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${app}}}
spec:
  nodeName: ${NODES[node] ?? ''}
  containers:
  - name: server
    image: some/server:1
    ports: [{containerPort: 8080}, {containerPort: 8080, protocol: UDP}]
`;
}

function serviceText({ affinity, external, internal }: Shape): string {
  return `apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  clusterIP: ${CLUSTER_IP}
  selector: {app: web}
  sessionAffinity: ${affinity ? 'ClientIP' : 'None'}
  externalTrafficPolicy: ${external}
  internalTrafficPolicy: ${internal}
  ports:
  - {name: tcp, port: 80, targetPort: 8080, nodePort: 30080}
  - {name: udp, port: 80, targetPort: 8080, nodePort: 30080, protocol: UDP}
`;
}

export function specOf(shape: Shape): ScenarioSpec {
  const pods = [podText('client', 0, 'client'), ...shape.backends.map((node, index) => podText(`web-${index}`, node, 'web'))];
  return {
    id: 'random',
    title: 'random',
    cluster: {
      ...CLUSTER_DEFAULTS,
      cni: shape.cni,
      hairpin: shape.hairpin,
      nodes: NODES.map((name, index) => ({
        ...NODE_DEFAULTS,
        name,
        ip: NODE_IPS[index] ?? '',
        podCIDR: `10.244.${index}.0/24`,
        controlPlane: index === 0,
      })),
      proxy: {
        ...CLUSTER_DEFAULTS.proxy,
        clusterCIDR: shape.knowsPods ? CLUSTER_DEFAULTS.clusterCIDR : '',
        masqueradeAll: shape.masqueradeAll,
      },
      kubeSystem: false,
      neighbours: shape.neighbours,
      seed: shape.seed,
    },
    manifests: [
      { file: 'pods.yaml', text: pods.join('---\n') },
      { file: 'service.yaml', text: serviceText(shape) },
    ],
  };
}
