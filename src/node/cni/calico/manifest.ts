/** What `kubectl apply -f calico.yaml` makes in kube-system (projectcalico/calico manifests/calico.yaml, v3.23). */
import type { ConfigMap } from '../../../api/types/configmap.ts';
import type { Deployment } from '../../../api/types/deployment.ts';
import type { PodSpec } from '../../../api/types/pod.ts';
import type { InputOf, ObjectInput } from '../../../api/watch.ts';
import { daemonSet } from '../../static/node-daemons.ts';
import type { NetworkManifest } from '../network.ts';
import type { DefaultPoolModes } from './calico-node.ts';

const VERSION = 'v3.23.0';
const CNI_IMAGE = `docker.io/calico/cni:${VERSION}`;
const NODE_IMAGE = `docker.io/calico/node:${VERSION}`;
const CONTROLLERS_IMAGE = `docker.io/calico/kube-controllers:${VERSION}`;
const NAMESPACE = 'kube-system';

function calicoConfig(backend: 'bird' | 'vxlan'): ObjectInput<ConfigMap> {
  const plugins = [
    {
      type: 'calico',
      log_level: 'info',
      datastore_type: 'kubernetes',
      nodename: '__KUBERNETES_NODE_NAME__',
      mtu: '__CNI_MTU__',
      ipam: { type: 'calico-ipam' },
      policy: { type: 'k8s' },
      kubernetes: { kubeconfig: '__KUBECONFIG_FILEPATH__' },
    },
    { type: 'portmap', snat: true, capabilities: { portMappings: true } },
    { type: 'bandwidth', capabilities: { bandwidth: true } },
  ];
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'calico-config', namespace: NAMESPACE },
    data: {
      typha_service_name: 'none',
      calico_backend: backend,
      veth_mtu: '0',
      cni_network_config: `${JSON.stringify({ name: 'k8s-pod-network', cniVersion: '0.3.1', plugins }, null, 2)}\n`,
    },
  };
}

function nodeSpec({ ipipMode, vxlanMode }: DefaultPoolModes, clusterCIDR: string): InputOf<PodSpec> {
  return {
    initContainers: [
      { name: 'upgrade-ipam', image: CNI_IMAGE, command: ['/opt/cni/bin/calico-ipam', '-upgrade'] },
      { name: 'install-cni', image: CNI_IMAGE, command: ['/opt/cni/bin/install'] },
      { name: 'mount-bpffs', image: NODE_IMAGE, command: ['calico-node', '-init', '-best-effort'] },
    ],
    containers: [
      {
        name: 'calico-node',
        image: NODE_IMAGE,
        env: [
          { name: 'DATASTORE_TYPE', value: 'kubernetes' },
          { name: 'NODENAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
          { name: 'CALICO_NETWORKING_BACKEND', value: vxlanMode === 'Never' ? 'bird' : 'vxlan' },
          { name: 'CLUSTER_TYPE', value: 'k8s,bgp' },
          { name: 'IP', value: 'autodetect' },
          { name: 'CALICO_IPV4POOL_IPIP', value: ipipMode },
          { name: 'CALICO_IPV4POOL_VXLAN', value: vxlanMode },
          { name: 'CALICO_IPV4POOL_CIDR', value: clusterCIDR },
          { name: 'CALICO_DISABLE_FILE_LOGGING', value: 'true' },
          { name: 'FELIX_DEFAULTENDPOINTTOHOSTACTION', value: 'ACCEPT' },
          { name: 'FELIX_IPV6SUPPORT', value: 'false' },
          { name: 'FELIX_HEALTHENABLED', value: 'true' },
        ],
        resources: { requests: { cpu: '250m' } },
      },
    ],
    hostNetwork: true,
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    priorityClassName: 'system-node-critical',
    serviceAccountName: 'calico-node',
    terminationGracePeriodSeconds: 0,
    tolerations: [
      { effect: 'NoSchedule', operator: 'Exists' },
      { key: 'CriticalAddonsOnly', operator: 'Exists' },
      { effect: 'NoExecute', operator: 'Exists' },
    ],
  };
}

const controllers: ObjectInput<Deployment> = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'calico-kube-controllers', namespace: NAMESPACE, labels: { 'k8s-app': 'calico-kube-controllers' } },
  spec: {
    replicas: 1,
    selector: { matchLabels: { 'k8s-app': 'calico-kube-controllers' } },
    strategy: { type: 'Recreate' },
    template: {
      metadata: { labels: { 'k8s-app': 'calico-kube-controllers' } },
      spec: {
        containers: [
          {
            name: 'calico-kube-controllers',
            image: CONTROLLERS_IMAGE,
            env: [
              { name: 'ENABLED_CONTROLLERS', value: 'node' },
              { name: 'DATASTORE_TYPE', value: 'kubernetes' },
            ],
          },
        ],
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        priorityClassName: 'system-cluster-critical',
        serviceAccountName: 'calico-kube-controllers',
        tolerations: [
          { key: 'CriticalAddonsOnly', operator: 'Exists' },
          { key: 'node-role.kubernetes.io/master', effect: 'NoSchedule' },
          { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
        ],
      },
    },
  },
};

export function calicoManifest(modes: DefaultPoolModes): NetworkManifest {
  return {
    install: (create, { clusterCIDR }) => {
      create('ConfigMap', calicoConfig(modes.vxlanMode === 'Never' ? 'bird' : 'vxlan'));
      create('DaemonSet', daemonSet('calico-node', NAMESPACE, { 'k8s-app': 'calico-node' }, nodeSpec(modes, clusterCIDR)));
      create('Deployment', controllers);
    },
    daemonSets: [{ namespace: NAMESPACE, name: 'calico-node' }],
    images: [CNI_IMAGE, NODE_IMAGE],
  };
}
