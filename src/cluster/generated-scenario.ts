/**
 * Large scenarios made by counting, for the bench and for tests of size: nodes, Services, and Pods spread over both.
 */
import { ipAdd, ip } from '../lib/ip.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS, type ManifestSpec, type NodeSpec, type ScenarioSpec } from './scenario.ts';

export interface ScenarioSize {
  readonly nodes: number;
  readonly pods: number;
  readonly services: number;
}

/** Pod `app-S-N` answers for Service `app-S` on port 80; Pods go round the nodes and the Services in turn. */
export function generatedScenario(size: ScenarioSize): ScenarioSpec {
  return {
    id: `generated-${size.nodes}x${size.pods}`,
    title: `${size.nodes} nodes, ${size.pods} Pods, ${size.services} Services`,
    cluster: {
      ...CLUSTER_DEFAULTS,
      underlayCIDR: '192.168.0.0/20',
      external: { ip: '192.168.15.254', ports: [9999], names: null },
      nodes: Array.from({ length: size.nodes }, (_, index) => nodeSpec(index)),
    },
    manifests: [podsManifest(size), servicesManifest(size.services)],
  };
}

function nodeSpec(index: number): NodeSpec {
  return {
    ...NODE_DEFAULTS,
    name: `node-${index}`,
    ip: ipAdd(ip('192.168.0.10'), index),
    podCIDR: `10.244.${index}.0/24`,
    controlPlane: index === 0,
  };
}

function podsManifest({ pods, nodes, services }: ScenarioSize): ManifestSpec {
  const documents = Array.from({ length: pods }, (_, index) => generatedPod(index, { nodes, services }));
  return { file: 'pods.yaml', text: documents.join('---\n') };
}

/** The manifest of the Pod of that number. */
export function generatedPod(index: number, { nodes, services }: Omit<ScenarioSize, 'pods'>): string {
  const app = `app-${index % services}`;
  return `apiVersion: v1
kind: Pod
metadata:
  name: ${app}-${Math.floor(index / services)}
  labels:
    app: ${app}
spec:
  nodeName: node-${index % nodes}
  containers:
    - name: web
      image: registry.k8s.io/e2e-test-images/agnhost:2.45
      args: [netexec, --http-port=80]
      ports:
        - containerPort: 80
`;
}

function servicesManifest(services: number): ManifestSpec {
  const documents = Array.from(
    { length: services },
    (_, index) => `apiVersion: v1
kind: Service
metadata:
  name: app-${index}
spec:
  selector:
    app: app-${index}
  ports:
    - port: 80
`,
  );
  return { file: 'services.yaml', text: documents.join('---\n') };
}
