/** The send dialog. */
import { expect, type Locator, type Page } from '@playwright/test';

export class SendForm {
  readonly dialog: Locator;
  readonly from: Locator;
  readonly to: Locator;
  readonly port: Locator;
  readonly stopAt: Locator;
  readonly send: Locator;
  readonly sendMany: Locator;

  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    this.dialog = page.getByRole('dialog', { name: 'Send a packet' });
    this.from = this.dialog.getByRole('button', { name: /From$/ });
    this.to = this.dialog.getByRole('combobox', { name: 'To' });
    this.port = this.dialog.getByRole('combobox', { name: 'Port' });
    this.stopAt = this.dialog.getByRole('textbox', { name: 'Stop at' });
    this.send = this.dialog.getByRole('button', { name: /^Send ↵/ });
    this.sendMany = this.dialog.getByRole('button', { name: 'Send 1,000' });
  }

  async chooseFrom(name: string): Promise<void> {
    await this.from.click();
    await this.page.getByRole('option', { name }).click();
    await expect(this.page.getByRole('listbox')).toBeHidden();
  }

  async chooseTo(name: string): Promise<void> {
    await this.choose(this.to, name);
  }

  /** A target that is none of those offered: an address. */
  async typeTo(text: string): Promise<void> {
    await this.to.fill(text);
    await expect(this.page.getByRole('listbox')).toBeHidden();
  }

  async choosePort(port: string): Promise<void> {
    await this.choose(this.port, port);
  }

  /** A port that is none of those offered. */
  async typePort(port: string): Promise<void> {
    await this.port.fill(port);
    await expect(this.page.getByRole('listbox')).toBeHidden();
  }

  private async choose(field: Locator, name: string): Promise<void> {
    await field.fill('');
    await this.page.getByRole('option', { name }).first().click();
    await expect(this.page.getByRole('listbox')).toBeHidden();
  }
}
