/**
 * What a kubelet says of its node (pkg/kubelet/nodestatus/setters.go, kubelet_node_status.go): addresses, capacity, versions and
 * conditions. `kubectl get nodes -o wide`, `kubectl describe node`.
 *
 * Simplification: capacity is a constant of the simulated machine; images, volumes and leases are not reported.
 */
import type { Node, NodeCondition, NodeStatus, ResourceList } from '../../api/types/node.ts';
import type { IpAddr } from '../../lib/ip.ts';
import { networkNotReadyMessage } from './events.ts';

export const KUBELET_VERSION = 'v1.30.5';

export const DEFAULT_CAPACITY: ResourceList = { cpu: '2', 'ephemeral-storage': '20145724Ki', memory: '4026104Ki', pods: '110' };

export interface NodeStatusInput {
  readonly node: Node;
  readonly nodeIP: IpAddr;
  readonly capacity: ResourceList;
  /** The runtime's `name://version`. */
  readonly runtimeVersion: string;
  /** Why the network is not ready, null when it is. */
  readonly networkProblem: string | null;
  readonly now: string;
}

/** The evictionHard default memory.available<100Mi is not there for Pods. */
function allocatableOf(capacity: ResourceList): ResourceList {
  const memory = /^(\d+)Ki$/.exec(capacity['memory'] ?? '')?.[1];
  return memory === undefined ? capacity : { ...capacity, memory: `${Number(memory) - 102_400}Ki` };
}

function conditions({ node, networkProblem, now }: NodeStatusInput): readonly NodeCondition[] {
  const ready: Omit<NodeCondition, 'lastHeartbeatTime' | 'lastTransitionTime'> =
    networkProblem === null
      ? { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
      : { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: networkNotReadyMessage(networkProblem) };
  const wanted: readonly Omit<NodeCondition, 'lastHeartbeatTime' | 'lastTransitionTime'>[] = [
    {
      type: 'MemoryPressure',
      status: 'False',
      reason: 'KubeletHasSufficientMemory',
      message: 'kubelet has sufficient memory available',
    },
    { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' },
    {
      type: 'PIDPressure',
      status: 'False',
      reason: 'KubeletHasSufficientPID',
      message: 'kubelet has sufficient PID available',
    },
    ready,
  ];
  const old = new Map((node.status.conditions ?? []).map((condition) => [condition.type, condition]));
  const own = wanted.map((condition) => {
    const before = old.get(condition.type);
    const lastTransitionTime = before?.status === condition.status ? (before.lastTransitionTime ?? now) : now;
    return { ...condition, lastHeartbeatTime: now, lastTransitionTime };
  });
  const names = new Set(wanted.map(({ type }) => type));
  // NetworkUnavailable and others belong to network plugins and controllers.
  return [...(node.status.conditions ?? []).filter(({ type }) => !names.has(type)), ...own];
}

export function nodeStatus(input: NodeStatusInput): NodeStatus {
  const { node, nodeIP, capacity, runtimeVersion } = input;
  return {
    ...node.status,
    capacity,
    allocatable: allocatableOf(capacity),
    conditions: conditions(input),
    addresses: [
      { type: 'InternalIP', address: nodeIP },
      { type: 'Hostname', address: node.metadata.name },
    ],
    nodeInfo: {
      architecture: 'amd64',
      containerRuntimeVersion: runtimeVersion,
      kernelVersion: '6.1.0-28-amd64',
      kubeProxyVersion: KUBELET_VERSION,
      kubeletVersion: KUBELET_VERSION,
      operatingSystem: 'linux',
      osImage: 'Debian GNU/Linux 12 (bookworm)',
    },
  };
}
