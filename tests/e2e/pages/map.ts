/** The map: objects by the names they carry, dragging, and its outline for the keyboard. */
import { expect, type Locator, type Page } from '@playwright/test';

export class ClusterMap {
  readonly region: Locator;
  readonly stage: Locator;
  readonly outline: Locator;
  readonly send: Locator;

  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    this.region = page.getByRole('region', { name: /^(Topology|拓扑)$/ });
    this.stage = this.region.locator('[data-keys="stage"]');
    this.outline = page.getByRole('treegrid', { name: 'Outline of the map' });
    this.send = page.getByRole('button', { name: 'Send packet' });
  }

  /** An object by its accessible name or the beginning of it: `Pod two-containers`, `node class,`. */
  object(name: string): Locator {
    return this.region.locator('g[data-object]').filter({ has: this.page.locator(`title:text("${name}")`) });
  }

  byId(id: string): Locator {
    return this.region.locator(`g[data-object="${id}"]`);
  }

  /** Drags a packet from one object to another, as a mouse does. */
  async drag(from: Locator, to: Locator): Promise<void> {
    const start = await middle(from);
    const end = await middle(to);
    await this.page.mouse.move(start.x, start.y);
    await this.page.mouse.down();
    await this.page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 4 });
    await this.page.mouse.move(end.x, end.y, { steps: 4 });
    await expect(to).toHaveClass(/drop-target/);
    await this.page.mouse.up();
  }
}

async function middle(object: Locator): Promise<{ readonly x: number; readonly y: number }> {
  const box = await object.boundingBox();
  if (box === null) throw new Error('the object is not on the map');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
