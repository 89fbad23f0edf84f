/** The manifests region: files, the editor (in a shadow root, which locators pierce), problems, Apply. */
import { expect, type Locator, type Page } from '@playwright/test';

export class Manifests {
  readonly region: Locator;
  readonly editor: Locator;
  readonly apply: Locator;
  readonly problems: Locator;
  readonly would: Locator;

  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    this.region = page
      .getByRole('region', { name: /^(Manifests|清单)/ })
      .or(page.getByRole('tabpanel'))
      .first();
    this.editor = page.getByRole('textbox', { name: /^(Manifest |清单)/ });
    this.apply = page.getByRole('button', { name: /^Apply/ });
    this.problems = page.getByRole('region', { name: 'Problems of this manifest' });
    this.would = page.getByText(/^(Apply would |Nothing to apply|Not read)/);
  }

  file(name: string): Locator {
    return this.page.getByRole('list', { name: 'Manifest files' }).getByRole('button', { name });
  }

  async open(name: string): Promise<void> {
    await this.file(name).click();
    await expect(this.page.getByRole('textbox', { name: `Manifest ${name}` })).toBeVisible();
  }

  /** Replaces the whole text as a paste does. */
  async paste(text: string): Promise<void> {
    await this.editor.click();
    await this.editor.press('ControlOrMeta+a');
    await this.editor.evaluate((content, pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', pasted);
      content.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, text);
  }

  /** The text as it stands in the editor. Only for files that fit its window. */
  async text(): Promise<string> {
    return (await this.editor.locator('.cm-line').allInnerTexts()).map((line) => line.replace(/\n$/, '')).join('\n');
  }

  /** Lines that the editor marks as faulty, by number. */
  async faultLines(): Promise<readonly string[]> {
    return this.page.locator('.cm-gutterElement.cm-faultNumber').allInnerTexts();
  }

  /** What is said of each line, as `LINE: MESSAGE`. */
  async said(): Promise<readonly string[]> {
    const rows = await this.problems.getByRole('listitem').all();
    return Promise.all(
      rows.map(async (row) => `${await row.getByRole('button').innerText()}: ${await row.locator('> span').innerText()}`),
    );
  }

  async menu(item: string): Promise<void> {
    await this.page.getByRole('button', { name: 'More', exact: true }).click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }
}
