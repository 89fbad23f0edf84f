/**
 * The door to a simulated cluster: commands in, snapshots and traces out.
 *
 * Everything outside the engine (user interface, command line, shell, lessons) uses this and nothing beneath it.
 */
import type { ManifestError } from '../api/manifest-error.ts';
import type { Steps } from '../lib/steps.ts';
import type { AskedName, Libc } from '../net/resolv/lookup.ts';
import type { Outcome, Trace } from '../net/trace/trace.ts';
import type { Command, ProbeSpec } from './commands.ts';
import type { ClusterSnapshot, MadeByStep, Ref, WorldDiff } from './snapshot.ts';
import type { Throughput, ThroughputSpec } from './throughput/throughput.ts';

export interface ProbeResult {
  readonly spec: ProbeSpec;
  /** What the client dialled, after names were resolved; the name itself where that failed. */
  readonly address: string;
  readonly port: number;
  readonly outcome: Outcome;
  /** Who answered: a Pod's name, a node's (hostNetwork), `external`; null when nobody did. */
  readonly backend: string | null;
  /** The client address the back end saw, and who owns it (`pod:client`, `node:class/flannel.1`, `external`). */
  readonly backendSaw: { readonly ip: string; readonly who: string } | null;
  /** What came back, as the client would print it; null without an answer. */
  readonly body: string | null;
  /** How the target's name was looked up; null for a target that is no name. */
  readonly resolution: Resolution | null;
  readonly trace: Trace;
}

/** A look-up of a name by the client. */
export interface Resolution {
  readonly name: string;
  /** The client's /etc/resolv.conf. */
  readonly resolvConf: string;
  readonly libc: Libc;
  /** Each name asked for, in order, and what came of it. */
  readonly asked: readonly AskedName[];
  /** In the order the client tries them; empty when the look-up failed. */
  readonly addresses: readonly string[];
  readonly source: 'literal' | 'hosts' | 'dns' | null;
  /** getaddrinfo's words for the failure, `Name or service not known`; null when it did not fail. */
  readonly error: string | null;
}

/** A result of a command: problems are data, and a refused command changes nothing. */
export type CommandResult =
  | {
      readonly ok: true;
      readonly diff: WorldDiff;
      readonly warnings: readonly ManifestError[];
      readonly probe: ProbeResult | null;
      /** kubectl's lines: `service/web created`. */ readonly messages: readonly string[];
    }
  | { readonly ok: false; readonly errors: readonly ManifestError[] };

/** What Apply would do, in kubectl's words. */
export interface ApplyPreview {
  readonly errors: readonly ManifestError[];
  readonly warnings: readonly ManifestError[];
  /** One entry per document that would change something. */
  readonly changes: readonly {
    readonly object: string;
    readonly verb: 'created' | 'configured' | 'unchanged';
    readonly fields: readonly string[];
  }[];
}

/** One possible fate of a probe and how likely it is. */
export interface OutcomeShare {
  readonly outcome: Outcome;
  readonly backend: string | null;
  readonly backendSaw: { readonly ip: string; readonly who: string } | null;
  /** 0 to 1, exact product of the rules' own probabilities. */
  readonly probability: number;
  /** `10.244.1.2:8080`, the address the first packet was sent on to; null when not rewritten. */
  readonly destination: string | null;
}

export interface AllOutcomes {
  readonly shares: readonly OutcomeShare[];
  /** Probability mass that was not explored (0 unless the branch limit was reached). */
  readonly unexplored: number;
}

/** Measured against expected, for "send 1,000". */
export interface Spread {
  readonly count: number;
  readonly rows: readonly { readonly share: OutcomeShare; readonly measured: number; readonly expected: number }[];
}

export interface LogEntry {
  readonly index: number;
  readonly command: Command;
  readonly at: number;
}

export interface ClusterApi {
  /** The latest snapshot; the same object until something changes. */
  snapshot(): ClusterSnapshot;
  /** Called after each new snapshot; returns the unsubscriber. */
  subscribe(listener: (snapshot: ClusterSnapshot) => void): () => void;
  /** Executes a command, lets the cluster settle (within its step limit), records it in the log. */
  run(command: Command): CommandResult;
  /** What `apply` of this text would do; changes nothing. */
  preview(file: string, text: string): ApplyPreview;
  /** Every possible end of a probe, found by running each branch of chance and rolling back. Changes nothing. */
  allOutcomes(probe: ProbeSpec): AllOutcomes;
  /** `count` fresh connections one after another, rolled back afterwards. Changes nothing. */
  spread(probe: ProbeSpec, count: number): Spread;
  /** iperf3 from one place to another, rolled back at its end. Changes nothing; until then nothing else may be asked of the cluster. */
  throughput(spec: ThroughputSpec): Steps<Throughput>;
  /** The chain of causes of a thing, outermost first: YAML line → controller → … → the tool that made it. */
  madeBy(ref: Ref): readonly MadeByStep[];
  readonly log: readonly LogEntry[];
  canUndo(): boolean;
  canRedo(): boolean;
  /** Goes back before the last command (by replaying the log without it); false when there is none. */
  undo(): boolean;
  redo(): boolean;
}
