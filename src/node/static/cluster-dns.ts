/**
 * Cluster DNS as kubeadm installs it (cmd/kubeadm/app/phases/addons/dns): Deployment coredns of two, Service kube-dns on the tenth address
 * of the service range. Its Pods are made by the Deployment's controllers and placed by the scheduler like any other.
 */
import type { ConfigMap } from '../../api/types/configmap.ts';
import type { Deployment } from '../../api/types/deployment.ts';
import type { Service } from '../../api/types/service.ts';
import type { ObjectInput } from '../../api/watch.ts';
import { networkAddress, type Cidr } from '../../lib/cidr.ts';
import { ipAdd, type IpAddr } from '../../lib/ip.ts';

const COREDNS_IMAGE = 'registry.k8s.io/coredns/coredns:v1.11.3';
const LABELS = { 'k8s-app': 'kube-dns' } as const;

/** Ports of every Service of names. */
export const DNS_PORTS = [
  { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
  { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
] as const;

/** kubeadm GetDNSIP: the tenth address of the range. */
export function clusterDNSAddress(serviceCIDR: Cidr): IpAddr {
  return ipAdd(networkAddress(serviceCIDR), 10);
}

export const corednsConfig: ObjectInput<ConfigMap> = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'coredns', namespace: 'kube-system' },
  data: {
    Corefile: [
      '.:53 {',
      '    errors',
      '    health {',
      '       lameduck 5s',
      '    }',
      '    ready',
      '    kubernetes cluster.local in-addr.arpa ip6.arpa {',
      '       pods insecure',
      '       fallthrough in-addr.arpa ip6.arpa',
      '       ttl 30',
      '    }',
      '    prometheus :9153',
      '    forward . /etc/resolv.conf',
      '    cache 30',
      '    loop',
      '    reload',
      '    loadbalance',
      '}',
      '',
    ].join('\n'),
  },
};

export function kubeDnsService(serviceCIDR: Cidr): ObjectInput<Service> {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kube-dns',
      namespace: 'kube-system',
      labels: { ...LABELS, 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
      annotations: { 'prometheus.io/port': '9153', 'prometheus.io/scrape': 'true' },
    },
    spec: {
      clusterIP: clusterDNSAddress(serviceCIDR),
      selector: LABELS,
      ports: [...DNS_PORTS, { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 }],
    },
  };
}

export const corednsDeployment: ObjectInput<Deployment> = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'coredns', namespace: 'kube-system', labels: LABELS },
  spec: {
    replicas: 2,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
    selector: { matchLabels: LABELS },
    template: {
      metadata: { labels: LABELS },
      spec: {
        priorityClassName: 'system-cluster-critical',
        serviceAccountName: 'coredns',
        dnsPolicy: 'Default',
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                weight: 100,
                podAffinityTerm: {
                  labelSelector: { matchExpressions: [{ key: 'k8s-app', operator: 'In', values: ['kube-dns'] }] },
                  topologyKey: 'kubernetes.io/hostname',
                },
              },
            ],
          },
        },
        tolerations: [
          { key: 'CriticalAddonsOnly', operator: 'Exists' },
          { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
        ],
        volumes: [{ name: 'config-volume', configMap: { name: 'coredns', items: [{ key: 'Corefile', path: 'Corefile' }] } }],
        containers: [
          {
            name: 'coredns',
            image: COREDNS_IMAGE,
            args: ['-conf', '/etc/coredns/Corefile'],
            resources: { limits: { memory: '170Mi' }, requests: { cpu: '100m', memory: '70Mi' } },
            volumeMounts: [{ name: 'config-volume', mountPath: '/etc/coredns', readOnly: true }],
            ports: [
              { name: 'dns', containerPort: 53, protocol: 'UDP' },
              { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
              { name: 'metrics', containerPort: 9153, protocol: 'TCP' },
            ],
            livenessProbe: {
              httpGet: { path: '/health', port: 8080 },
              initialDelaySeconds: 60,
              timeoutSeconds: 5,
              failureThreshold: 5,
            },
            readinessProbe: { httpGet: { path: '/ready', port: 8181 } },
          },
        ],
      },
    },
  },
};
