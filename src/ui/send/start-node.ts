/** The node whose rules a probe meets first: its own for a node, the Pod's node for a Pod, the dialled node from outside. */
import type { ProbeSpec } from '../../cluster/commands.ts';
import type { ClusterSnapshot, NodeView } from '../../cluster/snapshot.ts';

export function startNode(snapshot: ClusterSnapshot, probe: ProbeSpec, address: string | null): NodeView | null {
  const { from } = probe;
  const byName = (name: string | undefined): NodeView | null => snapshot.nodes.find((node) => node.name === name) ?? null;
  if (from.kind === 'node') return byName(from.name);
  if (from.kind === 'netns') return byName(from.node);
  if (from.kind === 'pod') {
    const object = snapshot.objects.get(`Pod ${from.namespace}/${from.name}`)?.object;
    return object?.kind === 'Pod' ? byName(object.spec.nodeName) : null;
  }
  return snapshot.nodes.find((node) => node.ip === address) ?? null;
}
