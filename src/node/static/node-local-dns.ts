/**
 * NodeLocal DNSCache as Kubernetes' add-on has it (cluster/addons/dns/nodelocaldns/nodelocaldns.yaml), filled in as its documentation says for
 * Pods that are told its address: node-cache on the host's network of every node, at a link-local address alone, asking kube-dns on a miss.
 *
 * The address is the one kubespray gives (`nodelocaldns_ip`): what Pods have in /etc/resolv.conf.
 * Simplification: the lock of xtables and kube-dns's own ConfigMap are not mounted, stub domains are not known, and nothing is annotated for
 * Prometheus.
 */
import type { ConfigMap } from '../../api/types/configmap.ts';
import type { PodSpec } from '../../api/types/pod.ts';
import type { Service } from '../../api/types/service.ts';
import type { InputOf, ObjectInput } from '../../api/watch.ts';
import type { Cidr } from '../../lib/cidr.ts';
import { ip } from '../../lib/ip.ts';
import type { Create } from '../cni/network.ts';
import { clusterDNSAddress, DNS_PORTS } from './cluster-dns.ts';
import { daemonSet } from './node-daemons.ts';

export const NODE_LOCAL_DNS_ADDRESS = ip('169.254.25.10');

export const NODE_CACHE_IMAGE = 'registry.k8s.io/dns/k8s-dns-node-cache:1.23.1';

const NAME = 'node-local-dns';
const NAMESPACE = 'kube-system';
const LABELS = { 'k8s-app': NAME } as const;
const DNS_LABELS = { 'k8s-app': 'kube-dns' } as const;
const UPSTREAM_SERVICE = 'kube-dns-upstream';

/** Where the program finds the template of its Corefile, and where it writes the Corefile. */
const CONFIG_PATH = '/etc/coredns';
const COREFILE = '/etc/Corefile';

/** Creates what the add-on has for the cluster as a whole; its Pods come with the nodes. */
export function installNodeLocalDNS(create: Create, serviceCIDR: Cidr): void {
  create('Service', upstreamService);
  create('ConfigMap', configOf(serviceCIDR));
  create('DaemonSet', daemonSet(NAME, NAMESPACE, LABELS, podSpec));
  create('Service', metricsService);
}

/** The same Pods as kube-dns by another address, which node-cache would ask if it stood at kube-dns's own. */
const upstreamService: ObjectInput<Service> = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: UPSTREAM_SERVICE,
    namespace: NAMESPACE,
    labels: { ...DNS_LABELS, 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'KubeDNSUpstream' },
  },
  spec: {
    selector: DNS_LABELS,
    ports: DNS_PORTS,
  },
};

const metricsService: ObjectInput<Service> = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: NAME,
    namespace: NAMESPACE,
    labels: LABELS,
  },
  spec: { clusterIP: 'None', selector: LABELS, ports: [{ name: 'metrics', port: 9253, targetPort: 9253 }] },
};

/** The template: what is left between underscores, node-cache fills in. */
function configOf(serviceCIDR: Cidr): ObjectInput<ConfigMap> {
  const zones = [
    block('cluster.local', ['cache {', '        success 9984 30', '        denial 9984 5', '}'], serviceCIDR, [
      `health ${NODE_LOCAL_DNS_ADDRESS}:8080`,
    ]),
    block('in-addr.arpa', ['cache 30'], serviceCIDR),
    block('ip6.arpa', ['cache 30'], serviceCIDR),
    block('.', ['cache 30'], null),
  ];
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: NAME, namespace: NAMESPACE },
    data: { Corefile: zones.join('') },
  };
}

/** A server block that forwards to kube-dns by TCP or, where that is null, to the resolvers of the node. */
function block(zone: string, cache: readonly string[], serviceCIDR: Cidr | null, more: readonly string[] = []): string {
  const forward =
    serviceCIDR === null
      ? ['forward . __PILLAR__UPSTREAM__SERVERS__']
      : [`forward . ${clusterDNSAddress(serviceCIDR)} {`, '        force_tcp', '}'];
  const lines = [
    'errors',
    ...cache,
    'reload',
    'loop',
    `bind ${NODE_LOCAL_DNS_ADDRESS} __PILLAR__DNS__SERVER__`,
    ...forward,
    'prometheus :9253',
    ...more,
  ];
  return [`${zone}:53 {`, ...lines.map((line) => `    ${line}`), '    }', ''].join('\n');
}

const podSpec: InputOf<PodSpec> = {
  priorityClassName: 'system-node-critical',
  serviceAccountName: NAME,
  hostNetwork: true,
  dnsPolicy: 'Default',
  tolerations: [
    { key: 'CriticalAddonsOnly', operator: 'Exists' },
    { effect: 'NoExecute', operator: 'Exists' },
    { effect: 'NoSchedule', operator: 'Exists' },
  ],
  containers: [
    {
      name: 'node-cache',
      image: NODE_CACHE_IMAGE,
      resources: { requests: { cpu: '25m', memory: '5Mi' } },
      args: [
        '-localip',
        NODE_LOCAL_DNS_ADDRESS,
        '-conf',
        COREFILE,
        '-upstreamsvc',
        UPSTREAM_SERVICE,
        '-pidfile',
        '/tmp/node-cache.pid',
      ],
      ports: [
        { name: 'dns', containerPort: 53, protocol: 'UDP' },
        { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
        { name: 'metrics', containerPort: 9253, protocol: 'TCP' },
      ],
      livenessProbe: {
        httpGet: { host: NODE_LOCAL_DNS_ADDRESS, path: '/health', port: 8080 },
        initialDelaySeconds: 60,
        timeoutSeconds: 5,
      },
      volumeMounts: [{ name: 'config-volume', mountPath: CONFIG_PATH }],
    },
  ],
  volumes: [{ name: 'config-volume', configMap: { name: NAME, items: [{ key: 'Corefile', path: 'Corefile.base' }] } }],
};
