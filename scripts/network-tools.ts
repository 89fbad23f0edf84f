/**
 * Finds the tools with which exported scripts build their networks, and what reads captures; as root on Debian, installs those
 * that are missing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Tools, and the Debian package of each. */
type Tools = Readonly<Record<string, string>>;

const TOOLS: Tools = {
  ip: 'iproute2',
  bridge: 'iproute2',
  'iptables-restore': 'iptables',
  'iptables-save': 'iptables',
  ipset: 'ipset',
  python3: 'python3',
};

/** What tests hold captures against, beside them. */
const READERS: Tools = { tcpdump: 'tcpdump' };

/** The tools that are missing and were not to be, or could not be, installed; none where all is there. */
export function missingNetworkTools({ install }: { readonly install: boolean }): readonly string[] {
  return missingTools(TOOLS, install);
}

/** The same of all tools that tests use. */
export function missingTestTools({ install }: { readonly install: boolean }): readonly string[] {
  return missingTools({ ...TOOLS, ...READERS }, install);
}

function missingTools(tools: Tools, install: boolean): readonly string[] {
  const missing = notFound(tools);
  if (!install || missing.length === 0 || process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return missing;
  const packages = [...new Set(missing.map((tool) => tools[tool] ?? tool))];
  process.stderr.write(`No ${missing.join(', ')} here: apt-get install ${packages.join(' ')}\n`);
  aptGet('update', '-qq');
  aptGet('install', '-y', '-qq', '--no-install-recommends', ...packages);
  return notFound(tools);
}

function notFound(tools: Tools): readonly string[] {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'].filter((folder) => folder !== '');
  return Object.keys(tools).filter((tool) => !folders.some((folder) => existsSync(join(folder, tool))));
}

function aptGet(...argv: readonly string[]): void {
  spawnSync('apt-get', argv, {
    stdio: ['ignore', 2, 2],
    timeout: 600_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
