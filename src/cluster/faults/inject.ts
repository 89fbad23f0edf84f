/** Puts faults into a world and takes them out, by ordinary commands. */
import { err, ok, type Result } from '../../lib/result.ts';
import type { Command } from '../commands.ts';
import type { World } from '../world.ts';
import type { Fault } from './fault.ts';
import { planFault } from './kinds.ts';

/** What the commands had to say. */
export type Injection = Result<readonly string[], string>;

/** Breaks what the fault names; refused, and nothing broken, where it cannot be. */
export function injectFault(world: World, fault: Fault, options: { readonly hidden: boolean }): Injection {
  const plan = planFault(world, fault);
  if (!plan.ok) return plan;
  const done = runAll(world, plan.value.inject);
  if (!done.ok) {
    runAll(world, plan.value.repair());
    return done;
  }
  world.faults.add(fault, plan.value, options);
  return options.hidden ? ok([]) : done;
}

/** Takes out what is left of a fault. */
export function repairFault(world: World, id: number): Injection {
  const commands = world.faults.repairOf(id);
  return commands.ok ? runAll(world, commands.value) : commands;
}

/** Runs commands one after another, up to the first that is refused. */
export function runAll(world: World, commands: readonly Command[]): Injection {
  const messages: string[] = [];
  for (const command of commands) {
    const done = world.execute(command);
    if (!done.ok) return err(done.error.map(({ message }) => message).join('; '));
    messages.push(...done.value.messages);
  }
  return ok(messages);
}
