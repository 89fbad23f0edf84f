/**
 * Nodes on real kernels with the real control plane: what appears in API and kernel when Pods come and go.
 */
import { describe, expect, it } from 'vitest';
import type { Pod } from '../api/types/pod.ts';
import type { ApiClient, InputOf, ObjectInput } from '../api/watch.ts';
import { startControllers, type ControlPlane } from '../controlplane/controllers.ts';
import { ApiStore } from '../controlplane/store.ts';
import { assert, assertExists } from '../lib/assert.ts';
import { cidr } from '../lib/cidr.ts';
import { ip } from '../lib/ip.ts';
import { createRng } from '../lib/rng.ts';
import { FlannelPlugin } from '../node/cni/flannel/flannel.ts';
import { networkOf } from '../node/cni/networks.ts';
import { noCni } from '../node/cni/none.ts';
import { createPodSource } from '../node/kubelet/pod-source.ts';
import { createNode, type ClusterNode } from '../node/node.ts';
import { createKubeSystem } from '../node/static/kube-system.ts';
import { NS_PER_S, Sim } from '../sim/sim.ts';
import { bootMachines, type Machines } from './machines.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS, type ClusterSpec } from './scenario.ts';

interface Lab {
  readonly sim: Sim;
  readonly store: ApiStore;
  readonly plane: ControlPlane;
  readonly api: ApiClient;
  readonly machines: Machines;
  readonly nodes: readonly ClusterNode[];
  readonly settle: () => void;
  readonly advance: (seconds: number) => void;
  readonly pod: (name: string, spec: InputOf<Pod['spec']>) => void;
  readonly get: (name: string) => Pod;
  readonly events: (name: string) => readonly string[];
}

const NODES = [
  { name: 'class', ip: '192.168.1.12', podCIDR: '10.244.0.0/24' },
  { name: 'class2', ip: '192.168.1.8', podCIDR: '10.244.1.0/24' },
];

function lab(
  options: {
    readonly cni?: ClusterSpec['cni'];
    readonly podCIDR?: null;
    readonly nodes?: readonly (typeof NODES)[number][];
    readonly subnet?: string;
  } = {},
): Lab {
  const { cni = 'flannel-vxlan', nodes: specs = NODES } = options;
  const sim = new Sim(createRng(1));
  const cluster: ClusterSpec = {
    ...CLUSTER_DEFAULTS,
    underlayCIDR: '192.168.0.0/16',
    cni,
    nodes: specs.map((spec) => ({ ...NODE_DEFAULTS, ...spec })),
  };
  const machines = bootMachines(cluster, sim);
  const store = new ApiStore({ sim });
  const plane = startControllers(store);
  const pods = createPodSource(plane.client('kubelet'));
  const nodes = specs.map((spec) => {
    const kernel = assertExists(machines.nodes.get(spec.name), spec.name);
    const api = plane.client(`kubelet ${spec.name}`);
    const plugin =
      cni === 'none'
        ? noCni()
        : new FlannelPlugin({
            backend: cni === 'flannel-vxlan' ? 'vxlan' : 'host-gw',
            nodeName: spec.name,
            nodeIP: ip(spec.ip),
            network: cidr('10.244.0.0/16'),
            kernel,
            api: plane.client('flanneld'),
          });
    const range = options.podCIDR === null ? null : cidr(options.subnet ?? spec.podCIDR);
    const node = createNode({
      name: spec.name,
      ip: ip(spec.ip),
      podCIDR: range,
      kernel,
      api,
      pods,
      cni: plugin,
      controlPlane: spec.name === 'class',
    });
    assert(node.ok, spec.name);
    return node.value;
  });
  const api = plane.client('kubectl');
  const run = (end: number | null): void => {
    const why = sim.run({ maxSteps: 3_000_000, ...(end === null ? { until: () => !sim.busy } : { deadline: end }) });
    assert(why !== 'limit', 'step limit');
  };
  const all: Lab = {
    sim,
    store,
    plane,
    api,
    machines,
    nodes,
    settle: () => run(null),
    advance: (seconds) => run(sim.now + seconds * NS_PER_S),
    pod(name, spec) {
      const object: ObjectInput<Pod> = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, labels: { app: name } },
        spec: { ...spec },
      };
      const made = api.create('Pod', object);
      assert(made.ok, made.ok ? '' : made.error.message);
    },
    get: (name) => assertExists(api.get('Pod', 'default', name), name),
    events: (name) =>
      api
        .list('Event')
        .filter(({ involvedObject }) => involvedObject.name === name)
        .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
        .map(({ type, reason, message }) => `${type} ${reason}: ${message}`),
  };
  all.settle();
  return all;
}

const web = { name: 'web', image: 'ikubernetes/myapp:v1', ports: [{ containerPort: 80 }] };

/** Lines of `ip route` without the ones of the card. */
function routes(view: { readonly routes: readonly { readonly table: string; readonly text: string }[] }): readonly string[] {
  return view.routes.filter(({ table }) => table === 'main').map(({ text }) => text.trim());
}

describe('flannel on nodes', () => {
  it('vxlan: leaves what the recording shows on a node', () => {
    const { machines } = lab();
    const root = assertExists(machines.nodes.get('class'), 'class').root.view();
    const other = assertExists(machines.nodes.get('class2'), 'class2').root.view();
    const vtep = assertExists(
      other.links.find(({ name }) => name === 'flannel.1'),
      'flannel.1',
    ).mac;
    const device = assertExists(
      root.links.find(({ name }) => name === 'flannel.1'),
      'flannel.1',
    );
    expect({
      kind: device.kind,
      mtu: device.mtu,
      vxlan: device.vxlan,
      addresses: device.addresses.map(({ address }) => address),
      ifindex: device.ifindex,
    }).toEqual({
      kind: 'vxlan',
      mtu: 1450,
      vxlan: { id: 1, local: '192.168.1.12', dev: 'eth0', dstport: 8472, learning: false, external: false },
      addresses: ['10.244.0.0/32'],
      ifindex: 3,
    });
    expect(routes(root)).toEqual([
      'default via 192.168.1.100 dev eth0',
      '10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink',
      '192.168.0.0/16 dev eth0 proto kernel scope link src 192.168.1.12',
    ]);
    expect(root.neighbours.map(({ addr, dev, lladdr, state, madeBy }) => ({ addr, dev, lladdr, state, madeBy }))).toEqual([
      {
        addr: '10.244.1.0',
        dev: 'flannel.1',
        lladdr: vtep,
        state: 'PERMANENT',
        madeBy: { actor: 'flanneld', action: 'addNetwork', object: 'Node class2' },
      },
    ]);
    expect(
      root.fdb.filter(({ dev }) => dev === 'flannel.1').map(({ mac, dst, permanent, self }) => ({ mac, dst, permanent, self })),
    ).toEqual([{ mac: vtep, dst: '192.168.1.8', permanent: true, self: true }]);
  });

  it('host-gw: only a route via the other node', () => {
    const { machines } = lab({ cni: 'flannel-host-gw' });
    const root = assertExists(machines.nodes.get('class'), 'class').root.view();
    expect(routes(root)).toEqual([
      'default via 192.168.1.100 dev eth0',
      '10.244.1.0/24 via 192.168.1.8 dev eth0',
      '192.168.0.0/16 dev eth0 proto kernel scope link src 192.168.1.12',
    ]);
    expect(root.links.map(({ name }) => name)).toEqual(['lo', 'eth0']);
  });

  it('writes the recorded rules, and again within 5 s what somebody took away', () => {
    const { machines, advance } = lab();
    const { netfilter } = assertExists(machines.nodes.get('class'), 'class').root;
    const text = (): readonly string[] =>
      netfilter
        .save(null, { counters: false })
        .split('\n')
        .filter((line) => line.startsWith('-A'));
    const expected = [
      '-A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD',
      '-A FLANNEL-FWD -s 10.244.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT',
      '-A FLANNEL-FWD -d 10.244.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT',
      '-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG',
      '-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -m comment --comment "flanneld masq" -j RETURN',
      '-A FLANNEL-POSTRTG -s 10.244.0.0/24 -d 10.244.0.0/16 -m comment --comment "flanneld masq" -j RETURN',
      '-A FLANNEL-POSTRTG -s 10.244.0.0/16 -d 10.244.0.0/24 -m comment --comment "flanneld masq" -j RETURN',
      '-A FLANNEL-POSTRTG ! -s 10.244.0.0/16 -d 10.244.0.0/24 -m comment --comment "flanneld masq" -j RETURN',
      '-A FLANNEL-POSTRTG -s 10.244.0.0/16 ! -d 224.0.0.0/4 -m comment --comment "flanneld masq" -j MASQUERADE --random-fully',
      '-A FLANNEL-POSTRTG ! -s 10.244.0.0/16 -d 10.244.0.0/16 -m comment --comment "flanneld masq" -j MASQUERADE --random-fully',
    ];
    expect([...text()].sort()).toEqual([...expected].sort());
    const before = netfilter.ruleset;
    advance(20);
    expect(netfilter.ruleset).toBe(before);
    netfilter.command('-t nat -F FLANNEL-POSTRTG', { actor: 'user', action: 'iptables', object: null });
    netfilter.command('-D FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD', {
      actor: 'user',
      action: 'iptables',
      object: null,
    });
    expect(text()).toHaveLength(expected.length - 7);
    advance(6);
    expect([...text()].sort()).toEqual([...expected].sort());
  });

  it('forgets a node that is deleted', () => {
    const { api, machines, settle } = lab();
    api.delete('Node', null, 'class2');
    settle();
    const root = assertExists(machines.nodes.get('class'), 'class').root.view();
    expect(routes(root)).toHaveLength(2);
    expect([root.neighbours, root.fdb.filter(({ dev }) => dev === 'flannel.1')]).toEqual([[], []]);
  });

  it('announces itself in annotations', () => {
    const { api } = lab();
    const annotations = api.get('Node', null, 'class2')?.metadata.annotations ?? {};
    expect(annotations['flannel.alpha.coreos.com/backend-data']).toMatch(
      /^\{"VNI":1,"VtepMAC":"([0-9a-f]{2}:){5}[0-9a-f]{2}"\}$/,
    );
    expect(annotations['flannel.alpha.coreos.com/public-ip']).toBe('192.168.1.8');
  });
});

describe('a Pod', () => {
  it('gets its namespace, eth0 and routes as the recording shows', () => {
    const { get, machines, pod, settle } = lab();
    pod('web', { nodeName: 'class2', containers: [web] });
    settle();
    const { status } = get('web');
    expect({ phase: status.phase, podIP: status.podIP, hostIP: status.hostIP }).toEqual({
      phase: 'Running',
      podIP: '10.244.1.2',
      hostIP: '192.168.1.8',
    });
    expect(status.conditions?.map(({ type, status: value }) => `${type}=${value}`)).toEqual([
      'PodReadyToStartContainers=True',
      'Initialized=True',
      'Ready=True',
      'ContainersReady=True',
      'PodScheduled=True',
    ]);
    const kernel = assertExists(machines.nodes.get('class2'), 'class2');
    const netns = assertExists(kernel.netns('default/web'), 'netns').view();
    const eth0 = assertExists(
      netns.links.find(({ name }) => name === 'eth0'),
      'eth0',
    );
    expect(routes(netns)).toEqual([
      'default via 10.244.1.1 dev eth0',
      '10.244.0.0/16 via 10.244.1.1 dev eth0',
      '10.244.1.0/24 dev eth0 proto kernel scope link src 10.244.1.2',
    ]);
    expect({
      ifindex: eth0.ifindex,
      mtu: eth0.mtu,
      address: eth0.addresses[0]?.address,
      broadcast: eth0.addresses[0]?.broadcast,
    }).toEqual({ ifindex: 2, mtu: 1450, address: '10.244.1.2/24', broadcast: '10.244.1.255' });
    const root = kernel.root.view();
    const cni0 = assertExists(
      root.links.find(({ name }) => name === 'cni0'),
      'cni0',
    );
    const veth = assertExists(
      root.links.find(({ kind }) => kind === 'veth'),
      'veth',
    );
    expect({ ifindex: cni0.ifindex, addresses: cni0.addresses.map(({ address }) => address), mtu: cni0.mtu }).toEqual({
      ifindex: 4,
      addresses: ['10.244.1.1/24'],
      mtu: 1450,
    });
    expect(veth.name).toMatch(/^veth[0-9a-f]{8}$/);
    expect({ ifindex: veth.ifindex, master: veth.master, hairpin: veth.hairpin, peer: veth.peer, madeBy: veth.madeBy }).toEqual(
      {
        ifindex: 5,
        master: 'cni0',
        hairpin: true,
        peer: { ifindex: 2, node: 'class2', netns: 'default/web', name: 'eth0', netnsid: 0 },
        madeBy: { actor: 'flannel', action: 'cmdAdd', object: 'Pod default/web' },
      },
    );
    expect(netns.sockets.map(({ protocol, port, process }) => ({ protocol, port, process }))).toEqual([
      { protocol: 'tcp', port: 80, process: 'nginx' },
    ]);
  });

  it('leaves exactly three containers of the lab report, named as docker names them', () => {
    const { get, nodes, pod, settle } = lab();
    const image = { image: 'dplsming/nginx-fileserver:1.0', ports: [{ containerPort: 80 }] };
    pod('two-containers', {
      nodeName: 'class2',
      containers: [
        { name: 'nginx', ...image },
        { name: 'aria2ng-downloader', image: 'dplsming/aria2ng-downloader:1.0' },
      ],
    });
    settle();
    const { uid } = get('two-containers').metadata;
    const rows = nodes[1]?.containers() ?? [];
    expect(rows.map(({ name, image: of, state, container }) => ({ name, of, state, container }))).toEqual([
      { name: `k8s_POD_two-containers_default_${uid}_0`, of: 'registry.k8s.io/pause:3.9', state: 'running', container: 'POD' },
      {
        name: `k8s_nginx_two-containers_default_${uid}_0`,
        of: 'dplsming/nginx-fileserver:1.0',
        state: 'running',
        container: 'nginx',
      },
      {
        name: `k8s_aria2ng-downloader_two-containers_default_${uid}_0`,
        of: 'dplsming/aria2ng-downloader:1.0',
        state: 'running',
        container: 'aria2ng-downloader',
      },
    ]);
    expect(rows.every(({ id }) => /^[0-9a-f]{64}$/.test(id))).toBe(true);
    expect(nodes[1]?.containers()).toBe(rows);
    expect(nodes[0]?.containers()).toEqual([]);
  });

  it('tells its story in events', () => {
    const { events, pod, settle } = lab();
    pod('web', { nodeName: 'class2', containers: [web] });
    settle();
    expect(events('web')).toEqual([
      'Normal Pulling: Pulling image "ikubernetes/myapp:v1"',
      'Normal Pulled: Successfully pulled image "ikubernetes/myapp:v1" in 280ms (280ms including waiting). Image size: 6491412 bytes.',
      'Normal Created: Created container web',
      'Normal Started: Started container web',
    ]);
  });

  it('is removed with its namespace, its veth and its address', () => {
    const { api, events, machines, nodes, pod, settle } = lab();
    pod('web', { nodeName: 'class2', containers: [web] });
    settle();
    api.delete('Pod', 'default', 'web');
    settle();
    expect(api.get('Pod', 'default', 'web')).toBeNull();
    expect(events('web').at(-1)).toBe('Normal Killing: Stopping container web');
    const kernel = assertExists(machines.nodes.get('class2'), 'class2');
    expect(kernel.netns('default/web')).toBeUndefined();
    expect(kernel.root.view().links.map(({ name }) => name)).toEqual(['lo', 'eth0', 'flannel.1', 'cni0']);
    expect(nodes[1]?.containers()).toEqual([]);
    pod('next', { nodeName: 'class2', containers: [web] });
    settle();
    expect(api.get('Pod', 'default', 'next')?.status.podIP).toBe('10.244.1.3');
  });

  it('that does not heed SIGTERM is killed after its grace period', () => {
    const { api, pod, settle, sim } = lab();
    pod('client', {
      nodeName: 'class2',
      containers: [{ name: 'c', image: 'busybox:1.36', command: ['sleep', '3600'] }],
      terminationGracePeriodSeconds: 7,
    });
    settle();
    const start = sim.now;
    api.delete('Pod', 'default', 'client');
    settle();
    expect(Math.floor((sim.now - start) / NS_PER_S)).toBe(7);
    expect(api.get('Pod', 'default', 'client')).toBeNull();
  });

  it('deleted by force is torn down at once', () => {
    const { api, machines, nodes, pod, settle } = lab();
    pod('web', { nodeName: 'class2', containers: [web] });
    settle();
    api.delete('Pod', 'default', 'web', { gracePeriodSeconds: 0 });
    pod('web', { nodeName: 'class2', containers: [web] });
    settle();
    expect(api.get('Pod', 'default', 'web')?.status.podIP).toBe('10.244.1.3');
    expect(nodes[1]?.containers()).toHaveLength(2);
    expect(
      assertExists(machines.nodes.get('class2'), 'class2')
        .namespaces()
        .map(({ name }) => name),
    ).toEqual(['root', 'default/web']);
  });

  it('on hostNetwork shares the node’s namespace and address', () => {
    const { get, machines, pod, settle } = lab();
    pod('host', { nodeName: 'class2', hostNetwork: true, containers: [web] });
    settle();
    expect(get('host').status.podIP).toBe('192.168.1.8');
    expect(
      assertExists(machines.nodes.get('class2'), 'class2')
        .namespaces()
        .map(({ name }) => name),
    ).toEqual(['root']);
  });

  it('whose containers want one port: the second crashes and backs off', () => {
    const { events, get, pod, settle, advance } = lab();
    pod('clash', { nodeName: 'class2', containers: [web, { ...web, name: 'other' }] });
    settle();
    advance(1);
    const other = get('clash').status.containerStatuses?.[1];
    expect({
      ready: other?.ready,
      restarts: other?.restartCount,
      waiting: other?.state?.waiting?.reason,
      last: other?.lastState?.terminated?.exitCode,
    }).toEqual({
      ready: false,
      restarts: 1,
      waiting: 'CrashLoopBackOff',
      last: 1,
    });
    expect(events('clash').at(-1)).toBe(
      `Warning BackOff: Back-off restarting failed container other in pod clash_default(${get('clash').metadata.uid})`,
    );
    expect(get('clash').status.conditions?.find(({ type }) => type === 'Ready')?.message).toBe(
      'containers with unready status: [other]',
    );
  });

  it('runs init containers one after the other before the rest', () => {
    const { get, pod, settle, sim } = lab();
    pod('init', {
      nodeName: 'class2',
      initContainers: [{ name: 'wait', image: 'busybox', command: ['sh', '-c', 'echo waiting; sleep 20'] }],
      containers: [web],
    });
    sim.run({ maxSteps: 1e6, deadline: sim.now + 10 * NS_PER_S });
    expect(get('init').status.conditions?.find(({ type }) => type === 'Initialized')?.message).toBe(
      'containers with incomplete status: [wait]',
    );
    expect(get('init').status.containerStatuses?.[0]?.state?.waiting?.reason).toBe('PodInitializing');
    settle();
    expect(get('init').status.initContainerStatuses?.[0]?.state?.terminated?.reason).toBe('Completed');
    expect(get('init').status.phase).toBe('Running');
  });

  it('with a job’s restart policy ends', () => {
    const { get, machines, pod, settle } = lab();
    pod('job', {
      nodeName: 'class2',
      restartPolicy: 'Never',
      containers: [{ name: 'c', image: 'busybox', command: ['echo', 'done'] }],
    });
    pod('bad', {
      nodeName: 'class2',
      restartPolicy: 'Never',
      containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'exit 3'] }],
    });
    settle();
    expect([get('job').status.phase, get('bad').status.phase]).toEqual(['Succeeded', 'Failed']);
    expect(assertExists(machines.nodes.get('class2'), 'class2').namespaces()).toHaveLength(1);
  });

  it.each([
    [{ httpGet: { path: '/', port: 80 } }, true, null],
    [{ tcpSocket: { port: 80 } }, true, null],
    [
      { tcpSocket: { port: 81 } },
      false,
      'Warning Unhealthy: Readiness probe failed: dial tcp 10.244.1.2:81: connect: connection refused',
    ],
    [
      { httpGet: { path: '/healthz', port: 80 } },
      false,
      'Warning Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 404',
    ],
    [
      { httpGet: { path: '/', port: 8080 } },
      false,
      'Warning Unhealthy: Readiness probe failed: Get "http://10.244.1.2:8080/": dial tcp 10.244.1.2:8080: connect: connection refused',
    ],
    [{ exec: { command: ['false'] } }, false, 'Warning Unhealthy: Readiness probe failed: '],
  ])('is ready as its probe %j says', (readinessProbe, ready, event) => {
    const { events, get, pod, settle } = lab();
    pod('web', { nodeName: 'class2', containers: [{ ...web, readinessProbe }] });
    settle();
    expect(get('web').status.containerStatuses?.[0]?.ready).toBe(ready);
    expect(events('web').find((line) => line.includes('Unhealthy')) ?? null).toBe(event);
  });

  it('becomes unready and ready again with the file its probe looks for; liveness restarts it', () => {
    const { advance, get, pod, settle } = lab();
    const command = ['sh', '-c', 'touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600'];
    const probe = { exec: { command: ['cat', '/tmp/healthy'] }, periodSeconds: 5 };
    pod('file', {
      nodeName: 'class2',
      containers: [
        { name: 'c', image: 'busybox', command, readinessProbe: { ...probe, failureThreshold: 1 }, livenessProbe: probe },
      ],
    });
    settle();
    const ready = (): boolean | undefined => get('file').status.containerStatuses?.[0]?.ready;
    expect(ready()).toBe(true);
    advance(34);
    expect([ready(), get('file').status.containerStatuses?.[0]?.restartCount]).toEqual([false, 0]);
    advance(20);
    expect([ready(), get('file').status.containerStatuses?.[0]?.restartCount]).toEqual([true, 1]);
  });

  it('with an image name nobody can read says so', () => {
    const { get, pod, settle } = lab();
    pod('bad', { nodeName: 'class2', containers: [{ name: 'c', image: 'Nginx:1.0' }] });
    settle();
    expect(get('bad').status.containerStatuses?.[0]?.state?.waiting).toEqual({
      reason: 'InvalidImageName',
      message:
        'Failed to apply default image tag "Nginx:1.0": couldn\'t parse image name "Nginx:1.0": invalid reference format: repository name (library/Nginx) must be lowercase',
    });
  });
});

describe('without a network', () => {
  it('Pods wait and say why; the node is not ready; hostNetwork Pods run', () => {
    const { api, events, get, pod, settle } = lab({ cni: 'none' });
    pod('web', { nodeName: 'class2', containers: [web] });
    pod('host', { nodeName: 'class2', hostNetwork: true, containers: [web] });
    settle();
    const message =
      'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:docker: network plugin is not ready: cni config uninitialized';
    expect(events('web')).toEqual([`Warning NetworkNotReady: network is not ready: ${message}`]);
    expect(get('web').status.containerStatuses?.[0]?.state?.waiting?.reason).toBe('ContainerCreating');
    expect(get('host').status.phase).toBe('Running');
    expect(api.get('Node', null, 'class2')?.status.conditions?.at(-1)).toMatchObject({
      type: 'Ready',
      status: 'False',
      reason: 'KubeletNotReady',
      message,
    });
  });

  it('flanneld without a podCIDR: the sandbox fails in the plugin’s words', () => {
    const { events, pod, settle } = lab({ podCIDR: null });
    pod('web', { nodeName: 'class2', containers: [web] });
    settle();
    expect(events('web').map((line) => line.replace(/[0-9a-f]{64}/, 'ID'))).toEqual([
      'Warning FailedCreatePodSandBox: Failed to create pod sandbox: rpc error: code = Unknown desc = failed to set up sandbox container "ID" network for pod "web": networkPlugin cni failed to set up pod "web_default" network: ' +
        "failed to load flannel 'subnet.env' file: open /run/flannel/subnet.env: no such file or directory. Check the flannel pod log for this node.",
    ]);
  });

  it('a range that is full keeps further Pods out until one goes', () => {
    const { advance, api, events, get, machines, pod, settle } = lab({
      subnet: '10.244.1.0/30',
      nodes: [assertExists(NODES[1], 'node')],
    });
    pod('a', { nodeName: 'class2', containers: [web] });
    settle();
    pod('b', { nodeName: 'class2', containers: [web] });
    settle();
    expect(
      events('b')
        .at(-1)
        ?.endsWith('failed to allocate for range 0: no IP addresses available in range set: 10.244.1.1-10.244.1.2'),
    ).toBe(true);
    expect(
      assertExists(machines.nodes.get('class2'), 'class2')
        .namespaces()
        .map(({ name }) => name),
    ).toEqual(['root', 'default/a']);
    api.delete('Pod', 'default', 'a');
    settle();
    advance(12);
    expect(get('b').status.podIP).toBe('10.244.1.2');
  });
});

describe('kube-system', () => {
  it('runs what kubeadm installs', () => {
    const { api, machines, plane, settle } = lab();
    const nodes = NODES.map(({ name, ip: address }) => ({ name, ip: address, controlPlane: name === 'class', proxy: true }));
    createKubeSystem(plane.client('kubeadm'), nodes, {
      serviceCIDR: cidr('10.96.0.0/12'),
      cluster: { clusterCIDR: cidr('10.244.0.0/16'), hairpin: true, networkPolicy: true },
      proxyClusterCIDR: '10.244.0.0/16',
      network: networkOf('flannel-vxlan').manifest,
      proxy: true,
    });
    settle();
    const pods = api
      .list('Pod')
      .map(
        ({ metadata, spec, status }) =>
          `${metadata.namespace}/${metadata.name.replace(/-(?!class)[a-z0-9]{5}$/, '-*')} ${spec.nodeName ?? ''} ${status.phase} ${status.containerStatuses?.every(({ ready }) => ready) === true ? 'ready' : 'not ready'}`,
      );
    expect(pods.map((line) => line.replace(/coredns-[a-z0-9]+-\*/, 'coredns-*')).sort()).toEqual([
      'kube-flannel/kube-flannel-ds-* class Running ready',
      'kube-flannel/kube-flannel-ds-* class2 Running ready',
      expect.stringMatching(/^kube-system\/coredns-\* class2? Running ready$/),
      expect.stringMatching(/^kube-system\/coredns-\* class2? Running ready$/),
      'kube-system/etcd-class class Running ready',
      'kube-system/kube-apiserver-class class Running ready',
      'kube-system/kube-controller-manager-class class Running ready',
      'kube-system/kube-proxy-* class Running ready',
      'kube-system/kube-proxy-* class2 Running ready',
      'kube-system/kube-scheduler-class class Running ready',
    ]);
    expect(api.get('Service', 'kube-system', 'kube-dns')?.spec.clusterIP).toBe('10.96.0.10');
    const sockets = assertExists(machines.nodes.get('class'), 'class')
      .root.view()
      .sockets.filter(({ protocol }) => protocol === 'tcp');
    expect(sockets.map(({ port }) => port).sort((a, b) => a - b)).toEqual([
      2379, 2379, 2380, 2381, 6443, 10248, 10249, 10250, 10256, 10257, 10259,
    ]);
  });
});

describe('at size', () => {
  it('starts the same cluster the same way every time', () => {
    const story = (): string => {
      const { nodes, pod, settle, api } = lab();
      for (let i = 0; i < 20; i++) pod(`p${i}`, { nodeName: i % 2 === 0 ? 'class' : 'class2', containers: [web] });
      settle();
      return JSON.stringify([nodes.map((node) => node.containers()), api.list('Pod')]);
    };
    expect(story()).toBe(story());
  });

  it('gives addresses in the order of the Pods', () => {
    const { api, pod, settle } = lab();
    for (let i = 10; i < 40; i++) pod(`p${i}`, { nodeName: 'class', containers: [web] });
    settle();
    expect(api.list('Pod').map(({ status }) => status.podIP)).toEqual(
      Array.from({ length: 30 }, (_, i) => `10.244.0.${i + 2}`),
    );
  });
});
