/**
 * What a user can do to a cluster. Commands are data: the session log is a list of them, and replaying the list from the
 * same scenario and seed gives the same world.
 */
import type { NodeAgent } from '../node/node.ts';
import type { ContainerName } from './kill-container.ts';
import type { Fault } from './faults/fault.ts';
import type { Protocol } from '../net/wire/packet.ts';

/** Where a packet starts. */
export type Place =
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'external' }
  /** A network namespace that was made by hand on a node. */
  | { readonly kind: 'netns'; readonly node: string; readonly name: string };

/** Where a packet is sent. */
export type Target =
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'svc'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'address'; readonly address: string }
  /** A host name, which the client looks up first. */
  | { readonly kind: 'name'; readonly name: string };

export interface ProbeSpec {
  readonly from: Place;
  readonly to: Target;
  /** TCP or UDP port; ignored for icmp (echo). */
  readonly port: number;
  readonly protocol: Extract<Protocol, 'tcp' | 'udp' | 'icmp'>;
  /** Data the client sends: the body of a POST, a datagram, or the data of an echo request (`ping -M do -s`). A small request when absent. */
  readonly bytes?: number;
  /** The client's own port, udp only; a free one by chance when absent. */
  readonly sport?: number;
  /** How long the client waits for an answer, virtual nanoseconds. Default 5 s. */
  readonly waitNs?: number;
}

/** As much as one datagram of IPv4 can carry; a request of that size makes some fifty segments. */
export const MAX_PROBE_BYTES = 65_507;

export type Command =
  /** The text of one manifest file, applied whole or not at all. */
  | { readonly kind: 'apply'; readonly file: string; readonly text: string }
  /** Deletes every object of a manifest text. */
  | { readonly kind: 'delete-manifest'; readonly file: string; readonly text: string }
  | { readonly kind: 'delete'; readonly object: string; readonly gracePeriodSeconds?: number }
  | { readonly kind: 'scale'; readonly object: string; readonly replicas: number }
  /** What a load balancer outside the cluster reports of a Service of type LoadBalancer: the addresses it answers on. */
  | { readonly kind: 'load-balancer'; readonly object: string; readonly ips: readonly string[] }
  | { readonly kind: 'probe'; readonly probe: ProbeSpec }
  | { readonly kind: 'sysctl'; readonly node: string; readonly name: string; readonly value: string }
  /** A command line in a namespace of a machine, with its first word: `ip route del 10.244.1.0/24`, `tc qdisc add …`. */
  | { readonly kind: 'tool'; readonly node: string; readonly netns: string; readonly line: string }
  /** One iptables command line on a node, without the word iptables: `-A INPUT -s 10.1.2.3 -j DROP`. */
  | { readonly kind: 'iptables'; readonly node: string; readonly args: string }
  /** Switches a machine off or on. */
  | { readonly kind: 'power'; readonly node: string; readonly on: boolean }
  /** Stops an agent of a node as a crash does, or starts it again. */
  | { readonly kind: 'agent'; readonly node: string; readonly agent: NodeAgent; readonly running: boolean }
  /** Kills a container on its machine; the kubelet finds out by itself. */
  | ({ readonly kind: 'kill-container' } & ContainerName)
  /** Breaks something. What a hidden one breaks is for others to find. */
  | { readonly kind: 'fault'; readonly fault: Fault; readonly hidden?: boolean }
  /** Hides a fault that shows, drawn from that seed. */
  | { readonly kind: 'random-fault'; readonly seed: number }
  /** Takes a fault out, by its number in the snapshot. */
  | { readonly kind: 'repair'; readonly id: number }
  /** Gives a hidden fault up: from now on it is told what it is. */
  | { readonly kind: 'reveal'; readonly id: number }
  /** Lets virtual time pass. */
  | { readonly kind: 'advance'; readonly ns: number }
  | { readonly kind: 'flush-conntrack'; readonly node: string | null }
  | { readonly kind: 'zero-counters'; readonly node: string | null };

const HOST_NAME =
  /^(?=.{1,253}\.?$)[A-Za-z0-9_]([-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?)*\.?$/;

/** True for text that can be looked up as a host name: labels of letters, digits, `-` and `_`, and no bare number at the end. */
export function isHostName(text: string): boolean {
  return HOST_NAME.test(text) && !/(^|\.)\d+\.?$/.test(text);
}
