/** The story without a pointer: open a file, apply it, send a packet, walk it to the DNAT and back, read the reply. */
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';

/** Presses Tab until what has the focus matches; fails where it is not on the way. In the editor Tab indents, until Esc was pressed. */
async function tabTo(page: Page, selector: string, text = ''): Promise<void> {
  for (let pressed = 0; pressed < 60; pressed++) {
    const inEditor = await page.evaluate(() => document.activeElement?.matches('[data-testid="editor"]'));
    if (inEditor === true) await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    const there = await page.evaluate(
      ([wanted, said]) => {
        const at = document.activeElement;
        return at !== null && at.matches(wanted) && at.textContent.includes(said);
      },
      [selector, text] as const,
    );
    if (there) return;
  }
  throw new Error(`Tab does not lead to ${selector} ${text}`);
}

test('by keyboard alone: apply, send, step, step back, reply', async ({ kubehop, page }) => {
  const { changes, journey, manifests, map, sendForm } = kubehop;

  await tabTo(page, 'button', 'deployment.yaml');
  await page.keyboard.press('Enter');
  await expect.poll(() => manifests.text()).toContain('kind: Deployment');
  await page.keyboard.press('ControlOrMeta+Enter');
  await expect(changes).toContainText('+3 containers');

  await tabTo(page, '[data-keys="stage"]');
  await page.keyboard.press('s');
  await expect(sendForm.send).toBeVisible();
  await tabTo(page, 'button[type="submit"]');
  await page.keyboard.press('Enter');
  await journey.ready();

  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await journey.isAt(3);
  await page.keyboard.press('ArrowLeft');
  await journey.isAt(2);
  await page.keyboard.press('Shift+ArrowRight');
  expect(await journey.number()).toBeGreaterThan(3);
  await page.keyboard.press('r');
  await expect(journey.current).toContainText('nginx sends SYN-ACK');
  await page.keyboard.press('End');
  await expect(journey.current).toContainText('delivered to curl');
  await page.keyboard.press('1');
  await expect(map.region.getByRole('radio', { name: 'Cluster' })).toBeChecked();
});

test('sent from the button, the journey has the focus', async ({ kubehop, page }) => {
  const { journey, sendForm } = kubehop;
  await tabTo(page, 'button', 'Send packet');
  await page.keyboard.press('Enter');
  await expect(sendForm.send).toBeVisible();
  await tabTo(page, 'button[type="submit"]');
  await page.keyboard.press('Enter');
  await journey.ready();
  await page.keyboard.press('ArrowRight');
  await journey.isAt(2);
});
