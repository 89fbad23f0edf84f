/**
 * Frames of the page with 40 nodes and 2,000 Pods: how many a second while 200 packets fly, at rest and while the map is
 * panned; and how many are asked for in a second in which nothing happens. All by the page's own controls, as a user has them.
 *
 * Chromium draws in software here, at 60 frames a second at most.
 */
import type { Browser, Page } from '@playwright/test';
import { median } from './measure.ts';

export interface Frames {
  /** The median, of the worse of rest and panning. */
  readonly fps: number;
  /** Animation frames and style computations in an idle second. */
  readonly idle: number;
}

const PODS = 2_000;
const VIEWPORT = { width: 1600, height: 900 };
/** The cluster is made in the page before its first picture. */
const START_MS = 180_000;
/** "Send 1,000" walks a thousand packets through the simulated kernels before they fly. */
const SEND_MS = 180_000;
const SETTLE_MS = 2_000;
const MEASURED_MS = 2_500;

export async function benchFrames(browser: Browser, url: string): Promise<Frames> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  try {
    await page.addInitScript({ content: COUNT_REQUESTS });
    await page.goto(`${url}#bench=${PODS}`, { waitUntil: 'commit' });
    await stageOf(page).waitFor({ state: 'visible', timeout: START_MS });
    await stageOf(page).press('1');
    const idle = await idleFrames(page);
    await startSwarm(page);
    const still = await framesPerSecond(page);
    const [panned] = await Promise.all([framesPerSecond(page), pan(page)]);
    if (!(await isFlying(page))) throw new Error('the packets had landed before the frames were counted');
    return { fps: Math.min(still, panned), idle };
  } finally {
    await context.close();
  }
}

function stageOf(page: Page): ReturnType<Page['locator']> {
  return page.locator('[data-keys="stage"]').first();
}

/** Runs in the page before its first line: counts what asks for frames. Text, as this side has no window. */
const COUNT_REQUESTS = `
  const request = window.requestAnimationFrame.bind(window);
  window.frameRequests = 0;
  window.requestAnimationFrame = (callback) => {
    window.frameRequests++;
    return request(callback);
  };
`;

/** Runs in the page: the times of all frames of a while. */
const FRAME_TIMES = `new Promise((resolve) => {
  const seen = [];
  const tick = (now) => {
    seen.push(now);
    if (now - seen[0] < ${MEASURED_MS}) window.requestAnimationFrame(tick);
    else resolve(seen);
  };
  window.requestAnimationFrame(tick);
})`;

async function idleFrames(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const counts = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    const styles = metrics.find((metric) => metric.name === 'RecalcStyleCount')?.value ?? 0;
    return styles + (await page.evaluate<number>('window.frameRequests'));
  };
  await page.waitForTimeout(SETTLE_MS);
  const before = await counts();
  await page.waitForTimeout(1_000);
  return (await counts()) - before;
}

/** Sends what the form proposes, then a thousand of it, seen from far away. */
async function startSwarm(page: Page): Promise<void> {
  await stageOf(page).press('s');
  await page.getByRole('dialog').locator('button[type="submit"]').click({ timeout: SEND_MS });
  const many = page.getByRole('button', { name: 'Send 1,000' });
  await many.waitFor({ timeout: SEND_MS });
  await stageOf(page).press('1');
  await page.waitForTimeout(SETTLE_MS);
  await many.click({ noWaitAfter: true });
  await page.locator('canvas[data-flying="true"]').waitFor({ state: 'attached', timeout: SEND_MS });
  await page.waitForTimeout(SETTLE_MS);
}

function isFlying(page: Page): Promise<boolean> {
  return page.locator('canvas[data-flying="true"]').isVisible();
}

/** From the times of frames; the median, as one long frame is not the rate. */
async function framesPerSecond(page: Page): Promise<number> {
  const times = await page.evaluate<readonly number[]>(FRAME_TIMES);
  return Math.round(1_000 / median(times.slice(1).map((time, i) => time - (times[i] ?? time))));
}

/** Drags the map to and fro from its corner, where no Pod is. */
async function pan(page: Page): Promise<void> {
  const box = await stageOf(page).boundingBox();
  if (box === null) throw new Error('the map is not shown');
  const start = { x: box.x + 5, y: box.y + box.height - 5 };
  const until = performance.now() + MEASURED_MS;
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  for (let i = 0; performance.now() < until; i++) {
    const far = 80 + 80 * Math.sin(i / 12);
    await page.mouse.move(start.x + far, start.y - far / 2);
  }
  await page.mouse.up();
}
