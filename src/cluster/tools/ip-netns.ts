/**
 * `ip netns add|delete|exec` (iproute2 ip/ipnetns.c): network namespaces made by hand, and commands in them.
 *
 * Simplification: the namespaces of Pods have no name under /run/netns here, `nsenter` is the way into them; what listens in a namespace
 * goes with its name, where Linux keeps the namespace until the last process in it has ended.
 */
import type { Provenance } from '../../lib/provenance.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Kernel } from '../../net/kernel.ts';
import type { Netns } from '../../net/netns.ts';
import { isHandMade } from '../hand-made.ts';
import { abbreviated, DONE, notSimulated, unknownCommand, type ToolResult, type Words } from './words.ts';

const COMMANDS = [
  'list',
  'show',
  'list-id',
  'help',
  'add',
  'attach',
  'set',
  'delete',
  'identify',
  'pids',
  'exec',
  'monitor',
] as const;

/** Runs what is left of the line in a namespace. */
export type RunIn = (netns: Netns, words: Words) => ToolResult;

export function ipNetns({ kernel }: Netns, words: Words, by: Provenance, runIn: RunIn): ToolResult {
  const word = words.take() ?? 'list';
  const command = abbreviated(word, COMMANDS);
  switch (command) {
    case 'add':
      return add(kernel, words.take(), by);
    case 'delete':
      return remove(kernel, words.take(), by);
    case 'exec':
      return exec(kernel, words, runIn);
    case null:
      return unknownCommand(word, 'ip netns');
    default:
      return notSimulated(`ip netns ${command}`);
  }
}

/** The namespace that was given that name by hand: `ip -n NAME`, `ip netns exec NAME`. */
export function namedNetns(kernel: Kernel, name: string): Result<Netns, string> {
  if (!isNetnsName(name)) return err(`Invalid netns name "${name}"`);
  const netns = isHandMade(name) ? kernel.netns(name) : undefined;
  return netns === undefined ? err(`Cannot open network namespace "${name}": No such file or directory`) : ok(netns);
}

function isNetnsName(name: string): boolean {
  return name !== '' && !name.includes('/') && name !== '.' && name !== '..';
}

function add(kernel: Kernel, name: string | null, by: Provenance): ToolResult {
  if (name === null) return err('No netns name specified');
  if (!isNetnsName(name)) return err(`Invalid netns name "${name}"`);
  if (name === 'root') return err('root: the name of the machine’s own namespace here');
  if (kernel.netns(name) !== undefined) return err(`Cannot create namespace file "/run/netns/${name}": File exists`);
  kernel.addNetns(name, by);
  return DONE;
}

function remove(kernel: Kernel, name: string | null, by: Provenance): ToolResult {
  if (name === null) return err('No netns name specified');
  if (!isNetnsName(name)) return err(`Invalid netns name "${name}"`);
  if (!namedNetns(kernel, name).ok) return err(`Cannot remove namespace file "/run/netns/${name}": No such file or directory`);
  kernel.deleteNetns(name, by);
  return DONE;
}

function exec(kernel: Kernel, words: Words, runIn: RunIn): ToolResult {
  const name = words.take();
  if (name === null) return err('No netns name specified');
  const netns = namedNetns(kernel, name);
  if (words.done) return err('No command specified');
  return netns.ok ? runIn(netns.value, words) : netns;
}
