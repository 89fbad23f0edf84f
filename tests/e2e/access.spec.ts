/** axe, WCAG 2.2 AA: no violations in any main state, in three themes, and in Chinese, whose words change no colour. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { Manifests } from './pages/manifests.ts';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

async function check(page: Page, state: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
  const told = violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, any, all }) => `${id} ${target.join(' ')}: ${[...any, ...all].map(({ message }) => message).join('; ')}`,
    ),
  );
  expect.soft(told, state).toEqual([]);
}

for (const [theme, lang] of [
  ['light', 'en'],
  ['dark', 'en'],
  ['projector', 'en'],
  ['light', 'zh-CN'],
] as const) {
  test(`axe finds nothing: ${theme}, ${lang}`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.addInitScript(
      (settings) => localStorage.setItem('kubehop.settings', settings),
      JSON.stringify({ state: { theme, lang, zoom: 'node', level: 'ethernet', letterKeys: true }, version: 1 }),
    );
    await page.goto('./');
    const stage = page.locator('main [data-keys="stage"]').first();
    const dialog = page.getByRole('dialog');
    await expect(page.locator('.cm-content')).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    await check(page, 'explore');

    await page.keyboard.press('ControlOrMeta+k');
    await expect(dialog.getByRole('option').first()).toBeVisible();
    await check(page, 'palette');
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();

    await stage.press('?');
    await expect(dialog).toBeVisible();
    await check(page, 'keys');
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();

    await new Manifests(page).paste('apiVersion: v1');
    await page.locator('.cm-content').press('ControlOrMeta+Enter');
    await expect(page.locator('.cm-faultLine')).toBeVisible();
    await check(page, 'error');

    await stage.press('s');
    await expect(dialog.locator('[type="submit"]')).toBeEnabled();
    await check(page, 'send');
    await dialog.locator('[type="submit"]').click();
    const timeline = page.getByRole('slider');
    await expect(timeline).toHaveAttribute('aria-valuemax', /\d\d/);
    for (let step = 1; step < 40 && (await page.locator('mark').count()) === 0; step++) await timeline.press('ArrowRight');
    await timeline.press('a');
    await expect(page.locator('figure')).toBeVisible();
    await check(page, 'journey');

    await page.setViewportSize({ width: 390, height: 844 });
    await expect(page.getByRole('tab').first()).toBeVisible();
    await check(page, 'phone journey');
    await page.setViewportSize({ width: 1440, height: 900 });

    await page.getByRole('banner').getByRole('button').first().click();
    await page.getByRole('menuitemradio', { name: /An empty cluster|空集群/ }).click();
    await expect(page.locator('.cm-content')).toBeVisible();
    await expect(dialog).toBeHidden();
    await check(page, 'empty');
  });
}
