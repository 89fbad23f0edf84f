/**
 * `ip address add|replace|delete ADDRESS dev DEVICE` (iproute2 ip/ipaddress.c ipaddr_modify).
 *
 * Simplification: broadcast and scope only; no peers, labels or lifetimes.
 */
import { broadcastAddress, type Cidr } from '../../lib/cidr.ts';
import type { IpAddr } from '../../lib/ip.ts';
import type { Provenance } from '../../lib/provenance.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Netns } from '../../net/netns.ts';
import {
  abbreviated,
  addressWord,
  DONE,
  INCOMPLETE,
  notSimulated,
  prefixWord,
  unknownCommand,
  type ToolResult,
  type Words,
} from './words.ts';

const COMMANDS = ['add', 'change', 'replace', 'delete', 'show', 'list', 'flush'] as const;

interface Spec {
  readonly address: Cidr;
  readonly dev: string;
  readonly broadcast?: IpAddr;
  readonly scope?: 'global' | 'link' | 'host';
}

export function ipAddress(netns: Netns, words: Words, by: Provenance): ToolResult {
  const word = words.take() ?? 'show';
  const command = abbreviated(word, COMMANDS);
  switch (command) {
    case 'add':
    case 'change':
    case 'replace':
    case 'delete': {
      const spec = takeSpec(words);
      if (!spec.ok) return spec;
      const { address, dev } = spec.value;
      if (command === 'delete') return done(netns.deleteAddress(dev, address));
      const there = netns.link(dev)?.addresses.some((entry) => entry.address === address) ?? false;
      return there && command !== 'add' ? DONE : done(netns.addAddress(dev, address, spec.value, by));
    }
    case 'show':
    case 'list':
    case 'flush':
      return notSimulated(`ip address ${command}`);
    case null:
      return unknownCommand(word, 'ip address');
  }
}

function takeSpec(words: Words): Result<Spec, string> {
  let address: Cidr | null = null;
  let dev: string | null = null;
  let broadcast: string | null = null;
  let scope: Spec['scope'];
  while (!words.done) {
    const name = words.take() ?? '';
    const value = NAMED.has(name) ? words.take() : name;
    if (value === null) return INCOMPLETE;
    if (name === 'dev') dev = value;
    else if (name === 'brd' || name === 'broadcast') broadcast = value;
    else if (name === 'scope') {
      if (value !== 'global' && value !== 'link' && value !== 'host')
        return err(`Error: argument "${value}" is wrong: invalid scope value.`);
      scope = value;
    } else {
      const prefix = prefixWord(value);
      if (!prefix.ok) return prefix;
      address = prefix.value;
    }
  }
  if (dev === null) return err('Not enough information: "dev" argument is required.');
  if (address === null) return INCOMPLETE;
  const extra = scope === undefined ? {} : { scope };
  if (broadcast === null) return ok({ address, dev, ...extra });
  const brd = broadcast === '+' ? ok(broadcastAddress(address)) : addressWord(broadcast);
  return brd.ok ? ok({ address, dev, broadcast: brd.value, ...extra }) : brd;
}

const NAMED: ReadonlySet<string> = new Set(['dev', 'brd', 'broadcast', 'scope', 'local']);

function done(result: Result<void, string>): ToolResult {
  return result.ok ? DONE : result;
}
