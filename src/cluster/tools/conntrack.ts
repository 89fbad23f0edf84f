/**
 * `conntrack -D` and `conntrack -F`: entries are deleted by what is known of them, or all of them (conntrack-tools 1.4.7 src/conntrack.c).
 *
 * Simplification: entries are neither made nor changed by hand (`-I`, `-U`); addresses are whole ones, without masks.
 */
import { parseIp } from '../../lib/ip.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Conn } from '../../net/netfilter/conntrack-types.ts';
import { conntrackLine } from '../../net/netfilter/conntrack-print.ts';
import type { Netns } from '../../net/netns.ts';
import { notSimulated, type ToolResult, type Words } from './words.ts';

const SAYS = 'conntrack v1.4.7 (conntrack-tools): ';
const HELP = "Try `conntrack -h' or 'conntrack --help' for more information.";

interface Option {
  readonly of: 'protocol' | 'address' | 'port';
  readonly value: (conn: Conn) => string | number | null;
}

const ORIG_SRC: Option = { of: 'address', value: ({ original }) => original.src };
const ORIG_DST: Option = { of: 'address', value: ({ original }) => original.dst };
const REPLY_SRC: Option = { of: 'address', value: ({ reply }) => reply.src };
const REPLY_DST: Option = { of: 'address', value: ({ reply }) => reply.dst };
const SRC_NAT: Option = { of: 'address', value: ({ reply, srcNat }) => (srcNat ? reply.dst : null) };
const DST_NAT: Option = { of: 'address', value: ({ reply, dstNat }) => (dstNat ? reply.src : null) };
const PROTOCOL: Option = { of: 'protocol', value: ({ original }) => original.protocol };
const ORIG_SPORT: Option = { of: 'port', value: ({ original }) => original.sport };
const ORIG_DPORT: Option = { of: 'port', value: ({ original }) => original.dport };

const OPTIONS: ReadonlyMap<string, Option> = new Map([
  ['-s', ORIG_SRC],
  ['--src', ORIG_SRC],
  ['--orig-src', ORIG_SRC],
  ['-d', ORIG_DST],
  ['--dst', ORIG_DST],
  ['--orig-dst', ORIG_DST],
  ['-r', REPLY_SRC],
  ['--reply-src', REPLY_SRC],
  ['-q', REPLY_DST],
  ['--reply-dst', REPLY_DST],
  ['-n', SRC_NAT],
  ['--src-nat', SRC_NAT],
  ['-g', DST_NAT],
  ['--dst-nat', DST_NAT],
  ['-p', PROTOCOL],
  ['--proto', PROTOCOL],
  ['--protonum', PROTOCOL],
  ['--sport', ORIG_SPORT],
  ['--orig-port-src', ORIG_SPORT],
  ['--dport', ORIG_DPORT],
  ['--orig-port-dst', ORIG_DPORT],
  ['--reply-port-src', { of: 'port', value: ({ reply }) => reply.sport }],
  ['--reply-port-dst', { of: 'port', value: ({ reply }) => reply.dport }],
]);

const NAT: ReadonlySet<Option> = new Set([SRC_NAT, DST_NAT]);

const PROTOCOLS: ReadonlySet<string> = new Set(['tcp', 'udp', 'icmp']);

/** Options of ports belong to these. */
const WITH_PORTS: ReadonlySet<string> = new Set(['tcp', 'udp']);

export function conntrack(netns: Netns, words: Words): ToolResult {
  const command = words.take();
  switch (command) {
    case '-F':
    case '--flush':
      netns.netfilter.conntrack.flush();
      netns.touch();
      return ok(`${SAYS}connection tracking table has been emptied.`);
    case '-D':
    case '--delete': {
      const conditions = takeConditions(words);
      return conditions.ok ? deleteWhere(netns, conditions.value) : conditions;
    }
    default:
      return notSimulated(command === null ? 'conntrack without a command' : `conntrack ${command}`);
  }
}

interface Condition {
  readonly option: Option;
  readonly word: string;
}

function takeConditions(words: Words): Result<readonly Condition[], string> {
  const conditions: Condition[] = [];
  let protocol = '';
  for (let name = words.take(); name !== null; name = words.take()) {
    if (!name.startsWith('-')) return err(`${SAYS}unknown type \`${name}'\n${HELP}`);
    const option = OPTIONS.get(name);
    // The library of the protocol brings the options of ports: before -p they are unknown.
    if (option === undefined || (option.of === 'port' && !WITH_PORTS.has(protocol)))
      return err(`${SAYS}unknown option \`${name}'\n${HELP}`);
    const word = words.take();
    // Of an address that nat gave, any one will do when none is named.
    if (word === null && NAT.has(option)) return err(`conntrack ${name} without an address: not simulated`);
    if (word === null) return err(`${SAYS}option \`${name}' requires an argument\n${HELP}`);
    if (option.of === 'protocol') {
      if (!PROTOCOLS.has(word)) return err(`${SAYS}\`${word}' unsupported protocol\n${HELP}`);
      protocol = word;
    }
    if (option.of === 'address' && parseIp(word) === null)
      return /^[\d./]+$/.test(word)
        ? err(`conntrack ${name} ${word}: not simulated`)
        : err(`${SAYS}Invalid IP address \`${word}'\n${HELP}`);
    conditions.push({ option, word });
  }
  return ok(conditions);
}

function deleteWhere(netns: Netns, conditions: readonly Condition[]): ToolResult {
  const gone = netns.netfilter.conntrack.delete((conn) =>
    conditions.every(({ option, word }) => String(option.value(conn)) === word),
  );
  const said = `${SAYS}${gone.length} flow entries have been deleted.`;
  if (gone.length === 0) return err(said);
  netns.touch();
  return ok([...gone.map((conn) => conntrackLine(conn, netns.kernel.sim.now)), said].join('\n'));
}
