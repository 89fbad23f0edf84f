/** Finds what a Ref names in a snapshot. */
import { isHandMade } from '../../cluster/hand-made.ts';
import type { ClusterSnapshot, HostView, NodeView } from '../../cluster/snapshot.ts';
import type { NetnsView } from '../store/views.ts';

export function findNode(snapshot: ClusterSnapshot, name: string): NodeView | null {
  return snapshot.nodes.find((node) => node.name === name) ?? null;
}

export function findHost(snapshot: ClusterSnapshot, name: string): HostView | null {
  return snapshot.hosts.find((host) => host.name === name) ?? null;
}

/** A namespace of a node or of a host outside. */
export function findNetns(snapshot: ClusterSnapshot, machine: string, netns: string): NetnsView | null {
  const node = findNode(snapshot, machine);
  if (node === null) return findHost(snapshot, machine)?.root ?? null;
  return netns === 'root' ? node.root : (node.podNetns.get(netns) ?? null);
}

/** The Pod whose namespace that is; null for root. */
export function podKeyOf(netns: string): string | null {
  return netns === '' || netns === 'root' || isHandMade(netns) ? null : `Pod ${netns}`;
}

/** How a command is run in a namespace: `ip netns exec` is not how Pods are entered, nsenter is. */
export function inNetns(netns: string, command: string): string {
  if (isHandMade(netns))
    return command
      .split('; ')
      .map((line) => `ip netns exec ${netns} ${line}`)
      .join('; ');
  const [namespace = '', name = ''] = netns.split('/');
  if (netns === 'root' || name === '') return command;
  // Without a shell of its own, what follows a semicolon or a bar would run here and not there.
  const needsShell = /[;|]/.test(command.replaceAll(/'[^']*'/g, ''));
  return `kubectl exec -n ${namespace} ${name} -- ${needsShell ? `sh -c '${command}'` : command}`;
}
