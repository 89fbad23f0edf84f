/**
 * IP sets of a namespace: named lists of addresses that rules ask with `-m set --match-set` (net/netfilter/ipset/ip_set_core.c,
 * ip_set_hash_ip.c, ip_set_hash_netgen; ipset 7.17).
 *
 * `restore` is the only door, as iptables-restore is for rules; `save` is what `ipset save` prints. A set is a value: a change makes a
 * new one, so a trace may keep the sets a packet was held against.
 * Simplification: types hash:ip and hash:net, IPv4 only; options timeout, counters, skbinfo, netmask, bucketsize and initval are refused;
 * members are listed in the order they came, not in that of the kernel's hash table, whose size does not grow.
 */
import { maskOf } from '../../lib/cidr.ts';
import { ipFromU32, parseU32 } from '../../lib/ip.ts';
import type { Provenance } from '../../lib/provenance.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Instant } from '../../sim/sim.ts';
import { restoreWords } from './words.ts';

export type IpsetType = 'hash:ip' | 'hash:net';

export interface IpsetMember {
  readonly addr: number;
  /** Prefix length; 32 for every member of hash:ip. */
  readonly length: number;
  /** hash:net: an exception to a shorter prefix. */
  readonly nomatch: boolean;
  readonly comment: string | null;
}

export interface Ipset {
  readonly name: string;
  readonly type: IpsetType;
  readonly hashsize: number;
  readonly maxelem: number;
  /** Members may carry a comment. */
  readonly comment: boolean;
  readonly initval: number;
  /** By `address/length`, in the order they were added. */
  readonly members: ReadonlyMap<string, IpsetMember>;
  readonly madeBy: Provenance;
  readonly madeAt: Instant;
}

export type Ipsets = ReadonlyMap<string, Ipset>;

export interface IpsetError {
  /** 1-based line of the text; 0 where the tool names none. */
  readonly line: number;
  /** What the tool prints on standard error. */
  readonly text: string;
}

/** What sets need of the namespace they are in. */
export interface IpsetHost {
  now(): Instant;
  changed(): void;
  /** A hash seed for a new set. */
  initval(): number;
  /** True while a rule names the set. */
  inUse(name: string): boolean;
}

const TOOL = 'ipset v7.17:';
const MAX_NAME = 31;
const TYPES: ReadonlySet<string> = new Set<IpsetType>(['hash:ip', 'hash:net']);
const FULL = 'Hash is full, cannot add more elements';
/** Types ipset has that are not simulated. */
const OTHER_TYPES: ReadonlySet<string> = new Set([
  'bitmap:ip',
  'bitmap:ip,mac',
  'bitmap:port',
  'hash:ip,mac',
  'hash:ip,mark',
  'hash:ip,port',
  'hash:ip,port,ip',
  'hash:ip,port,net',
  'hash:mac',
  'hash:net,iface',
  'hash:net,net',
  'hash:net,port',
  'hash:net,port,net',
  'list:set',
]);

/** Refused by tool or kernel, in its words. */
class Refused extends Error {}

/** Words the tool does not know: it says how to get help, and no line. */
class Unknown extends Error {}

function isType(name: string): name is IpsetType {
  return TYPES.has(name);
}

/** Is the address in the set? The longest prefix that has it decides. */
export function ipsetHas(set: Ipset, addr: number): boolean {
  if (set.type === 'hash:ip') return set.members.has(`${addr}/32`);
  for (let length = 32; length > 0; length--) {
    const member = set.members.get(`${(addr & maskOf(length)) >>> 0}/${length}`);
    if (member !== undefined) return !member.nomatch;
  }
  return false;
}

/** A member as `ipset save` writes it after the set's name. */
export function ipsetMemberText({ addr, length, nomatch, comment }: IpsetMember): string {
  const prefix = length === 32 ? ipFromU32(addr) : `${ipFromU32(addr)}/${length}`;
  return `${prefix}${nomatch ? ' nomatch' : ''}${comment === null ? '' : ` comment "${comment}"`}`;
}

/** The options a set was made with, `family inet hashsize 1024 …`. */
export function ipsetHeader({ hashsize, maxelem, comment, initval }: Ipset): string {
  const seed = `0x${initval.toString(16).padStart(8, '0')}`;
  return `family inet hashsize ${hashsize} maxelem ${maxelem}${comment ? ' comment' : ''} bucketsize 12 initval ${seed}`;
}

export class IpsetTable {
  readonly #host: IpsetHost;
  #sets: Ipsets = new Map();

  constructor(host: IpsetHost) {
    this.#host = host;
  }

  /** The sets by name; the same map until one changes. */
  get sets(): Ipsets {
    return this.#sets;
  }

  /** `ipset restore`: line by line, up to the first that is refused. `-exist` in a line, or in the options, forgives what is so already. */
  restore(text: string, options: { readonly by: Provenance; readonly exist?: boolean }): Result<void, IpsetError> {
    for (const [index, line] of text.split('\n').entries()) {
      if (line.trim() === '' || line.startsWith('#') || line.trim() === 'COMMIT') continue;
      const words = restoreWords(line);
      const exist = options.exist === true || words.some(isExist);
      const [command = '', ...rest] = words.filter((word) => !isExist(word));
      const refused = this.#attempt(command, rest, { exist, by: options.by });
      if (refused === null) {
        this.#host.changed();
        continue;
      }
      if (refused instanceof Unknown)
        return err({ line: 0, text: `${TOOL} ${refused.message}\nTry \`ipset help' for more information.\n` });
      return err({ line: index + 1, text: `${TOOL} Error in line ${index + 1}: ${refused.message}\n` });
    }
    return ok(undefined);
  }

  /** `ipset save`, of one set or of all. */
  save(name: string | null = null): string {
    let text = '';
    for (const set of this.#sets.values()) {
      if (name !== null && name !== set.name) continue;
      text += `create ${set.name} ${set.type} ${ipsetHeader(set)}\n`;
      for (const member of set.members.values()) text += `add ${set.name} ${ipsetMemberText(member)}\n`;
    }
    return text;
  }

  #attempt(
    command: string,
    words: readonly string[],
    how: { readonly exist: boolean; readonly by: Provenance },
  ): Refused | Unknown | null {
    try {
      this.#run(command, words, how);
      return null;
    } catch (error) {
      if (error instanceof Refused || error instanceof Unknown) return error;
      throw error;
    }
  }

  #run(command: string, words: readonly string[], how: { readonly exist: boolean; readonly by: Provenance }): void {
    const [name = '', ...rest] = words;
    switch (command) {
      case 'create':
      case '-N':
        this.#create(name, rest, how);
        return;
      case 'add':
      case '-A':
        this.#add(this.#find(name), rest, how.exist);
        return;
      case 'del':
      case '-D':
        this.#delete(this.#find(name), rest, how.exist);
        return;
      case 'flush':
      case '-F':
        this.#put({ ...this.#find(name), members: new Map() });
        return;
      case 'destroy':
      case '-X':
        this.#destroy(this.#find(name));
        return;
      case 'swap':
      case '-W':
        this.#swap(this.#find(name), this.#find(rest[0] ?? ''));
        return;
      default:
        throw new Unknown(`No command specified: unknown argument ${command}`);
    }
  }

  #find(name: string): Ipset {
    const set = this.#sets.get(name);
    if (set === undefined) throw new Refused('The set with the given name does not exist');
    return set;
  }

  #put(set: Ipset): void {
    this.#sets = new Map([...this.#sets, [set.name, set]]);
  }

  #create(name: string, words: readonly string[], how: { readonly exist: boolean; readonly by: Provenance }): void {
    if (name === '' || name.length > MAX_NAME)
      throw new Refused(`Syntax error: setname '${name}' is longer than ${MAX_NAME} characters`);
    const [type = '', ...options] = words;
    if (!isType(type)) {
      if (OTHER_TYPES.has(type)) throw new Refused(`Syntax error: typename '${type}' is not simulated`);
      throw new Refused(`Syntax error: typename '${type}' is unknown`);
    }
    const given = createOptions(options);
    const known = this.#sets.get(name);
    if (known !== undefined) {
      const same = known.type === type && known.comment === given.comment && known.maxelem === given.maxelem;
      if (how.exist && same) return;
      throw new Refused('Set cannot be created: set with the same name already exists');
    }
    this.#put({
      name,
      type,
      ...given,
      initval: this.#host.initval(),
      members: new Map(),
      madeBy: how.by,
      madeAt: this.#host.now(),
    });
  }

  #add(set: Ipset, words: readonly string[], exist: boolean): void {
    const members = new Map(set.members);
    let refused: string | null = null;
    for (const member of membersOf(set, words)) {
      const key = keyOf(member);
      if (members.has(key) && !exist) refused = "Element cannot be added to the set: it's already added";
      else if (!members.has(key) && members.size >= set.maxelem) refused = FULL;
      if (refused !== null) break;
      members.set(key, member);
    }
    // What a range had before the first refusal stays.
    this.#put({ ...set, members });
    if (refused !== null) throw new Refused(refused);
  }

  #delete(set: Ipset, words: readonly string[], exist: boolean): void {
    const members = new Map(set.members);
    for (const member of membersOf(set, words)) {
      if (!members.delete(keyOf(member)) && !exist) throw new Refused("Element cannot be deleted from the set: it's not added");
    }
    this.#put({ ...set, members });
  }

  #destroy({ name }: Ipset): void {
    if (this.#host.inUse(name)) throw new Refused('Set cannot be destroyed: it is in use by a kernel component');
    this.#sets = new Map([...this.#sets].filter(([other]) => other !== name));
  }

  /** ip_set_swap: the names change places, so a rule asks the other content. */
  #swap(a: Ipset, b: Ipset): void {
    if (a.type !== b.type) throw new Refused('The sets cannot be swapped: their type does not match');
    this.#put({ ...b, name: a.name });
    this.#put({ ...a, name: b.name });
  }
}

function isExist(word: string): boolean {
  return word === '-exist' || word === '-!';
}

function keyOf({ addr, length }: IpsetMember): string {
  return `${addr}/${length}`;
}

function createOptions(words: readonly string[]): Pick<Ipset, 'hashsize' | 'maxelem' | 'comment'> {
  let hashsize = 1024;
  let maxelem = 65536;
  let comment = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    switch (word) {
      case 'family':
        if (words[++i] !== 'inet') throw new Refused(`Syntax error: family '${words[i] ?? ''}' is not simulated`);
        break;
      case 'hashsize':
        hashsize = sizeOf(words[++i]);
        break;
      case 'maxelem':
        maxelem = sizeOf(words[++i]);
        break;
      case 'comment':
        comment = true;
        break;
      default:
        throw new Unknown(`Unknown argument: \`${word}'`);
    }
  }
  return { hashsize, maxelem, comment };
}

function sizeOf(word = ''): number {
  if (!/^\d{1,9}$/.test(word)) throw new Refused(`Syntax error: '${word}' is invalid as number`);
  return Number(word);
}

/** The members an `add` or `del` speaks of: hash:ip takes ranges apart. */
function membersOf(set: Ipset, words: readonly string[]): readonly IpsetMember[] {
  const [element = '', ...options] = words;
  const { nomatch, comment } = memberOptions(set, options);
  const dash = element.indexOf('-');
  if (set.type === 'hash:net') {
    if (dash >= 0) throw new Refused(`Syntax error: range '${element}' is not simulated for hash:net`);
    const { addr, length } = prefixWord(element);
    if (length === 0) throw new Refused('The value of the CIDR parameter of the IP address is invalid');
    return [{ addr, length, nomatch, comment }];
  }
  const { first, last } = dash < 0 ? hostsOf(element) : rangeOf(element, dash);
  const count = Math.min(last - first + 1, set.maxelem + 1);
  return Array.from({ length: count }, (_, i) => ({ addr: first + i, length: 32, nomatch, comment }));
}

function rangeOf(word: string, dash: number): { readonly first: number; readonly last: number } {
  const ends = [u32Word(word.slice(0, dash)), u32Word(word.slice(dash + 1))];
  return { first: Math.min(...ends), last: Math.max(...ends) };
}

function hostsOf(word: string): { readonly first: number; readonly last: number } {
  const { addr, length } = prefixWord(word);
  return { first: addr, last: addr + 2 ** (32 - length) - 1 };
}

function prefixWord(word: string): { readonly addr: number; readonly length: number } {
  const slash = word.indexOf('/');
  const host = u32Word(slash < 0 ? word : word.slice(0, slash));
  const suffix = slash < 0 ? '32' : word.slice(slash + 1);
  if (!/^\d+$/.test(suffix)) throw new Refused(`Syntax error: '${suffix}' is invalid as number`);
  const length = Number(suffix);
  if (length > 32) throw new Refused(`Syntax error: '${suffix}' is out of range 0-32`);
  return { addr: (host & maskOf(length)) >>> 0, length };
}

function u32Word(word: string): number {
  const value = parseU32(word);
  if (value === null) throw new Refused(`Syntax error: cannot parse ${word}: resolving to IPv4 address failed`);
  return value;
}

function memberOptions(set: Ipset, words: readonly string[]): Pick<IpsetMember, 'nomatch' | 'comment'> {
  let nomatch = false;
  let comment: string | null = null;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === 'nomatch' && set.type === 'hash:net') nomatch = true;
    else if (word === 'comment') {
      if (!set.comment) throw new Refused('Comment cannot be used: set was created without comment support');
      comment = words[++i] ?? '';
      if (comment.includes('"')) throw new Refused('Syntax error: " character is not permitted in comments');
    } else throw new Unknown(`Unknown argument: \`${word}'`);
  }
  return { nomatch, comment };
}
