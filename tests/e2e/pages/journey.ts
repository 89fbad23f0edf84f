/** A journey: hop list, the step in full, shelf, timeline, outcomes. */
import { expect, type Locator, type Page } from '@playwright/test';

export class Journey {
  readonly side: Locator;
  readonly steps: Locator;
  readonly current: Locator;
  readonly detail: Locator;
  readonly outcomes: Locator;
  readonly stage: Locator;
  readonly timeline: Locator;
  readonly back: Locator;
  readonly step: Locator;
  readonly banner: Locator;
  /** What screen readers hear of the packet on the map. */
  readonly packet: Locator;

  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    this.side = page.getByRole('region', { name: 'Journey' });
    this.steps = page.getByRole('list', { name: 'Steps' });
    this.current = this.steps.locator('[aria-current="step"]');
    this.detail = page.getByRole('region', { name: 'The step' });
    this.outcomes = page.getByRole('region', { name: 'All outcomes' });
    this.stage = page.getByRole('region', { name: 'Inside the kernel' });
    this.timeline = page.getByRole('slider', { name: 'Timeline' });
    this.back = page.getByRole('button', { name: 'Step back' });
    this.step = page.getByRole('button', { name: 'Step', exact: true });
    this.banner = this.side.getByRole('status').first();
    this.packet = page.getByRole('status').filter({ hasText: /^Packet / });
  }

  async ready(): Promise<void> {
    await expect(this.timeline).toHaveAttribute('aria-valuenow', /^\d+$/);
    // Where the panel is low, the step stands alone.
    await expect(this.current.or(this.detail).first()).toBeVisible();
  }

  async number(): Promise<number> {
    return Number(await this.timeline.getAttribute('aria-valuenow'));
  }

  async count(): Promise<number> {
    return Number(await this.timeline.getAttribute('aria-valuemax'));
  }

  /** The fact of the present step, as the timeline says it. */
  async fact(): Promise<string> {
    return ((await this.timeline.getAttribute('aria-valuetext')) ?? '').replace(/^Step \d+ of \d+: /, '');
  }

  async isAt(number: number): Promise<void> {
    await expect(this.timeline).toHaveAttribute('aria-valuenow', String(number));
  }

  /** Presses a key on the timeline and waits for the step to change. */
  async press(key: string): Promise<void> {
    const before = await this.number();
    await this.timeline.press(key);
    await expect(this.timeline).not.toHaveAttribute('aria-valuenow', String(before));
  }

  /** Steps on until a fact holds; fails at the journey's end. React draws a pressed key before the next one is pressed. */
  async stepTo(fact: RegExp): Promise<void> {
    const count = await this.count();
    for (let presses = 0; presses <= count && !fact.test(await this.fact()); presses++) await this.timeline.press('ArrowRight');
    expect(await this.fact(), `no step says ${String(fact)}`).toMatch(fact);
  }

  /** Walks all steps from the first by the keyboard, and returns what each said on the way. */
  async walk(): Promise<readonly string[]> {
    const count = await this.count();
    await this.timeline.press('Home');
    await this.isAt(1);
    const facts = await this.timeline.evaluateHandle((slider) => {
      const heard = [slider.getAttribute('aria-valuetext') ?? ''];
      new MutationObserver(() => heard.push(slider.getAttribute('aria-valuetext') ?? '')).observe(slider, {
        attributeFilter: ['aria-valuetext'],
      });
      return heard;
    });
    for (let step = 1; step < count; step++) await this.page.keyboard.press('ArrowRight');
    await this.isAt(count);
    return (await facts.jsonValue()).map((said) => said.replace(/^Step \d+ of \d+: /, ''));
  }

  async show(filter: 'Request' | 'Reply' | 'ARP' | 'All'): Promise<void> {
    await this.side.getByRole('radio', { name: filter, exact: true }).click();
  }

  async by(unit: 'hop' | 'hook' | 'rule'): Promise<void> {
    await this.page.getByRole('radiogroup', { name: 'Step by' }).getByRole('radio', { name: unit }).click();
  }

  /** The chains on the shelf, in their order. */
  async chains(): Promise<readonly string[]> {
    return this.stage
      .getByRole('region')
      .locator('[data-chain]')
      .evaluateAll((all) => all.map((each) => each.getAttribute('aria-label') ?? ''));
  }

  /** A row of the header table: before and after. */
  async header(name: string): Promise<readonly string[]> {
    return this.detail
      .getByRole('row')
      .filter({ has: this.page.getByRole('rowheader', { name, exact: true }) })
      .getByRole('cell')
      .allInnerTexts();
  }
}
