/**
 * A cluster in use: the session's log over a world, with undo by replay, previews and rehearsals that leave no trace.
 *
 * The same scenario, seed and log give the same world. A refused command changes nothing and is not logged.
 */
import type { ManifestError } from '../api/manifest-error.ts';
import { assertExists } from '../lib/assert.ts';
import { finishWithPauses, type Steps } from '../lib/steps.ts';
import type { AllOutcomes, ApplyPreview, ClusterApi, CommandResult, LogEntry, Spread } from './cluster-api.ts';
import type { Command, ProbeSpec } from './commands.ts';
import { commandTitle, HIDDEN_FAULT } from './command-title.ts';
import { diffWorlds, type DiffedCommand } from './diff.ts';
import { madeByChain } from './made-by.ts';
import { exploreOutcomes, measureSpread } from './outcomes.ts';
import type { ScenarioSpec } from './scenario.ts';
import type { ClusterSnapshot, MadeByStep, Ref, WorldDiff } from './snapshot.ts';
import { Snapshotter } from './snapshotter.ts';
import type { Throughput, ThroughputSpec } from './throughput/throughput.ts';
import { World } from './world.ts';

/** Builds the scenario's cluster and lets it come to rest. */
export function createCluster(spec: ScenarioSpec): ClusterApi {
  return new Cluster(spec, World.open(spec));
}

/** As `createCluster`, giving way wherever `pause` asks for it (null: go on): the cluster that comes of it is the same. */
export async function openCluster(spec: ScenarioSpec, pause: () => Promise<void> | null): Promise<ClusterApi> {
  return new Cluster(spec, await finishWithPauses(World.opening(spec), pause));
}

/** What is told of a fault that is for the user to find: that there is one. */
const HIDDEN_DIFF: WorldDiff = {
  command: HIDDEN_FAULT,
  groups: [{ actor: 'user', node: null, items: [{ op: 'added', what: 'fault', text: HIDDEN_FAULT, ref: null }] }],
};

/** Commands by which a user does on a machine what agents do else. */
const BY_HAND: ReadonlySet<Command['kind']> = new Set(['tool', 'fault', 'repair', 'iptables', 'sysctl']);

function diffed(command: Command, { cluster }: ScenarioSpec): DiffedCommand {
  return { title: commandTitle(command, cluster.runtime), byHand: BY_HAND.has(command.kind) };
}

function isHiddenFault(command: Command): boolean {
  return command.kind === 'random-fault' || (command.kind === 'fault' && command.hidden === true);
}

class Cluster implements ClusterApi {
  readonly #spec: ScenarioSpec;
  readonly #listeners = new Set<(snapshot: ClusterSnapshot) => void>();
  #world: World;
  #snapshotter: Snapshotter;
  #snapshot: ClusterSnapshot;
  #log: LogEntry[] = [];
  #undone: Command[] = [];

  constructor(spec: ScenarioSpec, world: World) {
    this.#spec = spec;
    this.#world = world;
    this.#snapshotter = new Snapshotter(this.#world, 0);
    this.#snapshot = this.#snapshotter.take();
  }

  get log(): readonly LogEntry[] {
    return this.#log;
  }

  snapshot(): ClusterSnapshot {
    return this.#snapshot;
  }

  subscribe(listener: (snapshot: ClusterSnapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  run(command: Command): CommandResult {
    const result = this.#execute(command);
    if (result.ok) this.#undone = [];
    return result;
  }

  preview(file: string, text: string): ApplyPreview {
    return this.#world.preview(file, text);
  }

  allOutcomes(probe: ProbeSpec): AllOutcomes {
    const world = this.#world;
    const rehearse = world.rehearsal(probe);
    if (rehearse === null) return { shares: [], unexplored: 0 };
    return exploreOutcomes(world.kernels(), rehearse);
  }

  spread(probe: ProbeSpec, count: number): Spread {
    const expected = this.allOutcomes(probe);
    const repetition = this.#world.repetition(probe);
    if (repetition === null) return { count, rows: [] };
    try {
      return measureSpread(expected, count, repetition.send);
    } finally {
      repetition.end();
    }
  }

  throughput(spec: ThroughputSpec): Steps<Throughput> {
    return this.#world.throughput(spec);
  }

  madeBy(ref: Ref): readonly MadeByStep[] {
    return madeByChain(this.#snapshot, ref);
  }

  canUndo(): boolean {
    return this.#log.length > 0;
  }

  canRedo(): boolean {
    return this.#undone.length > 0;
  }

  undo(): boolean {
    const last = this.#log.at(-1);
    if (last === undefined) return false;
    const undone = [...this.#undone, last.command];
    this.#replay(this.#log.slice(0, -1).map((entry) => entry.command));
    this.#undone = undone;
    this.#publish();
    return true;
  }

  redo(): boolean {
    const command = this.#undone.at(-1);
    if (command === undefined) return false;
    const left = this.#undone.slice(0, -1);
    const result = this.#execute(command);
    this.#undone = left;
    return result.ok;
  }

  #execute(command: Command): CommandResult {
    const before = this.#snapshot;
    const at = this.#world.sim.now;
    const done = this.#world.execute(command);
    if (!done.ok) return { ok: false, errors: done.error };
    this.#log = [...this.#log, { index: this.#log.length, command, at }];
    this.#publish();
    return {
      ok: true,
      diff: isHiddenFault(command)
        ? HIDDEN_DIFF
        : diffWorlds(diffed(command, this.#spec), before, this.#snapshot, this.#world.authors),
      warnings: done.value.warnings,
      probe: done.value.probe,
      messages: done.value.messages,
    };
  }

  /** Builds the world anew and runs the commands; they succeeded before, so they do again. */
  #replay(commands: readonly Command[]): void {
    const world = World.open(this.#spec);
    this.#log = commands.map((command, index) => {
      const at = world.sim.now;
      assertReplayed(world.execute(command));
      return { index, command, at };
    });
    this.#world = world;
    this.#snapshotter = new Snapshotter(world, this.#snapshot.version);
  }

  #publish(): void {
    this.#snapshot = this.#snapshotter.take();
    for (const listener of [...this.#listeners]) listener(this.#snapshot);
  }
}

function assertReplayed(result: { readonly ok: boolean; readonly error?: readonly ManifestError[] }): void {
  assertExists(
    result.ok ? true : null,
    `a command that succeeded was refused when replayed: ${(result.error ?? []).map((error) => error.message).join('; ')}`,
  );
}
