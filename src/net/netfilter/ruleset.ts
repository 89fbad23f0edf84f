/**
 * Rules as immutable data. A table is replaced whole when rules change, so traces and snapshots may keep what they read.
 * Counters live apart (`counters.ts`), because they move with every packet.
 */
import type { Provenance } from '../../lib/provenance.ts';
import type { Instant } from '../../sim/sim.ts';
import type { Match } from './match.ts';
import type { Target } from './target.ts';
import type { TableName } from './hooks.ts';

export interface Rule {
  /** Identity in its namespace, survives edits elsewhere in the chain; counters hang on it. Namespaces share what is the same. */
  readonly id: number;
  /** The iptables-save line, `-A CHAIN …`. */
  readonly text: string;
  readonly matches: readonly Match[];
  /** Null: a rule without target counts and falls through. */
  readonly target: Target | null;
  readonly madeBy: Provenance;
  readonly madeAt: Instant;
}

export interface Chain {
  readonly name: string;
  /** Base chains only; null for user chains. */
  readonly policy: 'ACCEPT' | 'DROP' | null;
  readonly rules: readonly Rule[];
}

export interface Table {
  readonly name: TableName;
  /** Base chains first in hook order, then user chains by name, as iptables-save lists them. */
  readonly chains: ReadonlyMap<string, Chain>;
}

export type Ruleset = Readonly<Record<TableName, Table>>;
