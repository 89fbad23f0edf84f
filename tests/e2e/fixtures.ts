/**
 * The test object of the browser tests. Whatever a test does, it fails when the page complains: an error or a warning in the
 * console (violations of the policy are told there, too), an uncaught error, a request that fails or goes to another host.
 */
import { expect, test as base } from '@playwright/test';
import { Kubehop } from './pages/kubehop.ts';

export { expect };

interface Fixtures {
  readonly kubehop: Kubehop;
  readonly complaints: readonly string[];
}

export const test = base.extend<Fixtures>({
  complaints: [
    async ({ page, baseURL }, use) => {
      const heard: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') heard.push(`console: ${message.text()}`);
      });
      page.on('pageerror', (error) => heard.push(`uncaught: ${error.stack ?? error.message}`));
      page.on('requestfailed', (request) => heard.push(`failed: ${request.url()} ${request.failure()?.errorText ?? ''}`));
      page.on('response', (response) => {
        if (response.status() >= 400) heard.push(`${response.status()}: ${response.url()}`);
      });
      page.on('request', (request) => {
        const url = request.url();
        if (!/^(data|blob):/.test(url) && !url.startsWith(baseURL ?? '')) heard.push(`foreign: ${url}`);
      });
      await use(heard);
      expect(heard, 'what the page complained of').toEqual([]);
    },
    { auto: true },
  ],
  kubehop: async ({ page }, use) => {
    const kubehop = new Kubehop(page);
    await kubehop.open();
    await use(kubehop);
  },
});
