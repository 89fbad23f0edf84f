import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from '@playwright/test';

/** Builds that miss a file, or hold one that breaks: what the entry loads is found by what its name begins with. */
async function breakFile(page: Page, file: RegExp, how: 'missing' | 'throws'): Promise<void> {
  await page.route(file, (route) =>
    how === 'missing'
      ? route.fulfill({ status: 404, body: 'not found' })
      : route.fulfill({ contentType: 'text/javascript', body: `throw new Error('broken on purpose');` }),
  );
}

const ENGINE = /\/assets\/engine-[\w-]+\.js$/;
const SHELL = /\/assets\/start-[\w-]+\.js$/;

/** Types a manifest and leaves it for the browser to keep. */
async function saveWork(page: Page): Promise<void> {
  await page.goto('./');
  const editor = page.getByRole('textbox', { name: /^(Manifest|清单)/ });
  await editor.click();
  await editor.press('ControlOrMeta+Home');
  await page.keyboard.type('# mine');
  await expect(editor).toContainText('# mine');
  await expect
    .poll(() =>
      page.evaluate(
        () =>
          new Promise<string>((resolve, reject) => {
            const opened = indexedDB.open('kubehop');
            opened.onerror = () => reject(new Error('no database'));
            opened.onsuccess = () => {
              const read = opened.result.transaction('work').objectStore('work').get('session');
              read.onsuccess = () => {
                opened.result.close();
                resolve(JSON.stringify(read.result));
              };
            };
          }),
      ),
    )
    .toContain('# mine');
}

for (const [name, file, how] of [
  ['the engine is missing', ENGINE, 'missing'],
  ['the shell is missing', SHELL, 'missing'],
  ['the engine throws', ENGINE, 'throws'],
] as const) {
  test(`${name}: the page says so and hands out what was typed`, async ({ page }) => {
    await saveWork(page);
    await breakFile(page, file, how);
    await page.reload();
    const screen = page.getByRole('alert');
    await expect(screen).toContainText('Your manifests are saved as you typed them.');
    await expect(screen.locator('pre')).toContainText(how === 'throws' ? 'broken on purpose' : /module/);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      screen.getByRole('button', { name: 'Download manifests' }).click(),
    ]);
    expect(await readFile(await download.path(), 'utf8')).toMatch(/^# mine/);
    // What was broken is there again: so is the work.
    await page.unroute(file);
    await screen.getByRole('button', { name: 'Reload', exact: true }).click();
    await expect(page.getByRole('textbox', { name: /^Manifest/ })).toContainText('# mine');
  });
}

test('who saved nothing is told that nothing is lost', async ({ page }) => {
  await breakFile(page, ENGINE, 'missing');
  await page.goto('./');
  const screen = page.getByRole('alert');
  await expect(screen.getByRole('heading')).toHaveText('A part of Kubehop did not load');
  await expect(screen).toContainText('nothing is lost');
  await expect(screen.getByRole('button')).toHaveText(['Reload']);
});

test.describe('in Chinese', () => {
  test.use({ locale: 'zh-CN' });

  test('the failure is told in Chinese', async ({ page }) => {
    await breakFile(page, ENGINE, 'throws');
    await page.goto('./');
    const screen = page.getByRole('alert');
    await expect(screen.getByRole('heading')).toHaveText('Kubehop 自身出错了');
    await expect(screen.getByRole('button')).toHaveText(['重新加载']);
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  });
});
