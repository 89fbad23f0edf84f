/** A sysctl with a value that breaks something: `net.ipv4.ip_forward = 0`, `net.netfilter.nf_conntrack_max = 1`. */
import { err, ok } from '../../lib/result.ts';
import type { Fault, FaultKind } from './fault.ts';
import { kernelOf, netnsRef, rootsOf } from './place.ts';

type SysctlFault = Extract<Fault, { kind: 'sysctl' }>;

/** Values that are worth a search. */
const BREAKING = [
  ['net.ipv4.ip_forward', '0'],
  ['net.bridge.bridge-nf-call-iptables', '0'],
] as const;

export const sysctlFault: FaultKind<SysctlFault> = {
  plan(world, { node, name, value }) {
    const before = kernelOf(world, node)?.root.sysctl.get(name) ?? null;
    if (kernelOf(world, node) === undefined) return err(`nodes "${node}" not found`);
    if (before === value) return err(`${name} is ${value} already`);
    const now = (): string | null => kernelOf(world, node)?.root.sysctl.get(name) ?? null;
    return ok({
      inject: [{ kind: 'sysctl', node, name, value }],
      repair: () => (before !== null && now() === value ? [{ kind: 'sysctl', node, name, value: before }] : []),
      at: [netnsRef({ node })],
    });
  },
  candidates: (world) =>
    rootsOf(world).flatMap(({ node, root }) =>
      BREAKING.filter(([name, value]) => root.sysctl.get(name) !== value).map(
        ([name, value]) => ({ kind: 'sysctl', node, name, value }) as const,
      ),
    ),
};
