import { expect, test } from './fixtures.ts';

test('what is fetched until the map shows the cluster is what the page names, and is weighed', async ({ page }) => {
  const fetched: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('.js')) fetched.push(request.url());
  });
  const atFirst = page.addInitScript(() => {
    const name = (): void => {
      if (document.querySelector('#root[data-ready]') === null) return;
      observer.disconnect();
      const scripts = performance.getEntriesByType('resource').map((entry) => entry.name);
      document.documentElement.dataset['fetched'] = scripts.filter((url) => url.endsWith('.js')).join(' ');
    };
    const observer = new MutationObserver(name);
    observer.observe(document, { subtree: true, childList: true, attributes: true });
  });
  await atFirst;
  await page.goto('./');
  const root = page.locator('#root[data-ready]');
  await expect(root).toBeAttached();
  await expect(page.locator('[data-object]').first()).toBeVisible();
  const named = await page
    .locator('script[src], link[rel="modulepreload"]')
    .evaluateAll((elements) => elements.map((each) => (each instanceof HTMLScriptElement ? each.src : each.href)));
  const first = (await page.locator('html').getAttribute('data-fetched'))?.split(' ') ?? [];
  expect(first.length).toBeGreaterThan(0);
  expect(first.filter((url) => !named.includes(url))).toEqual([]);
  // The editor comes after it.
  await expect(page.getByRole('textbox', { name: /^Manifest / })).toBeVisible();
  expect(fetched.length).toBeGreaterThan(first.length);
});
