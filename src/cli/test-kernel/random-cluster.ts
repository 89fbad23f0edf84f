/**
 * Small clusters drawn by chance: network, kube-proxy's flags, Services of several kinds, Pods here and there, and what a person may
 * have done to a node by hand. The same seed draws the same cluster.
 */
import { CLUSTER_DEFAULTS, NODE_DEFAULTS, type ScenarioSpec } from '../../cluster/scenario.ts';
import { createRng } from '../../lib/rng.ts';
import { NETWORK_NAMES } from '../../node/cni/networks.ts';

const NODES = ['class', 'class2', 'class3'];

/** Done to one node by hand; most clusters are left alone. */
const BY_HAND: readonly { readonly sysctls?: Readonly<Record<string, string>>; readonly iptables?: readonly string[] }[] = [
  {},
  {},
  {},
  { sysctls: { 'net.bridge.bridge-nf-call-iptables': '0' } },
  { sysctls: { 'net.ipv4.conf.all.route_localnet': '0' } },
  { iptables: ['-A FORWARD -p udp -j DROP'] },
  { iptables: ['-I INPUT 1 -p udp -j REJECT'] },
  { iptables: ['-P FORWARD DROP'] },
  { iptables: ['-I FORWARD 1 -p tcp --dport 8080 -j REJECT --reject-with tcp-reset'] },
];

/** The cluster of that seed. */
export function randomCluster(seed: number): ScenarioSpec {
  const draw = createRng(seed).fork('test-kernel');
  const pick = <T>(choices: readonly [T, ...T[]]): T => choices[draw.below(choices.length)] ?? choices[0];
  const flip = (): boolean => draw.below(2) === 0;
  const cni = pick([CLUSTER_DEFAULTS.cni, ...NETWORK_NAMES.filter((name) => name !== 'none')]);
  const backends = Array.from({ length: draw.below(5) }, () => draw.below(NODES.length));
  const touched = draw.below(NODES.length);
  const byHand = pick([{}, ...BY_HAND]);
  const policies = {
    external: pick(['Cluster', 'Local']),
    internal: pick(['Cluster', 'Local']),
    affinity: pick(['None', 'ClientIP']),
  };
  return {
    id: `random-${seed}`,
    title: `Drawn by seed ${seed}`,
    cluster: {
      ...CLUSTER_DEFAULTS,
      cni,
      hairpin: flip(),
      nodes: NODES.map((name, index) => ({
        ...NODE_DEFAULTS,
        name,
        ip: `192.168.1.${index + 11}`,
        podCIDR: `10.244.${index}.0/24`,
        controlPlane: index === 0,
        ...(index === touched ? byHand : {}),
      })),
      proxy: {
        ...CLUSTER_DEFAULTS.proxy,
        clusterCIDR: flip() ? CLUSTER_DEFAULTS.clusterCIDR : '',
        masqueradeAll: flip(),
      },
      kubeSystem: false,
      neighbours: pick(['learned', 'permanent']),
      seed,
    },
    manifests: [
      {
        file: 'pods.yaml',
        text: [podText('client', 0), ...backends.map((node, index) => podText(`web-${index}`, node))].join('---\n'),
      },
      { file: 'service.yaml', text: serviceText(policies) },
    ],
  };
}

function podText(name: string, node: number): string {
  return `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name.replace(/-\d+$/, '')}}}
spec:
  nodeName: ${NODES[node] ?? ''}
  containers:
  - name: server
    image: some/server:1
    ports: [{containerPort: 8080}, {containerPort: 8080, protocol: UDP}]
`;
}

function serviceText(policies: { readonly external: string; readonly internal: string; readonly affinity: string }): string {
  return `apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  selector: {app: web}
  sessionAffinity: ${policies.affinity}
  externalTrafficPolicy: ${policies.external}
  internalTrafficPolicy: ${policies.internal}
  ports:
  - {name: tcp, port: 80, targetPort: 8080, nodePort: 30080}
  - {name: udp, port: 80, targetPort: 8080, nodePort: 30080, protocol: UDP}
`;
}
