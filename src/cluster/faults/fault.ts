/**
 * What can be broken, as data. A fault is no code of its own in the kernels: it is a name for ordinary commands that break something,
 * and for those that take it out again, worked out from the world before (`plan`).
 *
 * A fault is there as long as something of it is left to take out. So whoever undoes it by hand, or an agent that heals it, ends it as
 * well as "repair" does.
 */
import type { Result } from '../../lib/result.ts';
import type { NodeAgent } from '../../node/node.ts';
import type { Command } from '../commands.ts';
import type { Ref } from '../snapshot.ts';
import type { World } from '../world.ts';

/** A network namespace: `root` of a machine, or a Pod's `namespace/name`. */
interface InNetns {
  readonly node: string;
  /** Left out: `root`. */
  readonly netns?: string;
}

interface OnDevice extends InNetns {
  readonly dev: string;
}

export type Fault =
  /** A setting of the kernel that should have another value. */
  | { readonly kind: 'sysctl'; readonly node: string; readonly name: string; readonly value: string }
  /** A device switched off; its routes and neighbours go with it. */
  | ({ readonly kind: 'link-down' } & OnDevice)
  /** netem in front of a device: packets are lost, or late. */
  | ({ readonly kind: 'netem'; readonly lossPercent: number; readonly delayMs: number } & OnDevice)
  /** An MTU that does not fit its neighbours'. */
  | ({ readonly kind: 'mtu'; readonly mtu: number } & OnDevice)
  /** The routes of one destination are gone. */
  | ({ readonly kind: 'missing-route'; readonly dst: string } & InNetns)
  /** A destination is routed somewhere else. */
  | ({ readonly kind: 'wrong-route'; readonly dst: string; readonly via: string } & InNetns)
  /** Two nodes hand the packets for a destination to each other. */
  | { readonly kind: 'routing-loop'; readonly node: string; readonly other: string; readonly dst: string }
  /** A permanent neighbour is gone. */
  | ({ readonly kind: 'missing-neighbour'; readonly addr: string } & OnDevice)
  /** The tunnel no longer knows what is behind a node. */
  | { readonly kind: 'missing-fdb'; readonly node: string; readonly dev: string; readonly dst: string }
  /** An address that somebody else has. */
  | ({ readonly kind: 'duplicate-address'; readonly address: string } & OnDevice)
  /** A bridge port that sends nothing back where it came from. */
  | { readonly kind: 'hairpin-off'; readonly node: string; readonly dev: string }
  /** A cable with both plugs in the same bridge. */
  | { readonly kind: 'bridge-loop'; readonly node: string; readonly bridge: string }
  /** A machine switched off. */
  | { readonly kind: 'node-down'; readonly node: string }
  /** kube-proxy or the network's daemon stopped on a node. */
  | { readonly kind: 'agent-stopped'; readonly node: string; readonly agent: NodeAgent }
  /** A UDP client that keeps its port goes on to a back end that is gone: `namespace/name` of its Pod and of the Service. */
  | { readonly kind: 'stale-conntrack'; readonly pod: string; readonly service: string; readonly sport: number }
  /** A node registered again with the range of Pods another one has. */
  | { readonly kind: 'overlapping-pod-cidr'; readonly node: string; readonly other: string }
  /** No replica of CoreDNS is left. */
  | { readonly kind: 'dns-down' }
  /** A rule or policy written by hand: `-I FORWARD -p tcp --dport 80 -j DROP`, `-P FORWARD DROP`. */
  | { readonly kind: 'iptables'; readonly node: string; readonly args: string };

export type FaultName = Fault['kind'];

/** How a fault is put in and taken out of the world it was planned in. */
export interface FaultPlan {
  readonly inject: readonly Command[];
  /** What takes out that which is left of it now; empty when nothing is. */
  readonly repair: () => readonly Command[];
  /** What is broken; the first is marked on the map. */
  readonly at: readonly Ref[];
}

/** One kind of fault. */
export interface FaultKind<F extends Fault> {
  /** Works it out in the world as it is; refused where there is nothing to break. */
  plan(world: World, fault: F): Result<FaultPlan, string>;
  /** Those of its kind that would break something of this world, for a random one. */
  candidates(world: World): readonly F[];
}
