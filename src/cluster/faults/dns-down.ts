/** Cluster DNS without a server: the Deployment coredns scaled to none. Names no longer resolve; addresses still answer. */
import { err, ok } from '../../lib/result.ts';
import type { World } from '../world.ts';
import type { Fault, FaultKind } from './fault.ts';

type DnsDown = Extract<Fault, { kind: 'dns-down' }>;

const COREDNS = 'Deployment kube-system/coredns';

function replicas(world: World): number | null {
  const deployment = world.store.get('Deployment', 'kube-system', 'coredns');
  return deployment === null ? null : deployment.spec.replicas;
}

export const dnsDown: FaultKind<DnsDown> = {
  plan(world) {
    const before = replicas(world);
    if (before === null) return err('deployments.apps "coredns" not found');
    if (before === 0) return err('coredns has no replicas already');
    return ok({
      inject: [{ kind: 'scale', object: COREDNS, replicas: 0 }],
      repair: () => (replicas(world) === 0 ? [{ kind: 'scale', object: COREDNS, replicas: before }] : []),
      at: [{ kind: 'object', key: COREDNS }],
    });
  },
  candidates: () => [],
};
