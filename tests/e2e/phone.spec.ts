/** On a phone: one node fills the width, everything else is in the sheet, targets are large enough for a thumb. */
import { expect, test } from './fixtures.ts';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

test('the story on a phone: send, step, read, reply @smoke', async ({ kubehop, page }) => {
  const { map, journey, sendForm } = kubehop;
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await map.send.click();
  await expect(sendForm.send).toBeInViewport();
  await sendForm.send.click();
  await expect(journey.timeline).toBeVisible();
  await expect(journey.current).toBeVisible();
  await journey.stepTo(/^DNAT to/);
  await expect(journey.current).toContainText('DNAT to 10.244.1.2:80');
  await page.getByRole('tab', { name: 'Inside the kernel' }).click();
  await expect(page.getByRole('region', { name: 'KUBE-SEP-EPWJSOP6CSOAPIGU' })).toBeVisible();
  await page.getByRole('tab', { name: 'Journey' }).click();
  await page.getByRole('radio', { name: 'Reply' }).click();
  await expect(journey.current).toContainText('nginx sends SYN-ACK');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
});

test('what a thumb presses is 44 pixels high', async ({ kubehop, page }) => {
  await expect(kubehop.map.send).toBeVisible();
  const small = await page.locator('header button, main button').evaluateAll((buttons) =>
    buttons
      .filter((button) => button.checkVisibility() && button.closest('[role="treegrid"]') === null)
      .map((button) => ({
        name: button.getAttribute('aria-label') ?? button.textContent,
        height: button.getBoundingClientRect().height,
      }))
      .filter(({ height }) => height > 0 && height < 44),
  );
  expect(small).toEqual([]);
});

test('the sheet has three stops', async ({ kubehop, page }) => {
  await expect(kubehop.map.send).toBeVisible();
  const grip = page.getByRole('button', { name: /Change the height of the sheet/ });
  await grip.click();
  await expect(grip).toHaveAccessibleName(/Sheet open/);
  await grip.click();
  await expect(grip).toHaveAccessibleName(/Sheet closed/);
  await grip.click();
  await expect(grip).toHaveAccessibleName(/half open/);
});
