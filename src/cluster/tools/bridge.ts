/**
 * `bridge fdb add|append|replace|del` and `bridge link set … hairpin` (iproute2 bridge/fdb.c fdb_modify, bridge/link.c brlink_modify).
 *
 * Simplification: forwarding entries of VXLAN devices only; of a port's flags, hairpin only.
 */
import { parseMac, type Mac } from '../../lib/mac.ts';
import type { IpAddr } from '../../lib/ip.ts';
import type { Provenance } from '../../lib/provenance.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { Vxlan } from '../../net/dev/vxlan.ts';
import type { Netns } from '../../net/netns.ts';
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

const FDB_COMMANDS = ['add', 'append', 'replace', 'delete', 'show', 'list', 'flush', 'get'] as const;

export function bridge(netns: Netns, words: Words, by: Provenance): ToolResult {
  const word = words.take();
  if (word === null) return err('Usage: bridge [ OPTIONS ] OBJECT { COMMAND | help }');
  switch (abbreviated(word, ['link', 'fdb', 'mdb', 'vlan', 'monitor'])) {
    case 'link':
      return link(netns, words, by);
    case 'fdb':
      return fdb(netns, words, by);
    case 'mdb':
    case 'vlan':
    case 'monitor':
      return notSimulated(`bridge ${word}`);
    case null:
      return err(`Object "${word}" is unknown, try "bridge help".`);
  }
}

interface FdbSpec {
  readonly mac: Mac;
  readonly dev: string;
  readonly dst: IpAddr | null;
}

function fdb(netns: Netns, words: Words, by: Provenance): ToolResult {
  const word = words.take() ?? 'show';
  const command = abbreviated(word, FDB_COMMANDS);
  switch (command) {
    case 'add':
    case 'append':
    case 'replace':
    case 'delete': {
      const spec = takeFdb(words);
      return spec.ok ? modifyFdb(netns, command, spec.value, by) : spec;
    }
    case 'show':
    case 'list':
    case 'flush':
    case 'get':
      return notSimulated(`bridge fdb ${command}`);
    case null:
      return unknownCommand(word, 'bridge fdb');
  }
}

function modifyFdb(
  netns: Netns,
  command: 'add' | 'append' | 'replace' | 'delete',
  { mac, dev, dst }: FdbSpec,
  by: Provenance,
): ToolResult {
  const device = netns.link(dev);
  if (device === undefined) return err(`Cannot find device "${dev}"`);
  if (!(device instanceof Vxlan)) return notSimulated(`bridge fdb ${command} on a ${device.kind} device`);
  if (command === 'delete') return done(netns.deleteFdb(dev, mac));
  if (command === 'append') return notSimulated('bridge fdb append');
  if (command === 'add' && device.fdbView().some((entry) => entry.mac === mac)) return err('RTNETLINK answers: File exists');
  return dst === null ? err('RTNETLINK answers: Invalid argument') : done(netns.addFdb({ dev, mac, dst }, by));
}

const FDB_FLAGS: ReadonlySet<string> = new Set(['self', 'permanent', 'static', 'local', 'dynamic']);

function takeFdb(words: Words): Result<FdbSpec, string> {
  let mac: string | null = null;
  let dev: string | null = null;
  let dst: IpAddr | null = null;
  while (!words.done) {
    const word = words.take() ?? '';
    if (FDB_FLAGS.has(word)) continue;
    if (word === 'master' || word === 'vlan' || word === 'vni' || word === 'port' || word === 'via')
      return err(`bridge fdb ${word}: not simulated`);
    const value = word === 'dev' || word === 'dst' || word === 'to' ? words.take() : word;
    if (value === null) return INCOMPLETE;
    if (word === 'dev') dev = value;
    else if (word === 'dst') {
      const addr = addressWord(value);
      if (!addr.ok) return addr;
      dst = addr.value;
    } else mac = value;
  }
  if (mac === null || dev === null) return err('Device and address are required arguments.');
  const parsed = parseMac(mac.toLowerCase());
  return parsed === null ? err(`Invalid mac address ${mac}`) : ok({ mac: parsed, dev, dst });
}

function link(netns: Netns, words: Words, by: Provenance): ToolResult {
  const word = words.take() ?? 'show';
  if (abbreviated(word, ['set', 'show', 'list']) === null) return unknownCommand(word, 'bridge link');
  if (word !== 'set') return notSimulated(`bridge link ${word}`);
  let dev: string | null = null;
  let hairpin: boolean | null = null;
  while (!words.done) {
    const name = words.take() ?? '';
    const value = words.take();
    if (value === null) return INCOMPLETE;
    if (name === 'dev') dev = value;
    else if (name !== 'hairpin') return notSimulated(`bridge link set ${name}`);
    else if (value !== 'on' && value !== 'off')
      return err(`Error: argument of "hairpin" must be one of "off", "on", not "${value}"`);
    else hairpin = value === 'on';
  }
  if (dev === null) return err('Device is a required argument.');
  const device = netns.link(dev);
  if (device === undefined) return err(`Cannot find bridge device "${dev}"`);
  if (device.master === null) return err('RTNETLINK answers: Operation not supported');
  return hairpin === null ? DONE : done(netns.setLink(dev, { hairpin }, by));
}

function done(result: Result<void, string>): ToolResult {
  return result.ok ? DONE : result;
}
