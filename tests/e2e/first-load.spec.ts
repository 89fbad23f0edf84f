import { expect, test, type Page } from '@playwright/test';
import { Journey } from './pages/journey.ts';

const ENGINE = /\/assets\/engine-[\w-]+\.js$/;

/** What is fetched as script or data until the page shows the cluster; noted in the page at that moment, as a test asks later. */
async function noteFetched(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (document.querySelector('#root[data-ready]') === null) return;
      observer.disconnect();
      const files = performance.getEntriesByType('resource').map((entry) => entry.name);
      document.documentElement.dataset['fetched'] = files.filter((url) => /\.(js|json|css)$/.test(url)).join(' ');
    });
    observer.observe(document, { subtree: true, childList: true, attributes: true });
  });
}

test('what is fetched until the map shows the cluster is what the page names, and so is weighed', async ({ page }) => {
  await noteFetched(page);
  await page.goto('./');
  await expect(page.locator('#root[data-ready] [data-object]').first()).toBeVisible();
  const fetched = (await page.locator('html').getAttribute('data-fetched'))?.split(' ') ?? [];
  const named = await page.evaluate(() => [
    ...[...document.scripts].map((script) => script.src),
    ...[...document.querySelectorAll<HTMLLinkElement>('head > link')].map((link) => link.href),
  ]);
  expect(
    fetched
      .map((url) => /\/(start|picture-lab-report)-[\w-]+\.(js|json)$/.exec(url)?.[1])
      .filter(Boolean)
      .sort(),
  ).toEqual(['picture-lab-report', 'start']);
  expect(fetched.filter((url) => !url.endsWith('.json') && !named.includes(url))).toEqual([]);
  expect(fetched.filter((url) => ENGINE.test(url))).toEqual([]);
});

test('the engine, the editor, the outline and the tables come after the first picture', async ({ page }) => {
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(request.url()));
  await page.goto('./');
  await expect(page.getByRole('textbox', { name: /^Manifest / })).toBeVisible();
  await expect(page.getByRole('treegrid', { name: 'Outline of the map' })).toBeAttached();
  await expect(page.locator('#root[data-engine]')).toBeAttached();
  const late = fetched
    .map((url) => url.slice(url.lastIndexOf('/') + 1))
    .filter((file) => /^(Editor|MapTree|Chains|engine)-.*\.js$/.test(file));
  expect(late.map((file) => file.split('-')[0]).sort()).toEqual(['Chains', 'Editor', 'MapTree', 'engine']);
  const html = await page.request.get('./').then((response) => response.text());
  expect(late.filter((file) => html.includes(file))).toEqual([]);
});

/** Holds the engine back until the returned function is called. */
async function holdEngine(page: Page): Promise<() => void> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(ENGINE, async (route) => {
    await released;
    await route.continue();
  });
  return () => release();
}

/** All that the map shows, and where. */
async function drawn(page: Page): Promise<readonly string[]> {
  return page.locator('[data-object]').evaluateAll((all) =>
    all.map((each) => {
      const { x, y, width, height } = each.getBoundingClientRect();
      return [each.getAttribute('data-object'), x, y, width, height, each.textContent].join(' ');
    }),
  );
}

test('nothing moves and nothing changes when the engine takes over from its picture', async ({ page }) => {
  const release = await holdEngine(page);
  await page.goto('./');
  await expect(page.locator('#root[data-ready]')).toBeAttached();
  await expect(page.getByRole('treegrid', { name: 'Outline of the map' })).toBeAttached();
  const picture = await drawn(page);
  expect(picture.length).toBeGreaterThan(20);
  await expect(page.locator('#root[data-engine]')).not.toBeAttached();
  release();
  await expect(page.locator('#root[data-engine]')).toBeAttached();
  expect(await drawn(page)).toEqual(picture);
});

test('what is asked for before the engine is there is done when it comes, and the page says that it waits', async ({
  page,
}) => {
  const release = await holdEngine(page);
  await page.goto('./');
  await expect(page.locator('#root[data-ready]')).toBeAttached();
  await page.getByRole('button', { name: 'Send packet' }).click();
  const form = page.getByRole('dialog', { name: 'Send a packet' });
  await form.getByRole('button', { name: /^Send(?! 1)/ }).click();
  await expect(form.getByRole('status')).toContainText('The cluster is still being built');
  release();
  await new Journey(page).ready();
  await expect(form).toBeHidden();
});
