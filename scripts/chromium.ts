/**
 * Finds a Chromium for the browser tests, the bench and the screenshots: Playwright's own, then what the system has.
 * `installChromium` gets one where there is none: Playwright's download, or, as root on Debian, the distribution's package.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';

const systemNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** What Chromium needs when it runs as root, as it does in containers: no sandbox, no GPU, and no traffic of its own. */
const rootArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const isRoot = process.getuid?.() === 0;

export const chromiumArguments: readonly string[] = isRoot ? rootArguments : [];

/** The path of a Chromium that starts, or undefined. A download without its system libraries, or a snap's stub, does not count. */
export function findChromium(): string | undefined {
  return candidates().find((path) => existsSync(path) && starts(path));
}

/** As `findChromium`, but installs one where there is none; throws where that fails too. */
export function installChromium(): string {
  const found = findChromium();
  if (found !== undefined) return found;
  for (const [command, argv] of installers()) {
    process.stderr.write(`No Chromium here: ${command} ${argv.join(' ')}\n`);
    spawnSync(command, argv, {
      stdio: ['ignore', 2, 2],
      timeout: 600_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    const installed = findChromium();
    if (installed !== undefined) return installed;
  }
  throw new Error(`no Chromium: none of ${systemNames.join(', ')} starts, and none could be installed`);
}

function candidates(): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const system = systemNames.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [chromium.executablePath(), ...system, '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
}

function starts(path: string): boolean {
  return spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0;
}

function installers(): [command: string, argv: string[]][] {
  const isDebian = existsSync('/etc/debian_version');
  const playwright: [string, string[]] = [
    'npx',
    ['playwright', 'install', ...(isRoot && isDebian ? ['--with-deps'] : []), 'chromium'],
  ];
  if (!isRoot || !isDebian) return [playwright];
  return [
    playwright,
    ['apt-get', ['update', '-qq']],
    ['apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']],
  ];
}
