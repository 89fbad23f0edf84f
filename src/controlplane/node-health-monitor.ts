/**
 * The watch over nodes' heartbeats (pkg/controller/nodelifecycle monitorNodeHealth, tryUpdateNodeHealth): every 5 s
 * (--node-monitor-period) it looks whether each lease was renewed; one that was not for 40 s (--node-monitor-grace-period of v1.30) makes
 * the node's conditions Unknown and its Pods not ready. Taints and evictions follow in `node-lifecycle-controller.ts`.
 *
 * Simplification: all nodes are one zone that is never in full or partial disruption; a node whose kubelet never renewed a lease is left
 * alone.
 */
import type { Node, NodeCondition } from '../api/types/node.ts';
import type { Pod } from '../api/types/pod.ts';
import { NS_PER_S, type Instant, type Timer } from '../sim/sim.ts';
import type { Controller, ControllerContext } from './controller.ts';

const NAME = 'node-health-monitor';
const MONITOR_NS = 5 * NS_PER_S;
const GRACE_NS = 40 * NS_PER_S;
const SOURCE = { component: 'node-controller' } as const;

/** Conditions that only a kubelet can vouch for. */
const KUBELET_CONDITIONS: readonly string[] = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** When a renewal was last seen, by this controller's own clock. */
interface Health {
  readonly renewedAt: Instant;
  readonly seenAt: Instant;
}

export function startNodeHealthMonitor({ sim, client }: ControllerContext): Controller {
  let health = new Map<string, Health>();
  let timer: Timer = sim.background(MONITOR_NS, NAME, tick);

  function tick(): void {
    timer = sim.background(MONITOR_NS, NAME, tick);
    for (const node of client.list('Node')) check(node);
  }

  function check(node: Node): void {
    const { name } = node.metadata;
    const renewedAt = client.leaseRenewedAt(name);
    if (renewedAt === null) return;
    const known = health.get(name);
    if (known === undefined || known.renewedAt !== renewedAt) health.set(name, { renewedAt, seenAt: sim.now });
    else if (sim.now > known.seenAt + GRACE_NS) loseContact(node);
  }

  function loseContact(node: Node): void {
    const now = client.timestamp();
    const conditions = node.status.conditions ?? [];
    const next = conditions.map((condition) => unknown(condition, now));
    if (next.every((condition, index) => condition === conditions[index])) return;
    const wasReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
    client.updateStatus('Node', { ...node, status: { ...node.status, conditions: next } });
    if (!wasReady) return;
    const { name } = node.metadata;
    client.recordEvent({
      regarding: node,
      type: 'Normal',
      reason: 'NodeNotReady',
      message: `Node ${name} status is now: NodeNotReady`,
      source: SOURCE,
    });
    for (const pod of client.list('Pod', { fieldSelector: `spec.nodeName=${name}` })) markNotReady(pod, now);
  }

  /** controllerutil.MarkPodsNotReady. */
  function markNotReady(pod: Pod, now: string): void {
    const conditions = pod.status.conditions ?? [];
    if (!conditions.some(({ type, status }) => type === 'Ready' && status !== 'False')) return;
    const next = conditions.map((condition) =>
      condition.type === 'Ready' ? { ...condition, status: 'False' as const, lastTransitionTime: now } : condition,
    );
    client.updateStatus('Pod', { ...pod, status: { ...pod.status, conditions: next } });
    client.recordEvent({
      regarding: pod,
      type: 'Warning',
      reason: 'NodeNotReady',
      message: 'Node is not ready',
      source: SOURCE,
    });
  }

  return {
    name: NAME,
    stop() {
      timer.cancel();
    },
    checkpoint() {
      const saved = new Map(health);
      const waiting = timer;
      return () => {
        health = new Map(saved);
        timer = waiting;
      };
    },
  };
}

function unknown(condition: NodeCondition, now: string): NodeCondition {
  if (!KUBELET_CONDITIONS.includes(condition.type) || condition.status === 'Unknown') return condition;
  return {
    ...condition,
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
    lastTransitionTime: now,
  };
}
