/** The clusters of the recordings, through the cluster's public API. */
import { assertExists } from '../../src/lib/assert.ts';
import { createCluster } from '../../src/cluster/cluster.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS, type ClusterSpec, type NodeSpec } from '../../src/cluster/scenario.ts';
import type { ClusterSnapshot } from '../../src/cluster/snapshot.ts';
import type { NetnsView } from '../../src/net/view.ts';

export interface RecordedCluster {
  readonly cluster: Partial<Omit<ClusterSpec, 'nodes'>>;
  readonly nodes: readonly (Partial<NodeSpec> & Pick<NodeSpec, 'name' | 'ip'>)[];
  /** By name, where each runs, and the address its annotation asks Calico for. */
  readonly pods: readonly (readonly [name: string, node: string, address?: string])[];
  /** Nodes the simulator's cluster calls otherwise than the recording, by its name of them. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Further manifests. */
  readonly manifests?: string;
}

/** The cluster, settled. */
export function snapshotOf({ cluster, nodes, pods, manifests = '' }: RecordedCluster): ClusterSnapshot {
  const text = pods.map(
    ([name, node, address]) =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, labels: {app: ${name}}${annotationOf(address)}}\n` +
      `spec: {nodeName: ${node}, containers: [{name: c, image: nginx}]}\n`,
  );
  return createCluster({
    id: 'recorded',
    title: 'recorded',
    cluster: {
      ...CLUSTER_DEFAULTS,
      kubeSystem: false,
      proxy: { ...CLUSTER_DEFAULTS.proxy, mode: 'none' },
      ...cluster,
      nodes: nodes.map((node) => ({ ...NODE_DEFAULTS, ...node })),
    },
    manifests: [{ file: 'pods.yaml', text: [...text, manifests].filter((part) => part !== '').join('---\n') }],
  }).snapshot();
}

function annotationOf(address: string | undefined): string {
  return address === undefined ? '' : `, annotations: {cni.projectcalico.org/ipAddrs: '["${address}"]'}`;
}

/** A node by its name, or a Pod of the namespace default by its. */
export function viewOf({ nodes }: ClusterSnapshot, host: string): NetnsView {
  const node = nodes.find(({ name }) => name === host);
  const view = node?.root ?? nodes.flatMap(({ podNetns }) => podNetns.get(`default/${host}`) ?? [])[0];
  return assertExists(view, `no node or Pod ${host}`);
}
