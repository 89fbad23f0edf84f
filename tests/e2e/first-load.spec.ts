import { expect, test } from '@playwright/test';

test('what is fetched until the map shows the cluster is what the page names, and so is weighed', async ({ page }) => {
  // Noted in the page at the moment itself: what a test asks for comes later.
  await page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (document.querySelector('#root[data-ready]') === null) return;
      observer.disconnect();
      const scripts = performance.getEntriesByType('resource').map((entry) => entry.name);
      document.documentElement.dataset['fetched'] = scripts.filter((url) => url.endsWith('.js')).join(' ');
    });
    observer.observe(document, { subtree: true, childList: true, attributes: true });
  });
  await page.goto('./');
  await expect(page.locator('#root[data-ready] [data-object]').first()).toBeVisible();
  const fetched = (await page.locator('html').getAttribute('data-fetched'))?.split(' ') ?? [];
  const named = await page.evaluate(() => [
    ...[...document.scripts].map((script) => script.src),
    ...[...document.querySelectorAll<HTMLLinkElement>('head > link[rel="modulepreload"]')].map((link) => link.href),
  ]);
  expect(fetched.length).toBeGreaterThan(0);
  expect(fetched.filter((url) => !named.includes(url))).toEqual([]);
});

test('the editor, the outline and the tables come after the first picture', async ({ page }) => {
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(request.url()));
  await page.goto('./');
  await expect(page.getByRole('textbox', { name: /^Manifest / })).toBeVisible();
  await expect(page.getByRole('treegrid', { name: 'Outline of the map' })).toBeAttached();
  const late = fetched
    .map((url) => url.slice(url.lastIndexOf('/') + 1))
    .filter((file) => /^(Editor|MapTree|Chains)-.*\.js$/.test(file));
  expect(late.map((file) => file.split('-')[0]).sort()).toEqual(['Chains', 'Editor', 'MapTree']);
  const html = await page.request.get('./').then((response) => response.text());
  expect(late.filter((file) => html.includes(file))).toEqual([]);
});
