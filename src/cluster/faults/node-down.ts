/**
 * A machine switched off. Nobody tells the API: after 40 s without a heartbeat its Node is NotReady, its Pods leave their Services at once,
 * and 300 s later they are evicted. With the last control-plane machine the API goes as well, and none of this happens until it is back.
 */
import { err, ok } from '../../lib/result.ts';
import type { Fault, FaultKind } from './fault.ts';

type NodeDown = Extract<Fault, { kind: 'node-down' }>;

export const nodeDown: FaultKind<NodeDown> = {
  plan(world, { node }) {
    const found = world.nodes.find(({ name }) => name === node);
    if (found === undefined) return err(`nodes "${node}" not found`);
    if (!found.on) return err(`${node} is off already`);
    const isOff = (): boolean => world.nodes.some(({ name, on }) => name === node && !on);
    return ok({
      inject: [{ kind: 'power', node, on: false }],
      repair: () => (isOff() ? [{ kind: 'power', node, on: true }] : []),
      at: [{ kind: 'node', node }],
    });
  },
  candidates: () => [],
};
