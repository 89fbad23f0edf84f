/**
 * Takes docs/screenshot.png, the README's picture: serves the build, sends the lab report's packet from the master to the
 * ClusterIP and stops where DNAT has rewritten it. `npm run screenshot` builds first. Fails where the app does not get there.
 */
import { chromium, type Page } from '@playwright/test';
import { preview } from 'vite';
import { chromiumArguments, installChromium } from './chromium.ts';

const picture = 'docs/screenshot.png';

/** By the keyboard map, as a person would: send the scenario's packet, then step until the rewrite is on the screen. */
async function drive(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Send packet' }).click();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const step = page.getByRole('button', { name: 'Step forward' });
  const rewrite = page.getByText(/^DNAT to /).and(page.locator('[aria-current="step"] *'));
  for (let taken = 0; taken < 60 && !(await rewrite.isVisible()); taken++) await step.click();
  await rewrite.waitFor({ timeout: 1_000 });
}

const server = await preview({ preview: { host: '127.0.0.1', port: 4388, strictPort: true } });
const browser = await chromium.launch({ executablePath: installChromium(), args: [...chromiumArguments] });
try {
  const page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
    deviceScaleFactor: 2,
    locale: 'en-US',
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
  await page.goto('http://127.0.0.1:4388/');
  await drive(page);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.screenshot({ path: picture });
  process.stdout.write(`${picture}\n`);
} finally {
  await browser.close();
  await server.close();
}
