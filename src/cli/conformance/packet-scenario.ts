/**
 * Rebuilds the cluster of a packet file as a scenario: the same data a `scenario.yaml` yields, and manifests as text.
 *
 * Set-up that the recordings share (permanent neighbours, no kube-system Pods, sysctls) is said here, in the scenario's own words.
 */
import { isList, isRecord, type UnknownRecord } from '../../api/json.ts';
import type { Command } from '../../cluster/commands.ts';
import {
  CLUSTER_DEFAULTS,
  NODE_DEFAULTS,
  type ClusterSpec,
  type ManifestSpec,
  type NodeSpec,
  type ScenarioSpec,
} from '../../cluster/scenario.ts';
import { cidr, networkCidr } from '../../lib/cidr.ts';
import { parseIp } from '../../lib/ip.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { PacketFile, RecordedNode, RecordedPod, RecordedPort } from './packet-file.ts';

const CNI: Readonly<Record<string, ClusterSpec['cni']>> = {
  'flannel-vxlan': 'flannel-vxlan',
  'host-gw': 'flannel-host-gw',
  kindnet: 'kindnet',
  'calico-bgp': 'calico-bgp',
};

/** What every recorded node was set up with, before its own sysctls. */
const NODE_SYSCTLS: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': '1',
  'net.bridge.bridge-nf-call-iptables': '1',
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.icmp_ratelimit': '0',
};

const ANNOTATION_IP_ADDRS = 'cni.projectcalico.org/ipAddrs';

const OPTIONS = ['masqueradeAll', 'proxyClusterCIDR', 'hairpin', 'external'];

/** The scenario of the file, or what in it is not supported. */
export function packetScenario(file: PacketFile): Result<ScenarioSpec, string> {
  const unsupported = unsupportedPart(file);
  if (unsupported !== null) return err(`${unsupported} is not supported yet`);
  return ok({
    id: 'recorded',
    title: file.title,
    cluster: clusterSpec(file),
    manifests: [podsManifest(file.cluster), servicesManifest(file)].filter(({ text }) => text !== ''),
  });
}

function unsupportedPart({ proxyMode, cluster, options = {} }: PacketFile): string | null {
  if (proxyMode !== 'iptables') return `proxy mode ${proxyMode}`;
  if (CNI[cluster.cni] === undefined) return `CNI ${cluster.cni}`;
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) return `option ${unknown}`;
  const { external } = options;
  return external === undefined || typeof external === 'boolean' || externalAddress(external) !== null
    ? null
    : `option external: ${JSON.stringify(external)}`;
}

/** The outside host's address, where the option names another. */
function externalAddress(external: unknown): string | null {
  return typeof external === 'string' ? parseIp(external) : null;
}

function clusterSpec({ cluster, options = {}, addresses = {} }: PacketFile): ClusterSpec {
  const { clusterCIDR, cni, nodes } = cluster;
  const proxyClusterCIDR = options['proxyClusterCIDR'];
  return {
    ...CLUSTER_DEFAULTS,
    cni: CNI[cni] ?? 'none',
    hairpin: options['hairpin'] !== false,
    // The recordings have the rules that masquerade, and none of those that enforce policies.
    networkPolicy: false,
    clusterCIDR,
    underlayCIDR: networkCidr(cidr(`${nodes[0]?.ip ?? ''}/24`)),
    nodes: nodes.map((node, index) => nodeSpec(node, { controlPlane: index === 0 })),
    external:
      options['external'] === false
        ? null
        : { ip: externalAddress(options['external']) ?? addresses['external'] ?? '192.168.1.100', ports: [9999], names: null },
    proxy: {
      mode: 'iptables',
      clusterCIDR: typeof proxyClusterCIDR === 'string' ? proxyClusterCIDR : clusterCIDR,
      masqueradeAll: options['masqueradeAll'] === true,
      nodePortAddresses: null,
    },
    kubeSystem: false,
    neighbours: 'permanent',
  };
}

function nodeSpec(node: RecordedNode, { controlPlane }: { readonly controlPlane: boolean }): NodeSpec {
  return {
    ...NODE_DEFAULTS,
    name: node.name,
    ip: node.ip,
    podCIDR: node.podCIDR,
    controlPlane,
    sysctls: NODE_SYSCTLS,
    kubeProxy: node.kubeProxy !== false,
    vtepMac: node.vtepmac ?? null,
  };
}

/** Addresses that outside load balancers were given: a Service's status, which no manifest can write. */
export function loadBalancerCommands({ cluster }: PacketFile): readonly Command[] {
  return cluster.services.flatMap((service) => {
    const ips = ingressIps(service['status']);
    const { namespace } = isRecord(service['metadata']) ? service['metadata'] : {};
    const object = `Service ${typeof namespace === 'string' ? namespace : 'default'}/${nameOf(service)}`;
    return ips.length === 0 ? [] : [{ kind: 'load-balancer', object, ips } as const];
  });
}

function ingressIps(status: unknown): readonly string[] {
  const balancer = isRecord(status) ? status['loadBalancer'] : undefined;
  const ingress = isRecord(balancer) ? balancer['ingress'] : undefined;
  return isList(ingress)
    ? ingress.flatMap((entry) => (isRecord(entry) && typeof entry['ip'] === 'string' ? [entry['ip']] : []))
    : [];
}

/** What was done to the nodes by hand once everything stood: CNI and kube-proxy must not undo it. */
export function lastCommands({ cluster }: PacketFile): readonly Command[] {
  return cluster.nodes.flatMap(({ name: node, sysctls = {}, iptables = [] }) => [
    ...Object.entries(sysctls).map(([name, value]): Command => ({ kind: 'sysctl', node, name, value: String(value) })),
    ...iptables.map((args): Command => ({ kind: 'iptables', node, args })),
  ]);
}

/** JSON is YAML: each document is one object, through the door every manifest takes. */
function manifest(file: string, objects: readonly unknown[]): ManifestSpec {
  return { file, text: objects.map((object) => `${JSON.stringify(object, null, 2)}\n`).join('---\n') };
}

function podsManifest({ cni, pods }: PacketFile['cluster']): ManifestSpec {
  // Calico's addresses are not those of the node's podCIDR, so the recorded ones are asked for.
  const fixed = cni.startsWith('calico');
  return manifest(
    'pods.yaml',
    pods.map((pod) =>
      podObject(pod, fixed && pod.hostNetwork !== true ? { [ANNOTATION_IP_ADDRS]: JSON.stringify([pod.ip]) } : {}),
    ),
  );
}

function podObject(pod: RecordedPod, annotations: Readonly<Record<string, string>>): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod.name, namespace: 'default', labels: pod.labels ?? {}, annotations },
    spec: {
      nodeName: pod.node,
      ...(pod.hostNetwork === true ? { hostNetwork: true } : {}),
      containers: containersOf(pod),
    },
  };
}

/** One container listens; ports that are only named lie in a second one, which sleeps. */
function containersOf(pod: RecordedPod): readonly unknown[] {
  const declared = (pod.containerPorts ?? []).map(withProtocol);
  const listening = pod.notListening === true ? [] : listeningPorts(pod);
  const isDeclared = (port: RecordedPort) => declared.find((other) => samePort(port, other)) ?? port;
  const readiness = pod.ready === false ? { readinessProbe: { exec: { command: ['false'] }, periodSeconds: 10 } } : {};
  const asleep = declared.filter((port) => !listening.some((other) => samePort(port, other)));
  const server = { name: 'server', image: 'recorded/server:1', ports: listening.map(isDeclared), ...readiness };
  const sleeper = { name: 'sleeper', image: 'busybox:1.36', command: ['sleep', 'infinity'], ports: asleep };
  if (listening.length === 0) return [{ ...sleeper, ...readiness }];
  return asleep.length === 0 ? [server] : [server, sleeper];
}

function withProtocol(port: RecordedPort): RecordedPort {
  return { ...port, protocol: port.protocol ?? 'TCP' };
}

function listeningPorts({ ports = [8080] }: RecordedPod): readonly RecordedPort[] {
  return ports.map((port) => {
    const words = String(port).split(':');
    const protocol = words.length > 1 ? words[0] : 'tcp';
    return { containerPort: Number(words.at(-1)), protocol: protocol?.toUpperCase() };
  });
}

function samePort(a: RecordedPort, b: RecordedPort): boolean {
  return a.containerPort === b.containerPort && a.protocol === b.protocol;
}

/** Services, and the recorded EndpointSlices of those without selector: nobody else makes them. */
function servicesManifest({ cluster, endpointSlices = [] }: PacketFile): ManifestSpec {
  const services = cluster.services.map((service) => ({ apiVersion: 'v1', kind: 'Service', ...service }));
  const byHand = cluster.services.filter(({ spec }) => !isRecord(spec) || spec['selector'] === undefined).map(nameOf);
  return manifest('services.yaml', [...services, ...endpointSlices.filter((slice) => byHand.includes(serviceOf(slice)))]);
}

function nameOf(object: UnknownRecord): string {
  const { metadata } = object;
  return isRecord(metadata) && typeof metadata['name'] === 'string' ? metadata['name'] : '';
}

function serviceOf({ metadata }: UnknownRecord): string {
  const labels = isRecord(metadata) && isRecord(metadata['labels']) ? metadata['labels'] : {};
  const name = labels['kubernetes.io/service-name'];
  return typeof name === 'string' ? name : '';
}
