/**
 * The built page: how much JavaScript its first load takes, how long it takes in a slow Chromium, and when commands run there.
 *
 * The page is built into a folder of its own and served from memory's nearest: a plain file server on this machine.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser, type Page } from '@playwright/test';
import { chromiumArguments, findChromium } from '../../../scripts/chromium.ts';
import { benchFrames, type Frames } from './page-frames.ts';
import { median, type Budget } from './measure.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const LOADS = 3;
/** Chrome's "Fast 4G". */
const NETWORK = { offline: false, latency: 60, downloadThroughput: (9 * 1e6) / 8, uploadThroughput: (1.5 * 1e6) / 8 };
const CPU_SLOWDOWN = 4;

/** The page is built and driven once, when the first of these is asked for. */
export function pageBudgets(): readonly Budget[] {
  let measured: Promise<PageFigures> | null = null;
  const figures = (): Promise<PageFigures> => (measured ??= measurePage());
  return [
    { name: 'first-load-js-gzip', unit: 'KB', budget: 250, measure: async () => (await figures()).script },
    { name: 'first-load-throttled', unit: 'ms', budget: 2_000, measure: async () => (await figures()).load },
    { name: 'engine-ready-throttled', unit: 'ms', budget: null, measure: async () => (await figures()).engine },
    { name: 'fps-200-packets-2000-pods', unit: 'fps', budget: 60, measure: async () => (await figures()).fps },
    { name: 'idle-frames', unit: 'frames', budget: 0, measure: async () => (await figures()).idle },
  ];
}

/** Null: not measured here. */
interface PageFigures {
  readonly script: number | null;
  readonly load: number | null;
  readonly engine: number | null;
  readonly fps: number | null;
  readonly idle: number | null;
}

async function measurePage(): Promise<PageFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'kubehop-bench-'));
  try {
    const built = spawnSync('npx', ['vite', 'build', '--logLevel', 'error', '--emptyOutDir', '--outDir', folder], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    if (built.status !== 0) process.stderr.write(`the page could not be built: ${built.stderr}\n`);
    if (built.status !== 0) return { script: null, load: null, engine: null, fps: null, idle: null };
    const seen = await inBrowser(folder);
    return {
      script: firstLoadKilobytes(folder),
      load: seen?.load ?? null,
      engine: seen?.engine ?? null,
      fps: seen?.frames.fps ?? null,
      idle: seen?.frames.idle ?? null,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The scripts index.html loads at once, each compressed as a server would. */
function firstLoadKilobytes(folder: string): number {
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const scripts = [...html.matchAll(/<(?:script|link)\b[^>]*?(?:src|href)="\.\/([^"]+\.js)"/g)].flatMap(([, path]) =>
    path === undefined ? [] : [path],
  );
  const bytes = [...new Set(scripts)].map((path) => gzipSync(readFileSync(join(folder, path)), { level: 9 }).length);
  return bytes.reduce((sum, size) => sum + size, 0) / 1e3;
}

interface Measured {
  readonly load: number;
  readonly engine: number;
  readonly frames: Frames;
}

async function inBrowser(folder: string): Promise<Measured | null> {
  const executablePath = findChromium();
  if (executablePath === undefined) return null;
  const server = await serve(folder);
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  const browser = await chromium.launch({ executablePath, args: [...chromiumArguments] });
  try {
    const loads: Load[] = [];
    for (let load = 0; load < LOADS; load++) loads.push(await timeLoad(browser, url));
    return {
      load: median(loads.map(({ picture }) => picture)),
      engine: median(loads.map(({ engine }) => engine)),
      frames: await benchFrames(browser, url),
    };
  } finally {
    await browser.close();
    server.close();
  }
}

/** From the click, in milliseconds. */
interface Load {
  /** The first picture of the cluster: the page's own elements, visible and painted. It can be looked at and selected in. */
  readonly picture: number;
  /** The engine has opened what is shown: a command, which would have waited until now, runs at once. */
  readonly engine: number;
}

async function timeLoad(browser: Browser, url: string): Promise<Load> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await throttle(page);
  const start = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('#root[data-ready]').waitFor({ state: 'attached', timeout: 60_000 });
  const picture = performance.now() - start;
  await page.locator('#root[data-engine]').waitFor({ state: 'attached', timeout: 60_000 });
  const engine = performance.now() - start;
  await context.close();
  return { picture, engine };
}

async function throttle(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', NETWORK);
  await session.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

/** A static host that has its files compressed, as all do: packing them at each request would be counted as the page's time. */
function serve(folder: string): Promise<Server> {
  const packed = new Map<string, Buffer>();
  const read = (file: string): Buffer => {
    const body = packed.get(file) ?? gzipSync(readFileSync(join(folder, file)));
    packed.set(file, body);
    return body;
  };
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    const file = path === '/' ? '/index.html' : path;
    try {
      const body = read(file);
      response.writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'content-encoding': 'gzip',
      });
      response.end(body);
    } catch {
      response.writeHead(404);
      response.end();
    }
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
