/**
 * Short names for the parts of a snapshot that the interface draws. They are read off the snapshot's own type, so the
 * interface depends on what a cluster publishes and on nothing beneath it.
 */
import type { ClusterSnapshot, NodeView, ObjectView } from '../../cluster/snapshot.ts';

export type NetnsView = NodeView['root'];
export type LinkView = NetnsView['links'][number];
export type ConntrackView = NetnsView['conntrack'][number];
export type Tuple = ConntrackView['original'];
export type NetfilterView = NetnsView['netfilter'];
export type TableName = keyof NetfilterView['ruleset'];
export type TableView = NetfilterView['ruleset'][TableName];
export type ChainView = TableView['chains'] extends ReadonlyMap<string, infer C> ? C : never;
export type RuleView = ChainView['rules'][number];
export type KubeObject = ObjectView['object'];
export type Instant = ClusterSnapshot['now'];

/** The five hooks, in the order a forwarded packet and then a local one meets them. */
export type HookName = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';
