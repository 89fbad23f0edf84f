/**
 * Which nat rule can be the first to decide a packet, read from the rules alone: chains are walked as the kernel would, rules
 * whose `-d`, `-p` or `--dport` name something else are passed, jumps without conditions are followed.
 */
import { cidrContains, parseCidr } from '../../lib/cidr.ts';
import { parseIp } from '../../lib/ip.ts';
import { ruleColumns, targetChain } from '../dock/rule-text.ts';
import type { ChainView, NetfilterView, RuleView } from '../store/views.ts';

export interface Aim {
  readonly hook: 'PREROUTING' | 'OUTPUT';
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
}

export interface FirstRule {
  readonly chain: string;
  readonly number: number;
  readonly text: string;
}

/** The first rule that names the packet's destination address or port; null when none does, and it goes on as it is. */
export function firstRule(netfilter: NetfilterView, aim: Aim): FirstRule | null {
  const { chains } = netfilter.ruleset.nat;
  const start = chains.get(aim.hook);
  return start === undefined ? null : walk(start, chains, aim, new Set());
}

function walk(chain: ChainView, chains: ReadonlyMap<string, ChainView>, aim: Aim, seen: Set<string>): FirstRule | null {
  if (seen.has(chain.name)) return null;
  seen.add(chain.name);
  for (const [index, rule] of chain.rules.entries()) {
    const agreement = agrees(rule, aim);
    if (agreement === 'no') continue;
    if (agreement === 'named') return { chain: chain.name, number: index + 1, text: rule.text };
    const next = chains.get(targetChain(rule) ?? '');
    const found = next === undefined ? null : walk(next, chains, aim, seen);
    if (found !== null) return found;
  }
  return null;
}

/** `no`: it cannot match. `named`: it names this address or port. `open`: nothing in it speaks of the destination. */
function agrees(rule: RuleView, aim: Aim): 'no' | 'named' | 'open' {
  const columns = ruleColumns(rule.text);
  if (columns.prot !== 'all' && columns.prot !== aim.protocol) return 'no';
  const dport = /(!\s+)?--dport (\d+)(?::(\d+))?/.exec(columns.rest);
  if (dport !== null) {
    const low = Number(dport[2]);
    const within = aim.port >= low && aim.port <= Number(dport[3] ?? low);
    if (within === (dport[1] !== undefined)) return 'no';
  }
  const { destination } = columns;
  if (destination === '0.0.0.0/0') return dport === null ? 'open' : 'named';
  const negated = destination.startsWith('!');
  if (contains(destination.replace('!', ''), aim.address) === negated) return 'no';
  return negated ? 'open' : 'named';
}

function contains(cidr: string, address: string): boolean {
  const range = parseCidr(cidr.includes('/') ? cidr : `${cidr}/32`);
  const ip = parseIp(address);
  return range !== null && ip !== null && cidrContains(range, ip);
}
