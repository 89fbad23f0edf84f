import { expect, test } from '@playwright/test';

test('the built page starts without an error, within its policy, and talks to no other host @smoke', async ({
  page,
  baseURL,
}) => {
  const complaints: string[] = [];
  const foreign: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(baseURL ?? '')) foreign.push(request.url());
  });
  const response = await page.goto('/');
  expect(response?.status()).toBe(200);
  await expect(page.locator('#root > *').first()).toBeVisible();
  expect({ complaints, foreign }).toEqual({ complaints: [], foreign: [] });
});

test('the policy refuses inline script, eval, style attributes and other hosts', async ({ page }) => {
  await page.goto('/');
  // A script of the page's own host: what the debugger evaluates is outside the policy.
  await page.route('**/probe.js', (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: `try { document.body.dataset.probe = eval('"evaluated"') } catch (error) { document.body.dataset.probe = error.name }`,
    }),
  );
  const refused = await page.evaluate(async () => {
    const directives = new Set<string>();
    document.addEventListener('securitypolicyviolation', (event) => directives.add(event.effectiveDirective));
    const inline = document.createElement('script');
    inline.textContent = 'document.title = "inline script ran"';
    const probe = document.createElement('script');
    probe.src = '/probe.js';
    const probed = new Promise((done) => probe.addEventListener('load', done));
    document.head.append(inline, probe);
    document.body.setAttribute('style', 'color: red');
    const fetched = await fetch('https://example.invalid/').then(
      () => true,
      () => false,
    );
    await probed;
    // eval has told by its error; its event may come later.
    directives.delete('script-src');
    return { directives: [...directives].sort(), evaluated: document.body.dataset['probe'], fetched, title: document.title };
  });
  expect(refused).toEqual({
    directives: ['connect-src', 'script-src-elem', 'style-src-attr'],
    evaluated: 'EvalError',
    fetched: false,
    title: 'Kubehop',
  });
});
