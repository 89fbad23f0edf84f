/** A rule or a policy written by hand, as a firewall script or Docker leaves it: `-I FORWARD -p tcp --dport 80 -j DROP`. */
import { err, ok } from '../../lib/result.ts';
import type { Command } from '../commands.ts';
import type { World } from '../world.ts';
import type { Fault, FaultKind } from './fault.ts';
import { kernelOf, netnsRef, rootsOf } from './place.ts';

type IptablesFault = Extract<Fault, { kind: 'iptables' }>;

/** `-t nat -I FORWARD 1 -p tcp -j DROP` in its parts. */
const ADDED = /^(?:(-t \S+) )?(?:-A|-I|--append|--insert) (\S+)(?: \d+(?= ))? (.+)$/;
const POLICY = /^(?:(-t \S+) )?(?:-P|--policy) (\S+) (ACCEPT|DROP)$/;

/** How the change is taken back, and the line that succeeds as long as it is there; null for what adds nothing. */
function inverse(args: string): { readonly undo: string; readonly check: string | null } | null {
  const [added, table = '', chain = '', rule = ''] = ADDED.exec(args) ?? [];
  const at = (flag: string): string => `${table === '' ? '' : `${table} `}${flag} ${chain} ${rule}`;
  if (added !== undefined) return { undo: at('-D'), check: at('-C') };
  const [policy, of = '', base = '', target = ''] = POLICY.exec(args) ?? [];
  if (policy === undefined) return null;
  return { undo: `${of === '' ? '' : `${of} `}-P ${base} ${target === 'DROP' ? 'ACCEPT' : 'DROP'}`, check: null };
}

export const iptablesFault: FaultKind<IptablesFault> = {
  plan(world, { node, args: given }) {
    const args = given.trim().replaceAll(/\s+/g, ' ');
    if (kernelOf(world, node) === undefined) return err(`nodes "${node}" not found`);
    const back = inverse(args);
    if (back === null) return err('a fault adds a rule (-A, -I) or sets a policy (-P)');
    const there = (): boolean => (back.check === null ? policyHolds(world, node, args) : passes(world, node, back.check));
    if (there()) return err(`${args}: is there already`);
    const run = (text: string): Command => ({ kind: 'iptables', node, args: text });
    return ok({ inject: [run(args)], repair: () => (there() ? [run(back.undo)] : []), at: [netnsRef({ node })] });
  },
  candidates: (world) => rootsOf(world).map(({ node }) => ({ kind: 'iptables', node, args: '-I FORWARD -j DROP' }) as const),
};

/** Whether a line that only asks (`-C`) says yes. */
function passes(world: World, node: string, check: string): boolean {
  const run = kernelOf(world, node)?.root.netfilter.command(check, { actor: 'user', action: 'iptables', object: null });
  return run?.exitCode === 0;
}

function policyHolds(world: World, node: string, args: string): boolean {
  const [, table = '-t filter', chain = '', target = ''] = POLICY.exec(args) ?? [];
  const name = table.slice('-t '.length);
  const ruleset = kernelOf(world, node)?.root.netfilter.ruleset;
  if (ruleset === undefined || (name !== 'raw' && name !== 'mangle' && name !== 'nat' && name !== 'filter')) return false;
  return ruleset[name].chains.get(chain)?.policy === target;
}
