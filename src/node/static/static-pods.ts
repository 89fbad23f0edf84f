/**
 * The static Pods of a control-plane node as kubeadm writes them to /etc/kubernetes/manifests (cmd/kubeadm/app/phases/controlplane,
 * etcd), seen through their mirror Pods: `kubectl -n kube-system get pods`.
 *
 * Simplification: hostPath volumes, security contexts and most flags are left out; deleting a mirror Pod stops the component's Pod
 * but not what the simulator does in its name.
 */
import type { Container } from '../../api/types/container.ts';
import type { Node } from '../../api/types/node.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { InputOf, ObjectInput } from '../../api/watch.ts';
import { KUBELET_VERSION } from '../kubelet/node-status.ts';

/** etcd of kubeadm v1.30. */
const ETCD_IMAGE = 'registry.k8s.io/etcd:3.5.15-0';

export interface ControlPlaneOptions {
  readonly nodeIP: string;
  readonly clusterCIDR: string;
  readonly serviceCIDR: string;
}

interface Component {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly cpu: string;
  /** Where its health is asked: scheme, address and port. */
  readonly health: { readonly scheme: 'HTTP' | 'HTTPS'; readonly host: string; readonly port: number; readonly path: string };
}

function components({ nodeIP, clusterCIDR, serviceCIDR }: ControlPlaneOptions): readonly Component[] {
  const kubernetes = (name: string): string => `registry.k8s.io/${name}:${KUBELET_VERSION}`;
  return [
    {
      name: 'etcd',
      image: ETCD_IMAGE,
      command: [
        'etcd',
        `--advertise-client-urls=https://${nodeIP}:2379`,
        `--listen-client-urls=https://127.0.0.1:2379,https://${nodeIP}:2379`,
        `--listen-peer-urls=https://${nodeIP}:2380`,
        '--listen-metrics-urls=http://127.0.0.1:2381',
      ],
      cpu: '100m',
      health: { scheme: 'HTTP', host: '127.0.0.1', port: 2381, path: '/health' },
    },
    {
      name: 'kube-apiserver',
      image: kubernetes('kube-apiserver'),
      command: [
        'kube-apiserver',
        `--advertise-address=${nodeIP}`,
        '--secure-port=6443',
        `--service-cluster-ip-range=${serviceCIDR}`,
      ],
      cpu: '250m',
      health: { scheme: 'HTTPS', host: nodeIP, port: 6443, path: '/livez' },
    },
    {
      name: 'kube-controller-manager',
      image: kubernetes('kube-controller-manager'),
      command: [
        'kube-controller-manager',
        '--allocate-node-cidrs=true',
        '--bind-address=127.0.0.1',
        `--cluster-cidr=${clusterCIDR}`,
        `--service-cluster-ip-range=${serviceCIDR}`,
      ],
      cpu: '200m',
      health: { scheme: 'HTTPS', host: '127.0.0.1', port: 10257, path: '/healthz' },
    },
    {
      name: 'kube-scheduler',
      image: kubernetes('kube-scheduler'),
      command: ['kube-scheduler', '--bind-address=127.0.0.1'],
      cpu: '100m',
      health: { scheme: 'HTTPS', host: '127.0.0.1', port: 10259, path: '/healthz' },
    },
  ];
}

/** The mirror Pods of a control-plane node; the Node owns them. */
export function staticPods(node: Node, options: ControlPlaneOptions): readonly ObjectInput<Pod>[] {
  return components(options).map((component) => mirrorPod(node, component));
}

function mirrorPod(node: Node, component: Component): ObjectInput<Pod> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${component.name}-${node.metadata.name}`,
      namespace: 'kube-system',
      labels: { component: component.name, tier: 'control-plane' },
      annotations: { 'kubernetes.io/config.source': 'file' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: node.metadata.name, uid: node.metadata.uid, controller: true }],
    },
    spec: {
      containers: [containerOf(component)],
      hostNetwork: true,
      nodeName: node.metadata.name,
      priorityClassName: 'system-node-critical',
      tolerations: [{ operator: 'Exists', effect: 'NoExecute' }],
    },
  };
}

function containerOf({ name, image, command, cpu, health }: Component): InputOf<Container> {
  const httpGet = { host: health.host, path: health.path, port: health.port, scheme: health.scheme };
  return {
    name,
    image,
    command,
    resources: { requests: { cpu } },
    livenessProbe: { httpGet, initialDelaySeconds: 10, timeoutSeconds: 15, failureThreshold: 8 },
    startupProbe: { httpGet, initialDelaySeconds: 10, timeoutSeconds: 15, failureThreshold: 24 },
  };
}
