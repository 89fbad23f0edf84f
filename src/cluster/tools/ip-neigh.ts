/**
 * `ip neigh add|replace|change|delete|flush` (iproute2 ip/ipneigh.c ipneigh_modify, do_show_or_flush).
 *
 * Simplification: flush takes `dev` alone; no proxy entries.
 */
import { parseMac, type Mac } from '../../lib/mac.ts';
import type { IpAddr } from '../../lib/ip.ts';
import type { Provenance } from '../../lib/provenance.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Netns } from '../../net/netns.ts';
import type { NeighView, NudState } from '../../net/view.ts';
import {
  abbreviated,
  addressWord,
  DONE,
  INCOMPLETE,
  notSimulated,
  unknownCommand,
  type ToolResult,
  type Words,
} from './words.ts';

const COMMANDS = ['add', 'change', 'replace', 'delete', 'flush', 'show', 'list', 'get'] as const;
const STATES: Readonly<Record<string, NudState>> = {
  permanent: 'PERMANENT',
  reachable: 'REACHABLE',
  stale: 'STALE',
  delay: 'DELAY',
  probe: 'PROBE',
  failed: 'FAILED',
  incomplete: 'INCOMPLETE',
  noarp: 'NOARP',
};

interface Spec {
  readonly addr: IpAddr;
  readonly dev: string;
  readonly lladdr: Mac | null;
  readonly state: NudState;
}

export function ipNeigh(netns: Netns, words: Words, by: Provenance): ToolResult {
  const word = words.take() ?? 'show';
  const command = abbreviated(word, COMMANDS);
  switch (command) {
    case 'add':
    case 'change':
    case 'replace':
    case 'delete': {
      const spec = takeSpec(words);
      if (!spec.ok) return spec;
      if (netns.link(spec.value.dev) === undefined) return err(`Cannot find device "${spec.value.dev}"`);
      return modify(netns, command, spec.value, by);
    }
    case 'flush':
      return flush(netns, words);
    case 'show':
    case 'list':
    case 'get':
      return notSimulated(`ip neigh ${command}`);
    case null:
      return unknownCommand(word, 'ip neigh');
  }
}

function entryOf(netns: Netns, { addr, dev }: Spec): NeighView | undefined {
  return netns.neigh.view().find((entry) => entry.addr === addr && entry.dev === dev);
}

function modify(netns: Netns, command: 'add' | 'change' | 'replace' | 'delete', spec: Spec, by: Provenance): ToolResult {
  const known = entryOf(netns, spec);
  if (command === 'delete')
    return known === undefined
      ? err('RTNETLINK answers: No such file or directory')
      : done(netns.deleteNeigh(spec.dev, spec.addr));
  if (command === 'add' && known !== undefined) return err('RTNETLINK answers: File exists');
  if (command === 'change' && known === undefined) return err('RTNETLINK answers: No such file or directory');
  const lladdr = spec.lladdr ?? known?.lladdr ?? null;
  if (lladdr === null) return err('Error: No link layer address given.');
  return done(netns.addNeigh({ ...spec, lladdr }, by));
}

function takeSpec(words: Words): Result<Spec, string> {
  let addr: IpAddr | null = null;
  let dev: string | null = null;
  let lladdr: Mac | null = null;
  let state: NudState = 'PERMANENT';
  while (!words.done) {
    const name = words.take() ?? '';
    const value = name === 'dev' || name === 'lladdr' || name === 'nud' || name === 'to' ? words.take() : name;
    if (value === null) return INCOMPLETE;
    if (name === 'dev') dev = value;
    else if (name === 'lladdr') {
      lladdr = parseMac(value.toLowerCase());
      if (lladdr === null) return err(`"${value}" is invalid lladdr.`);
    } else if (name === 'nud') {
      const known = STATES[value.toLowerCase()];
      if (known === undefined) return err(`Error: argument "${value}" is wrong: nud state is bad`);
      state = known;
    } else {
      const parsed = addressWord(value);
      if (!parsed.ok) return parsed;
      addr = parsed.value;
    }
  }
  return addr === null || dev === null
    ? err('Device and destination are required arguments.')
    : ok({ addr, dev, lladdr, state });
}

/** Everything of a device but what was written for good. */
function flush(netns: Netns, words: Words): ToolResult {
  if (!words.accept('dev'))
    return words.done ? err('Flush requires arguments.') : notSimulated(`ip neigh flush ${words.rest()}`);
  const dev = words.take();
  if (dev === null) return INCOMPLETE;
  if (netns.link(dev) === undefined) return err(`Cannot find device "${dev}"`);
  for (const entry of netns.neigh.view())
    if (entry.dev === dev && entry.state !== 'PERMANENT') netns.deleteNeigh(dev, entry.addr);
  return DONE;
}

function done(result: Result<void, string>): ToolResult {
  return result.ok ? DONE : result;
}
