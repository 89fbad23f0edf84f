/** What kind puts into its clusters for the network (kind images/base/files/kind/manifests/default-cni.yaml). */
import type { PodSpec } from '../../../api/types/pod.ts';
import type { InputOf } from '../../../api/watch.ts';
import type { Cidr } from '../../../lib/cidr.ts';
import { daemonSet } from '../../static/node-daemons.ts';
import type { NetworkManifest } from '../network.ts';

/** As kind v0.23 has it. */
const KINDNETD_IMAGE = 'docker.io/kindest/kindnetd:v20240513-cd2ac642';

function kindnetSpec(podSubnet: Cidr): InputOf<PodSpec> {
  const resources = { cpu: '100m', memory: '50Mi' };
  return {
    containers: [
      {
        name: 'kindnet-cni',
        image: KINDNETD_IMAGE,
        env: [
          { name: 'HOST_IP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
          { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'POD_SUBNET', value: podSubnet },
        ],
        resources: { requests: resources, limits: resources },
      },
    ],
    hostNetwork: true,
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    serviceAccountName: 'kindnet',
    tolerations: [{ operator: 'Exists' }],
  };
}

export const kindnetManifest: NetworkManifest = {
  install: (create, { clusterCIDR }) => {
    const labels = { app: 'kindnet', 'k8s-app': 'kindnet', tier: 'node' };
    create('DaemonSet', daemonSet('kindnet', 'kube-system', labels, kindnetSpec(clusterCIDR), { app: 'kindnet' }));
  },
  daemonSets: [{ namespace: 'kube-system', name: 'kindnet' }],
  images: [KINDNETD_IMAGE],
};
