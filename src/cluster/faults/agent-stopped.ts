/**
 * kube-proxy or the network's daemon crashed on a node: what it wrote stays and goes stale. New Services are unknown there, endpoints that
 * are gone are still chosen, new nodes have no route. Started again, it brings the kernel in line.
 */
import { err, ok } from '../../lib/result.ts';
import type { Fault, FaultKind } from './fault.ts';

type AgentStopped = Extract<Fault, { kind: 'agent-stopped' }>;

export const agentStopped: FaultKind<AgentStopped> = {
  plan(world, { node, agent }) {
    const found = world.nodes.find(({ name }) => name === node);
    if (found === undefined) return err(`nodes "${node}" not found`);
    if (!found.on || !found.agents.runs(agent)) return err(`${agent} does not run on ${node}`);
    const isStopped = (): boolean => world.nodes.some(({ name, on, agents }) => name === node && on && !agents.runs(agent));
    return ok({
      inject: [{ kind: 'agent', node, agent, running: false }],
      repair: () => (isStopped() ? [{ kind: 'agent', node, agent, running: true }] : []),
      at: [{ kind: 'node', node }],
    });
  },
  candidates: () => [],
};
