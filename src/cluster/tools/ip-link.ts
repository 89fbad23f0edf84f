/**
 * `ip link add|set|delete` (iproute2 ip/iplink.c iplink_modify): devices up and down, their MTU, master and address.
 *
 * Simplification: types are bridge, dummy and veth; a device is named first, as `dev NAME` or `NAME`; its namespace is told after its type.
 */
import { parseMac } from '../../lib/mac.ts';
import type { Provenance } from '../../lib/provenance.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { moveLink, renameLink } from '../../net/dev/move.ts';
import { Vxlan } from '../../net/dev/vxlan.ts';
import type { LinkChanges, Netns } from '../../net/netns.ts';
import { namedNetns } from './ip-netns.ts';
import { abbreviated, DONE, INCOMPLETE, notSimulated, unknownCommand, type ToolResult, type Words } from './words.ts';

const COMMANDS = ['add', 'set', 'delete', 'show', 'list'] as const;
const NO_DEV = err('Not enough information: "dev" argument is required.');

/** ETH_MIN_MTU and ETH_MAX_MTU of what carries IPv4. */
const MIN_MTU = 68;
const MAX_MTU = 65535;
/** Outer Ethernet, IPv4, UDP and VXLAN headers. */
const VXLAN_ROOM = 50;

export function ipLink(netns: Netns, words: Words, by: Provenance): ToolResult {
  const word = words.take() ?? 'show';
  switch (abbreviated(word, COMMANDS)) {
    case 'add':
      return add(netns, words, by);
    case 'set':
      return set(netns, words, by);
    case 'delete':
      return remove(netns, words, by);
    case 'show':
    case 'list':
      return notSimulated(`ip link ${word}`);
    case null:
      return unknownCommand(word, 'ip link');
  }
}

/** The device's name, with or without the word before it. */
function deviceWord(words: Words, before: 'dev' | 'name'): string | null {
  words.accept(before);
  return words.take();
}

function add(netns: Netns, words: Words, by: Provenance): ToolResult {
  const name = deviceWord(words, 'name');
  if (name === null) return NO_DEV;
  if (!words.accept('type'))
    return words.done ? err('Not enough information: "type" argument is required') : garbage(words, 'dev');
  const type = words.take();
  switch (type) {
    case 'bridge':
      return done(netns.addBridge({ name }, by));
    case 'dummy':
      return done(netns.addDummy({ name }, by));
    case 'veth': {
      const peer = words.accept('peer') ? peerOf(netns, words) : ok({ name: freeName(netns, 'veth'), netns });
      if (!peer.ok) return peer;
      return words.done ? done(netns.addVeth({ name, peer: peer.value }, by)) : garbage(words, 'dev');
    }
    case null:
      return INCOMPLETE;
    default:
      return KNOWN_TYPES.has(type) ? notSimulated(`ip link add type ${type}`) : err('Error: Unknown device type.');
  }
}

/** `peer [name NAME] [netns NAME]`. */
function peerOf(netns: Netns, words: Words): Result<{ readonly name: string; readonly netns: Netns }, string> {
  let peer: { name: string | null; netns: Netns } = { name: null, netns };
  while (!words.done) {
    if (words.accept('netns')) {
      const to = netnsWord(netns, words);
      if (!to.ok) return to;
      peer = { ...peer, netns: to.value };
    } else if (peer.name === null) {
      const name = deviceWord(words, 'name');
      if (name === null) return INCOMPLETE;
      peer = { ...peer, name };
    } else break;
  }
  return ok({ netns: peer.netns, name: peer.name ?? freeName(peer.netns, 'veth') });
}

/** The name of a namespace, or the process 1, which is in the machine's own. */
function netnsWord({ kernel }: Netns, words: Words): Result<Netns, string> {
  const word = words.take();
  if (word === null) return INCOMPLETE;
  const found = word === '1' ? ok(kernel.root) : namedNetns(kernel, word);
  return found.ok ? found : err(`Error: argument "${word}" is wrong: Invalid "netns" value`);
}

/** Types a real kernel knows and a user may make here by other ways or not at all. */
const KNOWN_TYPES: ReadonlySet<string> = new Set([
  'vxlan',
  'ipip',
  'vlan',
  'macvlan',
  'ipvlan',
  'gre',
  'geneve',
  'tun',
  'bond',
  'vrf',
  'wireguard',
]);

/** The kernel's own choice: `veth0`, `veth1` … (dev_alloc_name). */
function freeName(netns: Netns, stem: string): string {
  for (let number = 0; ; number++) if (netns.link(`${stem}${number}`) === undefined) return `${stem}${number}`;
}

function remove(netns: Netns, words: Words, by: Provenance): ToolResult {
  const name = deviceWord(words, 'dev');
  if (name === null) return NO_DEV;
  if (netns.link(name)?.kind === 'loopback') return err('RTNETLINK answers: Operation not supported');
  return done(netns.deleteLink(name, by));
}

function set(netns: Netns, words: Words, by: Provenance): ToolResult {
  const name = deviceWord(words, 'dev');
  if (name === null) return NO_DEV;
  const changes: Changes = {};
  const place: NewPlace = { netns: null, name: null };
  while (!words.done) {
    const changed = takePlace(netns, words, place) ?? takeChange(netns, words, changes);
    if (!changed.ok) return changed;
  }
  const dev = netns.link(name);
  if (dev === undefined) return err(`Cannot find device "${name}"`);
  if (place.netns !== null || place.name !== null) return changePlace(netns, name, place, changes, by);
  if (changes.mtu !== undefined) {
    const fits = checkMtu(netns, name, changes.mtu);
    if (!fits.ok) return fits;
  }
  if (changes.master === name) return err('RTNETLINK answers: Invalid argument');
  return done(netns.setLink(name, changes, by));
}

/** Another namespace or another name for a device. */
interface NewPlace {
  netns: Netns | null;
  name: string | null;
}

/** Null where the next word is about something else. */
function takePlace(netns: Netns, words: Words, place: NewPlace): ToolResult | null {
  if (words.accept('netns')) {
    const to = netnsWord(netns, words);
    if (!to.ok) return to;
    place.netns = to.value;
    return DONE;
  }
  if (!words.accept('name')) return null;
  place.name = words.take();
  return place.name === null ? INCOMPLETE : DONE;
}

function changePlace(netns: Netns, name: string, place: NewPlace, changes: Changes, by: Provenance): ToolResult {
  if (Object.keys(changes).length > 0) return notSimulated('ip link set with a namespace or a name among other changes');
  if (place.netns === netns) return DONE;
  if (netns.link(name)?.kind === 'loopback' && place.netns !== null) return err('Error: The interface netns is immutable.');
  if (place.netns === null) return done(renameLink(netns, name, place.name ?? name));
  if (place.name !== null) return notSimulated('ip link set with a namespace and a name');
  return done(moveLink(netns, name, place.netns, by));
}

type Changes = { -readonly [K in keyof LinkChanges]: LinkChanges[K] };

function takeChange(netns: Netns, words: Words, changes: Changes): ToolResult {
  const word = words.take();
  switch (word) {
    case 'up':
    case 'down':
      changes.up = word === 'up';
      return DONE;
    case 'nomaster':
      changes.master = null;
      return DONE;
    case 'mtu':
      return numbered(words, 'mtu', (mtu) => void (changes.mtu = mtu));
    case 'master': {
      const master = words.take();
      if (master === null) return INCOMPLETE;
      if (netns.link(master) === undefined) return err(`Error: argument "${master}" is wrong: Device does not exist`);
      changes.master = master;
      return DONE;
    }
    case 'address': {
      const text = words.take();
      const mac = text === null ? null : parseMac(text.toLowerCase());
      if (text === null) return INCOMPLETE;
      if (mac === null) return err(`"${text}" is invalid lladdr.`);
      changes.mac = mac;
      return DONE;
    }
    case 'promisc': {
      const value = words.take();
      if (value === null) return INCOMPLETE;
      if (value !== 'on' && value !== 'off') return err(`Error: argument of "promisc" must be "on" or "off", not "${value}"`);
      changes.promisc = value === 'on';
      return DONE;
    }
    case 'txqueuelen':
    case 'arp':
    case 'type':
      return notSimulated(`ip link set ${word}`);
    default:
      return err(`Error: either "dev" is duplicate, or "${word ?? ''}" is a garbage.`);
  }
}

function numbered(words: Words, name: string, take: (value: number) => void): ToolResult {
  const text = words.take();
  if (text === null) return INCOMPLETE;
  if (!/^\d+$/.test(text)) return err(`Error: argument "${text}" is wrong: Invalid "${name}" value`);
  take(Number(text));
  return DONE;
}

/** dev_validate_mtu, vxlan_change_mtu. */
function checkMtu(netns: Netns, name: string, mtu: number): ToolResult {
  const dev = netns.link(name);
  if (mtu < MIN_MTU) return err('Error: mtu less than device minimum.');
  if (mtu > MAX_MTU) return err('Error: mtu greater than device maximum.');
  const lower = dev instanceof Vxlan ? netns.link(dev.lower) : undefined;
  return lower !== undefined && mtu > lower.mtu - VXLAN_ROOM ? err('RTNETLINK answers: Invalid argument') : DONE;
}

function garbage(words: Words, before: string): ToolResult {
  return err(`Error: either "${before}" is duplicate, or "${words.peek() ?? ''}" is a garbage.`);
}

function done(result: Result<void, string>): ToolResult {
  return result.ok ? ok('') : result;
}
