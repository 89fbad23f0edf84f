/**
 * The nodes of a world: which agents run on each machine, in the order a cluster comes up: control-plane nodes and kube-system first,
 * the workers join later.
 */
import type { Taint } from '../api/types/node.ts';
import { assert, assertExists } from '../lib/assert.ts';
import { cidr, cidrOf, networkAddress, parseCidr, type Cidr } from '../lib/cidr.ts';
import { ip, ipAdd } from '../lib/ip.ts';
import type { Kernel } from '../net/kernel.ts';
import { ANNOTATION_BACKEND_DATA } from '../node/cni/flannel/lease.ts';
import type { NetworkCluster } from '../node/cni/network.ts';
import { networkOf } from '../node/cni/networks.ts';
import type { CniPlugin } from '../node/cni/plugin.ts';
import { machineHosts, type KubeletDns } from '../node/kubelet/pod-dns.ts';
import { createNode, type ClusterNode } from '../node/node.ts';
import { kubeProxyConfig } from '../node/proxy/config.ts';
import { KubeProxy } from '../node/proxy/kube-proxy.ts';
import { NetnsIptablesPort } from '../node/proxy/netns-port.ts';
import { clusterDNSAddress } from '../node/static/cluster-dns.ts';
import {
  createKubeSystem,
  createNodeSystemPods,
  kubeSystemImages,
  type KubeSystemOptions,
  type SystemNode,
} from '../node/static/kube-system.ts';
import { NODE_LOCAL_DNS_ADDRESS } from '../node/static/node-local-dns.ts';
import type { ClusterSpec, NodeSpec } from './scenario.ts';
import type { Steps } from '../lib/steps.ts';
import type { World } from './world.ts';

export interface WorldNode {
  readonly name: string;
  readonly spec: NodeSpec;
  readonly kernel: Kernel;
  readonly agents: ClusterNode;
  /** False: the machine is switched off. */
  readonly on: boolean;
}

/** Brings every node of the scenario up and lets each phase come to rest. */
export function* joinNodes(world: World): Steps<readonly WorldNode[]> {
  const { cluster } = world.spec;
  const first = cluster.nodes.some((node) => node.controlPlane)
    ? cluster.nodes.filter((node) => node.controlPlane)
    : cluster.nodes;
  const later = cluster.nodes.filter((node) => !first.includes(node));
  const nodes: WorldNode[] = [];
  for (const spec of first) {
    nodes.push(startNode(world, spec));
    yield;
  }
  const admin = world.controlPlane.client('kubeadm');
  if (cluster.kubeSystem) createKubeSystem(admin, first.map(systemNode), kubeSystemOptions(cluster));
  yield* world.settling(nodes);
  for (const spec of later) {
    nodes.push(startNode(world, spec));
    if (cluster.kubeSystem) createNodeSystemPods(admin, systemNode(spec), kubeSystemOptions(cluster));
    yield;
  }
  yield* world.settling(nodes);
  return cluster.nodes.map((spec) =>
    assertExists(
      nodes.find((node) => node.spec === spec),
      `node ${spec.name} was started`,
    ),
  );
}

/** Starts a node's agents on its machine as it is now. */
export function startNode(world: World, spec: NodeSpec): WorldNode {
  const { cluster } = world.spec;
  const kernel = assertExists(world.machines.nodes.get(spec.name), `no machine ${spec.name}`);
  const created = createNode({
    name: spec.name,
    ip: ip(spec.ip),
    podCIDR: podRange(cluster, spec),
    kernel,
    api: world.controlPlane.client(`kubelet ${spec.name}`, world.apiServer.connection(spec)),
    pods: world.pods,
    cni: cniOf(world, spec, kernel),
    controlPlane: spec.controlPlane,
    runtime: cluster.runtime,
    labels: spec.labels,
    annotations: spec.vtepMac === null ? {} : { [ANNOTATION_BACKEND_DATA]: JSON.stringify({ VNI: 1, VtepMAC: spec.vtepMac }) },
    taints: spec.taints.map(parseTaint),
    dns: nodeDns(cluster, spec),
    preloadedImages: cluster.kubeSystem ? kubeSystemImages(kubeSystemOptions(cluster)) : [],
    ...(cluster.proxy.mode === 'iptables' && spec.kubeProxy ? { proxy: () => startProxy(world, spec, kernel) } : {}),
  });
  assert(created.ok, created.ok ? '' : created.error.message);
  return { name: spec.name, spec, kernel, agents: created.value, on: true };
}

/** The cluster's domain: kubeadm's default. */
const CLUSTER_DOMAIN = 'cluster.local';

/** The kubelet's clusterDNS, and the machine's own resolver: the host outside, without a search list. */
function nodeDns({ serviceCIDR, external, nodeLocalDNS }: ClusterSpec, { name, ip: address }: NodeSpec): KubeletDns {
  const nameservers = external === null ? [] : [external.ip];
  return {
    clusterDNS: [nodeLocalDNS ? NODE_LOCAL_DNS_ADDRESS : clusterDNSAddress(cidr(serviceCIDR))],
    clusterDomain: CLUSTER_DOMAIN,
    machine: { resolvConf: { nameservers, search: [], options: [] }, hosts: machineHosts(name, address) },
  };
}

/** The node's own range, or the next /24 of the cluster's. */
function podRange(cluster: ClusterSpec, spec: NodeSpec): Cidr {
  const index = cluster.nodes.indexOf(spec);
  return spec.podCIDR === null ? cidrOf(ipAdd(networkAddress(cidr(cluster.clusterCIDR)), index * 256), 24) : cidr(spec.podCIDR);
}

/** `key=value:Effect`, as `kubectl taint` takes it. */
function parseTaint(text: string): Taint {
  const [, key = '', , value = '', effect = ''] = /^([^=:]+)(=([^:]*))?:(\w+)$/.exec(text) ?? [];
  assert(effect === 'NoSchedule' || effect === 'PreferNoSchedule' || effect === 'NoExecute', `taint ${text}`);
  return { key, value, effect };
}

function cniOf(world: World, spec: NodeSpec, kernel: Kernel): CniPlugin {
  const { cluster } = world.spec;
  return networkOf(cluster.cni).plugin({
    name: spec.name,
    ip: ip(spec.ip),
    kernel,
    cluster: networkCluster(cluster),
    client: (agent) => world.controlPlane.client(agent, world.apiServer.connection(spec)),
    peers: (agent) => world.controlPlane.client(agent),
  });
}

function networkCluster({ clusterCIDR, hairpin, networkPolicy }: ClusterSpec): NetworkCluster {
  return { clusterCIDR: cidr(clusterCIDR), hairpin, networkPolicy };
}

/** Starts kube-proxy on a node; returns what stops it. */
function startProxy(world: World, spec: NodeSpec, kernel: Kernel): () => void {
  const { clusterCIDR, masqueradeAll, nodePortAddresses } = world.spec.cluster.proxy;
  const ranges = nodePortAddresses === null ? [] : nodePortAddresses.split(',');
  const proxy = new KubeProxy({
    api: world.controlPlane.client(`kube-proxy ${spec.name}`, world.apiServer.connection(spec)),
    sim: world.sim,
    port: new NetnsIptablesPort(kernel.root),
    config: kubeProxyConfig({
      hostname: spec.name,
      nodeIP: ip(spec.ip),
      detectLocal: clusterCIDR === '' ? null : { mode: 'ClusterCIDR', cidr: cidr(clusterCIDR) },
      masqueradeAll,
      nodePortAddresses: ranges.map((text) => assertExists(parseCidr(text.trim()), `nodePortAddresses ${text}`)),
    }),
  });
  proxy.start();
  return () => {
    proxy.stop();
  };
}

function systemNode(spec: NodeSpec): SystemNode {
  return { name: spec.name, ip: spec.ip, controlPlane: spec.controlPlane, proxy: spec.kubeProxy };
}

function kubeSystemOptions(cluster: ClusterSpec): KubeSystemOptions {
  return {
    serviceCIDR: cidr(cluster.serviceCIDR),
    cluster: networkCluster(cluster),
    proxyClusterCIDR: cluster.proxy.clusterCIDR,
    network: networkOf(cluster.cni).manifest,
    proxy: cluster.proxy.mode === 'iptables',
    addons: cluster.addons,
    nodeLocalDNS: cluster.nodeLocalDNS,
  };
}

/** What a scenario changes by hand once everything runs: sysctls, then iptables lines. */
export function touchUp({ spec, kernel }: WorldNode): void {
  for (const [name, value] of Object.entries(spec.sysctls)) {
    const set = kernel.root.sysctl.set(name, value);
    assert(set.ok, set.ok ? '' : set.error);
  }
  for (const line of spec.iptables) {
    const run = kernel.root.netfilter.command(line, { actor: 'scenario', action: 'iptables', object: null });
    assert(run.exitCode === 0, run.stderr);
  }
}
