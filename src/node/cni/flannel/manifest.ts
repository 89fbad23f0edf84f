/** What `kubectl apply -f kube-flannel.yml` makes (flannel Documentation/kube-flannel.yml). */
import type { ConfigMap } from '../../../api/types/configmap.ts';
import type { Namespace } from '../../../api/types/namespace.ts';
import type { PodSpec } from '../../../api/types/pod.ts';
import type { InputOf, ObjectInput } from '../../../api/watch.ts';
import { daemonSet } from '../../static/node-daemons.ts';
import type { NetworkManifest } from '../network.ts';
import type { BackendType } from './lease.ts';

const FLANNEL_IMAGE = 'docker.io/flannel/flannel:v0.25.6';
const FLANNEL_PLUGIN_IMAGE = 'docker.io/flannel/flannel-cni-plugin:v1.5.1-flannel2';

/** Where flannel lives since its v0.19.0. */
const FLANNEL_NAMESPACE = 'kube-flannel';

const flannelNamespace: ObjectInput<Namespace> = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: FLANNEL_NAMESPACE, labels: { 'k8s-app': 'flannel', 'pod-security.kubernetes.io/enforce': 'privileged' } },
};

function flannelConfig(clusterCIDR: string, backend: BackendType): ObjectInput<ConfigMap> {
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

const flannelDaemonSet = daemonSet('kube-flannel-ds', FLANNEL_NAMESPACE, { app: 'flannel', tier: 'node' }, flannelSpec);

export function flannelManifest(backend: BackendType): NetworkManifest {
  return {
    install: (create, { clusterCIDR }) => {
      create('Namespace', flannelNamespace);
      create('ConfigMap', flannelConfig(clusterCIDR, backend));
      create('DaemonSet', flannelDaemonSet);
    },
    daemonSets: [{ namespace: FLANNEL_NAMESPACE, name: 'kube-flannel-ds' }],
    images: [FLANNEL_IMAGE, FLANNEL_PLUGIN_IMAGE],
  };
}
