/**
 * The nodes of a world: a Node object, the agents that run on the machine, and the last touches a scenario asks for.
 */
import { ANNOTATION_BACKEND_DATA } from '../node/cni/flannel/lease.ts';
import { FlannelPlugin } from '../node/cni/flannel/flannel.ts';
import { noCni } from '../node/cni/none.ts';
import type { CniPlugin } from '../node/cni/plugin.ts';
import { kubeProxyConfig } from '../node/proxy/config.ts';
import { KubeProxy } from '../node/proxy/kube-proxy.ts';
import { NetnsIptablesPort } from '../node/proxy/netns-port.ts';
import { assert, assertExists } from '../lib/assert.ts';
import { cidr, cidrOf, networkAddress, parseCidr, type Cidr } from '../lib/cidr.ts';
import { ip, ipAdd } from '../lib/ip.ts';
import type { Kernel } from '../net/kernel.ts';
import type { NodeSpec, ScenarioSpec } from './scenario.ts';
import type { ContainerView } from './snapshot.ts';
import { StopgapKubelet } from './stopgap.ts';
import type { World } from './world.ts';

export interface WorldNode {
  readonly name: string;
  readonly spec: NodeSpec;
  readonly kernel: Kernel;
  readonly proxy: KubeProxy | null;
  containers(): readonly ContainerView[];
  /** Sysctls and iptables lines of the scenario, after everything else has been set up. */
  lastTouches(): void;
}

/** Joins every node of the scenario to the cluster. */
export function startNodes(world: World): readonly WorldNode[] {
  return world.spec.cluster.nodes.map((spec, index) => startNode(world, spec, podRange(world.spec, spec, index)));
}

function startNode(world: World, spec: NodeSpec, podCIDR: Cidr): WorldNode {
  const kernel = assertExists(world.machines.nodes.get(spec.name), `no machine ${spec.name}`);
  registerNode(world, spec, podCIDR);
  const cni = cniOf(world, spec, kernel);
  const kubelet = new StopgapKubelet({
    name: spec.name,
    ip: spec.ip,
    kernel,
    api: world.controlPlane.client(`kubelet ${spec.name}`),
    cni,
  });
  const proxy = proxyOf(world, spec, kernel);
  return {
    name: spec.name,
    spec,
    kernel,
    proxy,
    containers: () => kubelet.containers(),
    lastTouches: () => {
      touchUp(spec, kernel);
    },
  };
}

/** The node's own range, or the next /24 of the cluster's. */
function podRange({ cluster }: ScenarioSpec, spec: NodeSpec, index: number): Cidr {
  return spec.podCIDR === null ? cidrOf(ipAdd(networkAddress(cidr(cluster.clusterCIDR)), index * 256), 24) : cidr(spec.podCIDR);
}

function registerNode(world: World, spec: NodeSpec, podCIDR: Cidr): void {
  const role = spec.controlPlane ? { 'node-role.kubernetes.io/control-plane': '' } : {};
  const annotations =
    spec.vtepMac === null ? {} : { [ANNOTATION_BACKEND_DATA]: JSON.stringify({ VNI: 1, VtepMAC: spec.vtepMac }) };
  const created = world.controlPlane.client('kubeadm').create('Node', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: spec.name,
      labels: {
        'kubernetes.io/hostname': spec.name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        ...role,
        ...spec.labels,
      },
      annotations,
    },
    spec: { podCIDR, podCIDRs: [podCIDR], taints: spec.taints.map(parseTaint) },
  });
  assert(created.ok, created.ok ? '' : created.error.message);
}

/** `key=value:Effect`. */
function parseTaint(text: string): { key: string; value: string; effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute' } {
  const [, key = '', , value = '', effect = ''] = /^([^=:]+)(=([^:]*))?:(\w+)$/.exec(text) ?? [];
  assert(effect === 'NoSchedule' || effect === 'PreferNoSchedule' || effect === 'NoExecute', `taint ${text}`);
  return { key, value, effect };
}

function cniOf(world: World, spec: NodeSpec, kernel: Kernel): CniPlugin {
  const { cni, clusterCIDR, hairpin } = world.spec.cluster;
  if (cni === 'none') return noCni();
  return new FlannelPlugin({
    backend: cni === 'flannel-vxlan' ? 'vxlan' : 'host-gw',
    nodeName: spec.name,
    nodeIP: ip(spec.ip),
    network: cidr(clusterCIDR),
    kernel,
    api: world.controlPlane.client('flanneld'),
    hairpinMode: hairpin,
  });
}

function proxyOf(world: World, spec: NodeSpec, kernel: Kernel): KubeProxy | null {
  const { proxy } = world.spec.cluster;
  if (proxy.mode === 'none' || !spec.kubeProxy) return null;
  const local = proxy.clusterCIDR === '' ? null : ({ mode: 'ClusterCIDR', cidr: cidr(proxy.clusterCIDR) } as const);
  const addresses =
    proxy.nodePortAddresses === null
      ? []
      : proxy.nodePortAddresses.split(',').map((text) => assertExists(parseCidr(text.trim()), `nodePortAddresses ${text}`));
  const kubeProxy = new KubeProxy({
    api: world.controlPlane.client(`kube-proxy ${spec.name}`),
    sim: world.sim,
    port: new NetnsIptablesPort(kernel.root),
    config: kubeProxyConfig({
      hostname: spec.name,
      nodeIP: ip(spec.ip),
      detectLocal: local,
      masqueradeAll: proxy.masqueradeAll,
      nodePortAddresses: addresses,
    }),
  });
  kubeProxy.start();
  return kubeProxy;
}

function touchUp(spec: NodeSpec, kernel: Kernel): void {
  for (const [name, value] of Object.entries(spec.sysctls)) {
    const set = kernel.root.sysctl.set(name, value);
    assert(set.ok, set.ok ? '' : set.error);
  }
  for (const line of spec.iptables) {
    const run = kernel.root.netfilter.command(line, { actor: 'scenario', action: 'iptables', object: null });
    assert(run.exitCode === 0, run.stderr);
  }
  kernel.root.touch();
}

/** Objects of kube-system that this scenario has. */
export function kubeSystemOf(_world: World): readonly never[] {
  return [];
}
