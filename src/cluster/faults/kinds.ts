/** Every kind of fault by its name. */
import type { Result } from '../../lib/result.ts';
import type { World } from '../world.ts';
import { agentStopped } from './agent-stopped.ts';
import { bridgeLoop } from './bridge-loop.ts';
import { dnsDown } from './dns-down.ts';
import { duplicateAddress } from './duplicate-address.ts';
import type { Fault, FaultKind, FaultName, FaultPlan } from './fault.ts';
import { hairpinOff } from './hairpin-off.ts';
import { iptablesFault } from './iptables.ts';
import { linkDown } from './link-down.ts';
import { missingFdb } from './missing-fdb.ts';
import { missingNeighbour } from './missing-neighbour.ts';
import { missingRoute } from './missing-route.ts';
import { mtu } from './mtu.ts';
import { netem } from './netem.ts';
import { nodeDown } from './node-down.ts';
import { overlappingPodCidr } from './overlapping-pod-cidr.ts';
import { routingLoop } from './routing-loop.ts';
import { staleConntrack } from './stale-conntrack.ts';
import { sysctlFault } from './sysctl.ts';
import { wrongRoute } from './wrong-route.ts';

const KINDS: { readonly [K in FaultName]: FaultKind<Extract<Fault, { kind: K }>> } = {
  sysctl: sysctlFault,
  'link-down': linkDown,
  netem,
  mtu,
  'missing-route': missingRoute,
  'wrong-route': wrongRoute,
  'routing-loop': routingLoop,
  'missing-neighbour': missingNeighbour,
  'missing-fdb': missingFdb,
  'duplicate-address': duplicateAddress,
  'hairpin-off': hairpinOff,
  'bridge-loop': bridgeLoop,
  'node-down': nodeDown,
  'agent-stopped': agentStopped,
  'stale-conntrack': staleConntrack,
  'overlapping-pod-cidr': overlappingPodCidr,
  'dns-down': dnsDown,
  iptables: iptablesFault,
};

/** Works a fault out in the world as it is. */
export function planFault(world: World, fault: Fault): Result<FaultPlan, string> {
  const kind: FaultKind<Fault> = KINDS[fault.kind];
  return kind.plan(world, fault);
}

/** Faults that would break something of this world, by kind; kinds without one are left out. */
export function candidateFaults(world: World): readonly (readonly Fault[])[] {
  return Object.values(KINDS)
    .map((kind): readonly Fault[] => kind.candidates(world))
    .filter((faults) => faults.length > 0);
}
