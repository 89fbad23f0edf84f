/** What `kubectl apply -f weave-daemonset-k8s.yaml` makes (weave prog/weave-kube/weave-daemonset-k8s-1.11.yaml). */
import type { PodSpec } from '../../../api/types/pod.ts';
import type { InputOf } from '../../../api/watch.ts';
import { daemonSet } from '../../static/node-daemons.ts';
import type { NetworkManifest } from '../network.ts';

const KUBE_IMAGE = 'docker.io/weaveworks/weave-kube:2.8.1';
const NPC_IMAGE = 'docker.io/weaveworks/weave-npc:2.8.1';

const HOSTNAME = { name: 'HOSTNAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } };
const RESOURCES = { requests: { cpu: '50m' } };

const weaveSpec: InputOf<PodSpec> = {
  initContainers: [{ name: 'weave-init', image: KUBE_IMAGE, command: ['/home/weave/init.sh'] }],
  containers: [
    {
      name: 'weave',
      image: KUBE_IMAGE,
      command: ['/home/weave/launch.sh'],
      env: [{ name: 'INIT_CONTAINER', value: 'true' }, HOSTNAME],
      readinessProbe: { httpGet: { host: '127.0.0.1', path: '/status', port: 6784 } },
      resources: RESOURCES,
    },
    { name: 'weave-npc', image: NPC_IMAGE, env: [HOSTNAME], resources: RESOURCES },
  ],
  hostNetwork: true,
  dnsPolicy: 'ClusterFirstWithHostNet',
  priorityClassName: 'system-node-critical',
  serviceAccountName: 'weave-net',
  tolerations: [
    { effect: 'NoSchedule', operator: 'Exists' },
    { effect: 'NoExecute', operator: 'Exists' },
  ],
};

export const weaveManifest: NetworkManifest = {
  install: (create) => {
    create('DaemonSet', daemonSet('weave-net', 'kube-system', { name: 'weave-net' }, weaveSpec));
  },
  daemonSets: [{ namespace: 'kube-system', name: 'weave-net' }],
  images: [KUBE_IMAGE, NPC_IMAGE],
};
