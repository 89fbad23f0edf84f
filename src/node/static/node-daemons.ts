/**
 * The DaemonSets every node runs a Pod of: kube-proxy (cmd/kubeadm/app/phases/addons/proxy) and flannel (flannel Documentation/kube-flannel.yml).
 *
 * Simplification: the DaemonSet controller does not run: these Pods are made when a node joins, a deleted one does not come back, and
 * the DaemonSets' status is not counted.
 */
import type { ConfigMap } from '../../api/types/configmap.ts';
import type { DaemonSet } from '../../api/types/daemonset.ts';
import type { Namespace } from '../../api/types/namespace.ts';
import type { Pod, PodSpec } from '../../api/types/pod.ts';
import type { InputOf, ObjectInput } from '../../api/watch.ts';
import { KUBELET_VERSION } from '../kubelet/node-status.ts';

const FLANNEL_IMAGE = 'docker.io/flannel/flannel:v0.25.6';
const FLANNEL_PLUGIN_IMAGE = 'docker.io/flannel/flannel-cni-plugin:v1.5.1-flannel2';

/** Where flannel lives since its v0.19.0. */
export const FLANNEL_NAMESPACE = 'kube-flannel';

export const flannelNamespace: ObjectInput<Namespace> = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: FLANNEL_NAMESPACE, labels: { 'k8s-app': 'flannel', 'pod-security.kubernetes.io/enforce': 'privileged' } },
};

export function flannelConfig(clusterCIDR: string, backend: 'vxlan' | 'host-gw'): ObjectInput<ConfigMap> {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'kube-flannel-cfg',
      namespace: FLANNEL_NAMESPACE,
      labels: { app: 'flannel', 'k8s-app': 'flannel', tier: 'node' },
    },
    data: {
      'cni-conf.json': `${JSON.stringify(
        {
          name: 'cbr0',
          cniVersion: '0.3.1',
          plugins: [
            { type: 'flannel', delegate: { hairpinMode: true, isDefaultGateway: true } },
            { type: 'portmap', capabilities: { portMappings: true } },
          ],
        },
        null,
        2,
      )}\n`,
      'net-conf.json': `${JSON.stringify({ Network: clusterCIDR, EnableNFTables: false, Backend: { Type: backend } }, null, 2)}\n`,
    },
  };
}

export function kubeProxyConfigMap(clusterCIDR: string): ObjectInput<ConfigMap> {
  const config = [
    'apiVersion: kubeproxy.config.k8s.io/v1alpha1',
    'kind: KubeProxyConfiguration',
    `clusterCIDR: ${JSON.stringify(clusterCIDR)}`,
    'mode: iptables',
    '',
  ];
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kube-proxy', namespace: 'kube-system', labels: { app: 'kube-proxy' } },
    data: { 'config.conf': config.join('\n') },
  };
}

const kubeProxySpec: InputOf<PodSpec> = {
  containers: [
    {
      name: 'kube-proxy',
      image: `registry.k8s.io/kube-proxy:${KUBELET_VERSION}`,
      command: ['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf', '--hostname-override=$(NODE_NAME)'],
      env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
    },
  ],
  hostNetwork: true,
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  priorityClassName: 'system-node-critical',
  serviceAccountName: 'kube-proxy',
  tolerations: [{ operator: 'Exists' }],
};

const flannelSpec: InputOf<PodSpec> = {
  initContainers: [
    {
      name: 'install-cni-plugin',
      image: FLANNEL_PLUGIN_IMAGE,
      command: ['cp'],
      args: ['-f', '/flannel', '/opt/cni/bin/flannel'],
    },
    {
      name: 'install-cni',
      image: FLANNEL_IMAGE,
      command: ['cp'],
      args: ['-f', '/etc/kube-flannel/cni-conf.json', '/etc/cni/net.d/10-flannel.conflist'],
    },
  ],
  containers: [
    {
      name: 'kube-flannel',
      image: FLANNEL_IMAGE,
      command: ['/opt/bin/flanneld'],
      args: ['--ip-masq', '--kube-subnet-mgr'],
      resources: { requests: { cpu: '100m', memory: '50Mi' } },
    },
  ],
  hostNetwork: true,
  priorityClassName: 'system-node-critical',
  serviceAccountName: 'flannel',
  tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }],
};

function daemonSet(
  name: string,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  spec: InputOf<PodSpec>,
): ObjectInput<DaemonSet> {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace, labels },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

export const kubeProxyDaemonSet = daemonSet('kube-proxy', 'kube-system', { 'k8s-app': 'kube-proxy' }, kubeProxySpec);

export const flannelDaemonSet = daemonSet('kube-flannel-ds', FLANNEL_NAMESPACE, { app: 'flannel', tier: 'node' }, flannelSpec);

/** The Pod a DaemonSet would put on a node: as its controller makes it, bound by name. */
export function daemonPod({ metadata, spec }: DaemonSet, nodeName: string): ObjectInput<Pod> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${metadata.name}-`,
      namespace: metadata.namespace,
      labels: { ...spec.template.metadata?.labels, 'pod-template-generation': '1' },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'DaemonSet',
          name: metadata.name,
          uid: metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: { ...spec.template.spec, nodeName },
  };
}
