/** Chain patterns: a name, with `*` for any run of characters. */
import type { NetfilterView } from '../store/views.ts';

export function matchesPattern(pattern: string, name: string): boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`, 'i').test(name);
}

/** Names of the chains, of any table, that a pattern means. */
export function matchingChains(netfilter: NetfilterView, pattern: string): readonly string[] {
  if (pattern === '') return [];
  const names = Object.values(netfilter.ruleset).flatMap((table) => [...table.chains.keys()]);
  return [...new Set(names)].filter((name) => matchesPattern(pattern, name));
}
