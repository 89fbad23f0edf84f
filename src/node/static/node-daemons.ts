/**
 * The DaemonSets every node runs a Pod of: their Pods, and kube-proxy's own (cmd/kubeadm/app/phases/addons/proxy).
 *
 * Simplification: the DaemonSet controller does not run: these Pods are made when a node joins, a deleted one does not come back, and
 * the DaemonSets' status is not counted.
 */
import type { ConfigMap } from '../../api/types/configmap.ts';
import type { DaemonSet } from '../../api/types/daemonset.ts';
import type { Pod, PodSpec } from '../../api/types/pod.ts';
import type { InputOf, ObjectInput } from '../../api/watch.ts';
import { KUBELET_VERSION } from '../kubelet/node-status.ts';

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

/** A DaemonSet; where nothing else is given it selects its Pods by all its labels. */
export function daemonSet(
  name: string,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  spec: InputOf<PodSpec>,
  selector: Readonly<Record<string, string>> = labels,
): ObjectInput<DaemonSet> {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace, labels },
    spec: { selector: { matchLabels: selector }, template: { metadata: { labels }, spec } },
  };
}

export const kubeProxyDaemonSet = daemonSet('kube-proxy', 'kube-system', { 'k8s-app': 'kube-proxy' }, kubeProxySpec);

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
