/** The page as a person meets it: header, regions, dialogs, messages. */
import { expect, type Locator, type Page } from '@playwright/test';
import { Journey } from './journey.ts';
import { Manifests } from './manifests.ts';
import { ClusterMap } from './map.ts';
import { SendForm } from './send-form.ts';

export type ThemeName = 'light' | 'dark' | 'projector';

export class Kubehop {
  readonly page: Page;
  readonly manifests: Manifests;
  readonly map: ClusterMap;
  readonly journey: Journey;
  readonly sendForm: SendForm;
  readonly palette: Locator;
  readonly keys: Locator;
  readonly inspector: Locator;
  readonly changes: Locator;
  readonly messages: Locator;
  readonly undo: Locator;
  readonly redo: Locator;

  constructor(page: Page) {
    this.page = page;
    this.manifests = new Manifests(page);
    this.map = new ClusterMap(page);
    this.journey = new Journey(page);
    this.sendForm = new SendForm(page);
    this.palette = page.getByRole('dialog', { name: 'Find or run a command' });
    this.keys = page.getByRole('dialog', { name: 'Keys' });
    this.inspector = page.getByRole('region', { name: 'Inspector' });
    this.changes = page.getByRole('region', { name: 'What changed' });
    this.messages = page.getByRole('region', { name: 'Messages' });
    this.undo = page.getByRole('button', { name: 'Undo the last command' });
    this.redo = page.getByRole('button', { name: 'Redo' });
  }

  async open(): Promise<void> {
    await this.page.goto('./');
    await this.standing();
  }

  /** The map is drawn and the editor has loaded. */
  async standing(): Promise<void> {
    await expect(this.map.region.getByRole('img')).toBeVisible();
    await expect(this.manifests.editor).toBeVisible();
  }

  async openScenario(title: string): Promise<void> {
    await this.page.getByRole('button', { name: /^Open a scenario/ }).click();
    await this.page.getByRole('menuitemradio', { name: title }).click();
    await expect(this.page.getByRole('button', { name: `Open a scenario: ${title}` })).toBeVisible();
  }

  async setTheme(name: ThemeName): Promise<void> {
    for (let presses = 0; presses < 3 && (await this.theme()) !== name; presses++)
      await this.page.getByRole('button', { name: /^(Theme|主题)/ }).click();
    await expect(this.page.locator('html')).toHaveAttribute('data-theme', name);
  }

  async theme(): Promise<string | null> {
    return this.page.locator('html').getAttribute('data-theme');
  }

  async setLanguage(name: 'English' | '简体中文'): Promise<void> {
    await this.page.getByRole('button', { name: /^(Language|语言)$/ }).click();
    await this.page.getByRole('menuitemradio', { name }).click();
    await expect(this.page.locator('html')).toHaveAttribute('lang', name === 'English' ? 'en' : 'zh-CN');
  }

  /** Sends the packet the form proposes, and stands at the first step of its journey. */
  async sendProposed(): Promise<void> {
    await this.map.send.click();
    await this.sendForm.send.click();
    await this.journey.ready();
  }

  /** What an actor changed on a node (or in the cluster): the text of a cell of *What changed*. */
  async changed(actor: string, node: string | null): Promise<string> {
    const table = this.changes.getByRole('table');
    const rows = table.getByRole('row').filter({ has: this.page.getByRole('rowheader', { name: actor }) });
    if (node === null) return rows.first().getByRole('cell').innerText();
    const heads = await table.getByRole('columnheader').allInnerTexts();
    return rows.last().getByRole('cell').nth(heads.indexOf(node)).innerText();
  }
}
