/**
 * Test support: a snapshot of any size, typed by the cluster's contract, for layouts and their goldens. Never in the product.
 */
import type { ClusterSnapshot, ContainerView, NodeView, ObjectView } from '../../../cluster/snapshot.ts';
import type { KubeObject, LinkView, NetnsView } from '../../store/views.ts';
import type { SceneWords } from './words.ts';

export interface PodFixture {
  readonly namespace?: string;
  readonly name: string;
  readonly owner?: string;
  readonly ip?: string;
  readonly hostNetwork?: boolean;
  /** Name of the host's end of its cable. */
  readonly veth?: string;
  readonly ready?: boolean;
  readonly containers?: readonly { readonly name: string; readonly ports?: readonly number[] }[];
}

export interface NodeFixture {
  readonly name: string;
  readonly pods: readonly PodFixture[];
  readonly controlPlane?: boolean;
  readonly ready?: boolean;
}

export type FixtureNetwork = 'flannel' | 'kindnet' | 'weave';

export interface ClusterFixture {
  /** kindnet: no bridge; weave: a second switch behind it. */
  readonly network?: FixtureNetwork;
  readonly nodes: readonly NodeFixture[];
  readonly services?: readonly {
    readonly name: string;
    readonly clusterIP: string;
    readonly ports: readonly [string, number][];
    readonly pods: readonly string[];
  }[];
  readonly pending?: readonly PodFixture[];
}

const MADE = { madeBy: { actor: 'kernel', action: 'kernel', object: null }, madeAt: 0 as ClusterSnapshot['now'] } as const;

type LinkPart = Pick<LinkView, 'ifindex' | 'name' | 'kind'> & {
  readonly address?: string;
  readonly master?: string;
  readonly peer?: LinkView['peer'];
  readonly vxlan?: LinkView['vxlan'];
};

function linkView({ ifindex, name, kind, address, master, peer, vxlan }: LinkPart): LinkView {
  const counters = { packets: 0, bytes: 0, dropped: 0 };
  return {
    ifindex,
    name,
    kind,
    mac: `02:00:00:00:00:${ifindex.toString(16).padStart(2, '0')}` as LinkView['mac'],
    mtu: kind === 'ether' ? 1500 : 1450,
    up: true,
    lowerUp: true,
    qdisc: null,
    rootQdisc: kind === 'ether' ? 'fq_codel' : 'noqueue',
    qlen: kind === 'veth' ? 0 : 1000,
    redirect: null,
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    operstate: 'UP',
    master: master ?? null,
    hairpin: false,
    peer: peer ?? null,
    vxlan: vxlan ?? null,
    addresses:
      address === undefined
        ? []
        : [{ address: address as LinkView['addresses'][number]['address'], broadcast: null, scope: 'global', ...MADE }],
    rx: counters,
    tx: counters,
    ...MADE,
  };
}

function netnsView(node: string, name: string, links: readonly LinkView[], natRules: number): NetnsView {
  const table = (tableName: 'raw' | 'mangle' | 'nat' | 'filter'): NetnsView['netfilter']['ruleset']['nat'] => ({
    name: tableName,
    chains: new Map(
      tableName === 'nat'
        ? [
            [
              'KUBE-SERVICES',
              {
                name: 'KUBE-SERVICES',
                policy: null,
                rules: Array.from({ length: natRules }, (_, i) => ({ id: i, text: '', matches: [], target: null, ...MADE })),
              },
            ],
          ]
        : [],
    ),
  });
  const ruleset = { raw: table('raw'), mangle: table('mangle'), nat: table('nat'), filter: table('filter') };
  return {
    node,
    name,
    links,
    routes: [],
    pathMtus: [],
    neighbours: [],
    fdb: [],
    sysctls: new Map(),
    netfilter: { tables: [], ruleset, sets: new Map(), counters: new Map(), policyCounters: new Map() },
    conntrack: [],
    sockets: [],
  };
}

function podObject(pod: PodFixture, node: string): KubeObject {
  const namespace = pod.namespace ?? 'default';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: pod.name,
      namespace,
      uid: pod.name,
      resourceVersion: '1',
      creationTimestamp: '',
      ...(pod.owner === undefined
        ? {}
        : {
            ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: pod.owner, uid: pod.owner, controller: true }],
          }),
    },
    spec: {
      containers: containersOf(pod).map(({ name, ports = [] }) => ({
        name,
        ports: ports.map((containerPort) => ({ containerPort, protocol: 'TCP' as const })),
      })),
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      ...(node === '' ? {} : { nodeName: node }),
      hostNetwork: pod.hostNetwork ?? false,
    },
    status: {
      phase: node === '' ? 'Pending' : 'Running',
      conditions: [{ type: 'Ready', status: node !== '' && pod.ready !== false ? 'True' : 'False' }],
      ...(pod.ip === undefined ? {} : { podIP: pod.ip }),
    },
  };
}

function containersOf(pod: PodFixture): NonNullable<PodFixture['containers']> {
  return pod.containers ?? [{ name: 'nginx', ports: [80] }];
}

function nodeView({ name, pods, controlPlane, ready }: NodeFixture, index: number, network: FixtureNetwork): NodeView {
  const ip = `192.168.1.${12 - 4 * index > 0 ? 12 - 4 * index : 20 + index}`;
  const podNetns = new Map<string, NetnsView>();
  const ports: LinkView[] = [];
  const containers: ContainerView[] = [];
  for (const pod of pods) {
    const id = `${pod.namespace ?? 'default'}/${pod.name}`;
    const ifindex = 5 + ports.length;
    if (pod.hostNetwork !== true) {
      const veth = pod.veth ?? `veth${hash(id)}`;
      const eth0 = linkView({
        ifindex: 2,
        name: 'eth0',
        kind: 'veth',
        address: `${pod.ip ?? '10.244.0.2'}/24`,
        peer: { ifindex, node: name, netns: 'root', name: veth, netnsid: 0 },
      });
      podNetns.set(id, netnsView(name, id, [linkView({ ifindex: 1, name: 'lo', kind: 'loopback' }), eth0], 0));
      ports.push(
        linkView({
          ifindex,
          name: veth,
          kind: 'veth',
          ...(network === 'kindnet' ? { address: `10.244.${index}.1/32` } : { master: network === 'weave' ? 'weave' : 'cni0' }),
          peer: { ifindex: 2, node: name, netns: id, name: 'eth0', netnsid: ports.length },
        }),
      );
    }
    for (const container of ['POD', ...containersOf(pod).map((each) => each.name)]) {
      containers.push({
        id: `${id}/${container}`,
        name: `k8s_${container}`,
        image: container,
        container,
        pod: `Pod ${id}`,
        state: 'running',
        startedAt: null,
      });
    }
  }
  const links = [
    linkView({ ifindex: 1, name: 'lo', kind: 'loopback', address: '127.0.0.1/8' }),
    linkView({ ifindex: 2, name: 'eth0', kind: 'ether', address: `${ip}/24` }),
    ...(network === 'flannel'
      ? [linkView({ ifindex: 3, name: 'flannel.1', kind: 'vxlan', address: `10.244.${index}.0/32` })]
      : []),
    ...(network === 'flannel' && ports.length > 0
      ? [linkView({ ifindex: 4, name: 'cni0', kind: 'bridge', address: `10.244.${index}.1/24` })]
      : []),
    ...(network === 'weave' ? weaveLinks(name, index) : []),
    ...ports,
  ];
  return {
    name,
    ip,
    podCIDR: `10.244.${index}.0/24`,
    controlPlane: controlPlane ?? false,
    ready: ready ?? true,
    root: netnsView(name, 'root', links, 30),
    podNetns,
    containers,
    etc: { resolvConf: '', hosts: '' },
    podEtc: new Map(),
    kubeProxy: { mode: 'iptables', running: true },
    cniRuns: true,
    cniProblem: null,
    apiProblem: null,
    on: true,
  };
}

/** What Weave Net adds to a node's devices. */
function weaveLinks(node: string, index: number): readonly LinkView[] {
  const end = (ifindex: number, name: string, master: string, other: { ifindex: number; name: string }): LinkView =>
    linkView({ ifindex, name, kind: 'veth', master, peer: { ...other, node, netns: 'root', netnsid: null } });
  const local = { local: null, dev: null, dstport: 6784, learning: false, external: true };
  return [
    linkView({ ifindex: 30, name: 'datapath', kind: 'openvswitch' }),
    linkView({ ifindex: 32, name: 'weave', kind: 'bridge', address: index === 0 ? '10.32.0.1/12' : '10.44.0.0/12' }),
    end(34, 'vethwe-datapath', 'datapath', { ifindex: 35, name: 'vethwe-bridge' }),
    end(35, 'vethwe-bridge', 'weave', { ifindex: 34, name: 'vethwe-datapath' }),
    linkView({ ifindex: 36, name: 'vxlan-6784', kind: 'vxlan', master: 'datapath', vxlan: { id: 0, ...local } }),
  ];
}

/** Eight hexadecimal digits, as the CNI plugins draw them. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (const char of text) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return value.toString(16).padStart(8, '0');
}

export function clusterFixture({ nodes, services = [], pending = [], network = 'flannel' }: ClusterFixture): ClusterSnapshot {
  const objects = new Map<string, ObjectView>();
  const put = (key: string, object: KubeObject): void => {
    objects.set(key, { key, object, createdBy: 'kubectl', source: null, fieldSources: new Map() });
  };
  for (const node of nodes)
    for (const pod of node.pods) put(`Pod ${pod.namespace ?? 'default'}/${pod.name}`, podObject(pod, node.name));
  for (const pod of pending) put(`Pod ${pod.namespace ?? 'default'}/${pod.name}`, podObject(pod, ''));
  for (const { name, clusterIP, ports, pods } of services) {
    const meta = { namespace: 'default', uid: name, resourceVersion: '1', creationTimestamp: '' };
    put(`Service default/${name}`, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...meta, name },
      spec: {
        type: 'ClusterIP',
        clusterIP,
        sessionAffinity: 'None',
        ports: ports.map(([port, number]) => ({ name: port, protocol: 'TCP', port: number, targetPort: number })),
      },
      status: {},
    });
    put(`EndpointSlice default/${name}-x`, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...meta, name: `${name}-x`, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      endpoints: pods.map((pod) => ({
        addresses: ['10.0.0.1'],
        conditions: { ready: true },
        targetRef: { kind: 'Pod', namespace: 'default', name: pod },
      })),
    });
  }
  return {
    version: 1,
    now: 0,
    title: 'fixture',
    cni: network === 'flannel' ? 'flannel-vxlan' : network,
    proxyMode: 'iptables',
    runtime: 'docker',
    underlayCIDR: '192.168.1.0/24',
    subnets: ['192.168.1.0/24'],
    clusterCIDR: '10.244.0.0/16',
    serviceCIDR: '10.96.0.0/12',
    nodes: nodes.map((node, index) => nodeView(node, index, network)),
    hosts: [
      {
        name: 'external',
        role: 'outside',
        ip: '192.168.1.100',
        root: netnsView('external', 'root', [linkView({ ifindex: 2, name: 'eth0', kind: 'ether' })], 0),
      },
    ],
    objects,
    events: [],
    faults: [],
    settled: true,
  };
}

/** Four nodes in two subnets, two in each, and the router between them. */
export function subnetsFixture(): ClusterSnapshot {
  const ips = ['192.168.1.11', '192.168.1.12', '192.168.2.11', '192.168.2.12'];
  const drawn = clusterFixture({
    nodes: ips.map((_, i) => ({ name: `n${i}`, pods: [{ name: `web-${i}`, ip: `10.244.${i}.2` }] })),
  });
  const card = (ifindex: number, name: string) => linkView({ ifindex, name, kind: 'ether' });
  return {
    ...drawn,
    subnets: ['192.168.1.0/24', '192.168.2.0/24'],
    nodes: drawn.nodes.map((node, i) => ({ ...node, ip: ips[i] ?? node.ip })),
    hosts: [
      ...drawn.hosts,
      {
        name: 'router',
        role: 'router',
        ip: '192.168.1.1',
        root: netnsView('router', 'root', [card(2, 'eth0'), card(3, 'eth1')], 0),
      },
    ],
  };
}

/** The cluster of the study's explore screen, on flannel, or on another network. */
export function labFixture(
  replicas: readonly (readonly string[])[] = [['r7c8w'], ['4kx2p', 'm8vqz']],
  network: FixtureNetwork = 'flannel',
): ClusterSnapshot {
  const owner = 'two-containers-deployment';
  const pod = (suffix: string, ip: string): PodFixture => ({
    name: `${owner}-6d9c-${suffix}`,
    owner,
    ip,
    containers: [
      { name: 'nginx', ports: [80] },
      { name: 'aria2ng-downloader', ports: [6800, 6880] },
    ],
  });
  const coredns = (suffix: string): PodFixture => ({
    namespace: 'kube-system',
    name: `coredns-${suffix}`,
    owner: 'coredns',
    containers: [{ name: 'coredns', ports: [53] }],
  });
  const pods = replicas.map((suffixes, node) => suffixes.map((suffix, i) => pod(suffix, `10.244.${node}.${4 + i}`)));
  return clusterFixture({
    network,
    nodes: [
      {
        name: 'class',
        controlPlane: true,
        pods: [
          ...(pods[0] ?? []),
          coredns('aaaaa'),
          coredns('bbbbb'),
          { namespace: 'kube-system', name: 'kube-proxy-x', hostNetwork: true },
        ],
      },
      { name: 'class2', pods: pods[1] ?? [] },
    ],
    services: [
      {
        name: 'two-containers-service',
        clusterIP: '10.99.25.192',
        ports: [
          ['http1', 80],
          ['http2', 6800],
          ['http3', 6880],
        ],
        pods: pods.flat().map((each) => each.name),
      },
    ],
  });
}

export const FIXTURE_WORDS: SceneWords = {
  bridge: 'bridge',
  mtu: (bytes) => `mtu ${bytes}`,
  holdsNamespace: 'holds the namespace',
  podsFolded: (count) => `${count} Pods, folded`,
  pods: (count) => `${count} Pods`,
  veths: (count) => `${count} veth`,
  rootNamespace: 'root network namespace',
  hostPods: (count) => `${count} hostNetwork Pods`,
  underlay: 'Underlay',
  controlPlane: 'control-plane',
  noDevice: 'no device: rules on every node',
  standIn: 'OVS stand-in',
  rulesOnEveryNode: 'rules on every node',
  nameOnly: 'a name in DNS, no rules',
  natRules: (count) => `${count} nat rules`,
  nodeNotReady: 'NotReady',
  nodeOff: 'off',
  nodeWithoutApi: 'no API server',
  pendingPods: (count) => `${count} Pods pending`,
  localProcess: 'local',
  others: 'others',
  byHand: 'netns made by hand',
  hiddenDevices: (names) => `also ${names}`,
  moreServices: (count) => `${count} more Services`,
  aria: {
    node: (name, ip) => `node ${name}, ${ip}`,
    pod: (name, ip, trouble) => `Pod ${name}, ${ip}${trouble === null ? '' : `, ${trouble}`}`,
    fold: (name, count) => `${name}, ${count} Pods, folded`,
    container: (name, image) => `container ${name}, ${image}`,
    device: (name, place) => `${name} in ${place}`,
    netfilter: (node, rules) => `netfilter on ${node}, ${rules} nat rules`,
    hook: (hook, node) => `${hook} on ${node}`,
    service: (name, ip, endpoints) => `Service ${name}, ${ip}, ${endpoints} endpoints`,
    host: (name, ip) => `${name}, ${ip}`,
    netns: (node) => `root network namespace of ${node}`,
  },
};
