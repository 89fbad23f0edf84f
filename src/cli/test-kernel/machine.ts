/**
 * Whether this machine lets us build networks of our own: Linux, root, the tools, namespaces, and a kernel that knows iptables.
 */
import { spawnSync } from 'node:child_process';
import { missingNetworkTools } from '../../../scripts/network-tools.ts';

/** One rule of each kind kube-proxy cannot do without. */
const RULES = `*nat
-A POSTROUTING -m comment --comment "test" -m mark --mark 0x4000/0x4000 -j MASQUERADE --random-fully
-A POSTROUTING -m statistic --mode random --probability 0.5 -j RETURN
COMMIT
*filter
-A FORWARD -m conntrack --ctstate INVALID -j DROP
COMMIT
`;

/** Why nothing can be compared here; null where it can. Missing tools are installed only where asked for. */
export function hindrance(prefix: string, { install }: { readonly install: boolean }): string | null {
  if (process.platform !== 'linux') return 'needs Linux: packets go through its kernel';
  if (process.getuid?.() !== 0) return 'needs root: it makes network namespaces';
  const missing = missingNetworkTools({ install });
  if (missing.length > 0) return `needs ${missing.join(', ')}`;
  return refusedByKernel(`${prefix}_test`);
}

function refusedByKernel(netns: string): string | null {
  try {
    return (
      refusal(['netns', 'add', netns], 'no network namespace can be made here') ??
      refusal(['netns', 'exec', netns, 'iptables-restore'], 'iptables does not work here', RULES)
    );
  } finally {
    spawnSync('ip', ['netns', 'del', netns]);
  }
}

function refusal(argv: readonly string[], what: string, input = ''): string | null {
  const ran = spawnSync('ip', argv, { input, encoding: 'utf8' });
  return ran.status === 0 ? null : `${what}: ${ran.stderr.trim()}`;
}
