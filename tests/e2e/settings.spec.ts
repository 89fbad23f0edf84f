/** Language, theme, and what a reload finds. */
import { expect, test } from './fixtures.ts';

test('Chinese and back: words change, names and rules do not @smoke', async ({ kubehop, page }) => {
  const { journey } = kubehop;
  await kubehop.sendProposed();
  await journey.stepTo(/^DNAT to/);
  await kubehop.setLanguage('简体中文');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await expect(page.locator('[aria-current="step"]').first()).toContainText('10.244.1.2:80');
  await expect(page.getByRole('main')).toContainText('KUBE-SEP-EPWJSOP6CSOAPIGU');
  await expect(page.getByRole('banner')).toContainText('实验报告');
  expect(await page.getByRole('main').innerText()).not.toMatch(/\b(Request|Reply|All outcomes|made by|Step)\b/);
  await kubehop.setLanguage('English');
  await expect(journey.current).toContainText('DNAT to 10.244.1.2:80');
  await expect(journey.outcomes).toContainText('one possible');
});

for (const theme of ['light', 'dark', 'projector'] as const) {
  test(`the ${theme} theme is kept over a reload`, async ({ kubehop, page }) => {
    await kubehop.setTheme(theme);
    await kubehop.setLanguage('简体中文');
    await page.reload();
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
    await kubehop.standing();
  });
}

test('a reload finds the work: files as typed, commands replayed @smoke', async ({ kubehop, page }) => {
  const { manifests, map } = kubehop;
  await manifests.menu('Delete its objects from the cluster');
  await manifests.open('deployment.yaml');
  await manifests.apply.click();
  await expect(manifests.file('deployment.yaml')).toContainText('applied');
  await page.getByRole('button', { name: 'New manifest' }).click();
  const unfinished = 'apiVersion: v1\nkind: Serv';
  await manifests.paste(unfinished);
  const pods = map.region.locator('g[data-object^="pod/default/"]');
  const before = await pods.evaluateAll((all) => all.map((each) => each.getAttribute('data-object')));
  expect(before).toHaveLength(3);
  await page.reload();
  await kubehop.standing();
  await expect(manifests.file('manifest.yaml')).toHaveAttribute('aria-current', 'true');
  await expect.poll(() => manifests.text()).toBe(unfinished);
  await expect(manifests.file('pod.yaml')).toContainText('deleted from cluster');
  await expect(pods).toHaveCount(3);
  expect(await pods.evaluateAll((all) => all.map((each) => each.getAttribute('data-object')))).toEqual(before);
  await expect(kubehop.undo).toBeEnabled();
});
