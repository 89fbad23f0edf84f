/**
 * The storage provisioner that kind puts into its clusters (kind pkg/build/nodeimage/const_storage.go): a Deployment of one in a namespace
 * of its own, which takes one address of the node's range.
 *
 * Simplification: there are no StorageClass, service account and roles, and nothing is provisioned; of the Pods that wait for the network
 * it is connected first, as was seen on a real cluster, where the order is chance.
 */
import type { Create } from '../cni/network.ts';

const NAMESPACE = 'local-path-storage';
const LABELS = { app: 'local-path-provisioner' };

/** As kind v0.23 has them. */
export const PROVISIONER_IMAGE = 'docker.io/kindest/local-path-provisioner:v20240513-cd2ac642';
const HELPER_IMAGE = 'docker.io/kindest/local-path-helper:v20230510-486859a6';

const CONFIG = { nodePathMap: [{ node: 'DEFAULT_PATH_FOR_NON_LISTED_NODES', paths: ['/var/local-path-provisioner'] }] };

export function installLocalPath(create: Create): void {
  create('Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  create('ConfigMap', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'local-path-config', namespace: NAMESPACE },
    data: { 'config.json': JSON.stringify(CONFIG) },
  });
  create('Deployment', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'local-path-provisioner', namespace: NAMESPACE },
    spec: {
      replicas: 1,
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: {
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          tolerations: [
            { key: 'node-role.kubernetes.io/control-plane', operator: 'Equal', effect: 'NoSchedule' },
            { key: 'node-role.kubernetes.io/master', operator: 'Equal', effect: 'NoSchedule' },
          ],
          serviceAccountName: 'local-path-provisioner-service-account',
          containers: [
            {
              name: 'local-path-provisioner',
              image: PROVISIONER_IMAGE,
              imagePullPolicy: 'IfNotPresent',
              command: [
                'local-path-provisioner',
                '--debug',
                'start',
                '--helper-image',
                HELPER_IMAGE,
                '--config',
                '/etc/config/config.json',
              ],
              volumeMounts: [{ name: 'config-volume', mountPath: '/etc/config/' }],
              env: [{ name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } }],
            },
          ],
          volumes: [{ name: 'config-volume', configMap: { name: 'local-path-config' } }],
        },
      },
    },
  });
}
