/**
 * The faults put into a world: which there are, which of them are still there, and how each is taken out.
 */
import { err, ok, type Result } from '../../lib/result.ts';
import type { Instant } from '../../sim/sim.ts';
import type { Command } from '../commands.ts';
import { commandTitle } from '../command-title.ts';
import type { FaultView } from '../snapshot.ts';
import type { World } from '../world.ts';
import type { Fault, FaultPlan } from './fault.ts';

interface Entry {
  readonly id: number;
  readonly fault: Fault;
  readonly plan: FaultPlan;
  readonly at: Instant;
  /** Nobody is told what it is until it is gone or given up. */
  hidden: boolean;
  /** Nothing was left of it after some command: what breaks the same thing later is another matter. */
  over: boolean;
}

export class FaultBook {
  readonly #world: World;
  readonly #entries: Entry[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** Writes down a fault that was put in; ids count from 1. */
  add(fault: Fault, plan: FaultPlan, options: { readonly hidden: boolean }): void {
    this.#entries.push({
      id: this.#entries.length + 1,
      fault,
      plan,
      at: this.#world.sim.now,
      hidden: options.hidden,
      over: false,
    });
  }

  /** Looks what is left of each fault; to be called after every command, whoever it is that repairs. */
  review(): void {
    for (const entry of this.#entries) entry.over ||= entry.plan.repair().length === 0;
  }

  /** The commands that take a fault out as it is now. */
  repairOf(id: number): Result<readonly Command[], string> {
    const entry = this.#entry(id);
    if (entry === null) return err(`there is no fault ${id}`);
    const commands = left(entry);
    if (commands.length === 0) return err(`fault ${id} is repaired already`);
    return entry.hidden ? err('a hidden fault is repaired by hand, or revealed first') : ok(commands);
  }

  reveal(id: number): Result<void, string> {
    const entry = this.#entry(id);
    if (entry === null) return err(`there is no fault ${id}`);
    entry.hidden = false;
    return ok(undefined);
  }

  /** As a snapshot has them: what a hidden one is, is not in it. */
  views(): readonly FaultView[] {
    return this.#entries.map((entry) => {
      const { id, fault, plan, at, hidden } = entry;
      const repair = left(entry);
      const active = repair.length > 0;
      if (hidden && active) return { id, hidden, active, since: at, fault: null, at: [], repair: [] };
      return { id, hidden, active, since: at, fault, at: plan.at, repair: repair.map((command) => commandTitle(command)) };
    });
  }

  #entry(id: number): Entry | null {
    return this.#entries.find((entry) => entry.id === id) ?? null;
  }
}

/** What takes out that which is left of a fault. */
function left({ over, plan }: Entry): readonly Command[] {
  return over ? [] : plan.repair();
}
