/**
 * A command line on a machine, as root would type it: `ip`, `bridge`, `tc`, `sysctl -w`, `iptables`, `conntrack`, and servers started by hand,
 * each in its own words.
 * What only shows state is not run here: the snapshot has it.
 */
import type { Provenance } from '../../lib/provenance.ts';
import { err, ok } from '../../lib/result.ts';
import type { Netns } from '../../net/netns.ts';
import { bridge } from './bridge.ts';
import { conntrack } from './conntrack.ts';
import type { HandServers } from './hand-servers.ts';
import { ip } from './ip.ts';
import { tc } from './tc.ts';
import { DONE, INCOMPLETE, notSimulated, Words, type ToolResult } from './words.ts';

/** Runs the line in a namespace; a refusal changes nothing. */
export function runTool(netns: Netns, line: string, actor: string, servers: HandServers): ToolResult {
  return runWords(netns, new Words(line), { actor, servers });
}

interface Shell {
  readonly actor: string;
  readonly servers: HandServers;
}

/** Clients: what they send is a journey. */
const CLIENTS: ReadonlySet<string> = new Set(['curl', 'wget', 'ping', 'nc', 'nslookup', 'dig', 'traceroute']);

function runWords(netns: Netns, words: Words, shell: Shell): ToolResult {
  const { actor, servers } = shell;
  const tool = words.take();
  const by: Provenance = { actor, action: tool ?? '', object: null };
  switch (tool) {
    case null:
      return INCOMPLETE;
    case 'ip':
      return ip(netns, words, by, (inner, rest) => runWords(inner, rest, shell));
    case 'bridge':
      return bridge(netns, words, by);
    case 'tc':
      return tc(netns, words, by);
    case 'conntrack':
      return conntrack(netns, words);
    case 'sysctl':
      return sysctl(netns, words);
    case 'iptables': {
      const run = netns.netfilter.command(words.rest(), by);
      return run.exitCode === 0 ? ok(run.stdout) : err(run.stderr);
    }
    case 'pkill':
      return servers.pkill(netns.kernel, words);
    default:
      if (/^python3?$/.test(tool)) return servers.python(netns, tool, words);
      return CLIENTS.has(tool) ? err(`${tool}: packets are sent with "Send packet", from any place`) : notSimulated(tool);
  }
}

/** `sysctl -w NAME=VALUE`; the flag may be left out, as in procps-ng. */
function sysctl(netns: Netns, words: Words): ToolResult {
  words.accept('-w');
  const [, name = '', value = ''] = /^([^=\s]+)\s*=\s*(.*)$/.exec(words.rest()) ?? [];
  if (name === '') return words.done ? err('sysctl: no variables specified') : notSimulated('sysctl without a value');
  const set = netns.sysctl.set(name, value);
  return set.ok ? DONE : set;
}
