/** Moving about in a journey: back to the very state that was, scrubbing, units, filters, playing, reduced motion. */
import { expect, test } from './fixtures.ts';

test('a step back finds the previous state, everywhere on the screen', async ({ kubehop }) => {
  const { journey } = kubehop;
  await kubehop.sendProposed();
  await journey.stepTo(/^DNAT to/);
  await journey.press('ArrowLeft');
  const before = await seen();
  await expect(journey.packet).toContainText('to 10.99.25.192:80');
  await journey.press('ArrowRight');
  await expect(journey.packet).toContainText('to 10.244.1.2:80');
  expect(await seen()).not.toEqual(before);
  await journey.back.click();
  await expect(journey.packet).toContainText('to 10.99.25.192:80');
  expect(await seen()).toEqual(before);

  async function seen(): Promise<readonly string[]> {
    return Promise.all([
      journey.current.innerText(),
      journey.detail.innerText(),
      journey.packet.innerText(),
      journey.stage.innerText(),
      journey.fact(),
    ]);
  }
});

test('Home, End, arrows, Shift arrows and Page keys move by their units', async ({ kubehop }) => {
  const { journey } = kubehop;
  await kubehop.sendProposed();
  const count = await journey.count();
  await journey.press('End');
  await journey.isAt(count);
  await expect(journey.current).toContainText('delivered to nginx');
  await journey.press('Home');
  await journey.isAt(1);
  await journey.press('Shift+ArrowRight');
  const hop = await journey.number();
  expect(hop).toBeGreaterThan(10);
  await expect(journey.current).toContainText('flannel.1 out');
  await journey.press('PageUp');
  await expect(journey.current).toContainText('eth0 out');
  await journey.press('Shift+ArrowLeft');
  await journey.isAt(hop);
});

test('stepping by hop, by hook and by rule', async ({ kubehop }) => {
  const { journey } = kubehop;
  await kubehop.sendProposed();
  const visits: Record<string, number> = {};
  for (const unit of ['hop', 'hook', 'rule'] as const) {
    await journey.by(unit);
    await journey.timeline.press('Home');
    await journey.isAt(1);
    await journey.step.click();
    await expect(journey.timeline).not.toHaveAttribute('aria-valuenow', '1');
    visits[unit] = await journey.number();
  }
  expect(visits['rule']).toBe(2);
  expect(visits['hook']).toBeLessThan(visits['hop'] ?? 0);
});

test('the timeline is scrubbed with the pointer', async ({ kubehop, page }) => {
  const { journey } = kubehop;
  await kubehop.sendProposed();
  const box = await journey.timeline.boundingBox();
  if (box === null) throw new Error('no timeline');
  await page.mouse.move(box.x + 2, box.y + box.height / 2);
  await page.mouse.down();
  await journey.isAt(1);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 5 });
  const middle = await journey.number();
  expect(middle).toBeGreaterThan(20);
  await page.mouse.move(box.x + box.width - 1, box.y + box.height / 2, { steps: 5 });
  await journey.isAt(await journey.count());
  await page.mouse.up();
});

test('a press on a row of the hop list, of the shelf or of the hook diagram goes there', async ({ kubehop }) => {
  const { journey } = kubehop;
  await kubehop.sendProposed();
  await journey.stepTo(/^DNAT to/);
  const dnat = await journey.number();
  await journey.steps.getByRole('button', { name: /curl connects/ }).click();
  await journey.isAt(1);
  await journey.press('End');
  await journey.press('Home');
  await journey.stepTo(/^KUBE-SERVICES/);
  await journey.stage.getByRole('button', { name: 'OUTPUT nat: go to its first step' }).press('Enter');
  await journey.stepTo(/^DNAT to/);
  await journey.isAt(dnat);
  await journey.stage.getByRole('region', { name: 'KUBE-SVC-BKM3I2STRWDME2DT' }).getByRole('button').click();
  await expect(journey.current).toContainText('KUBE-SEP-EPWJSOP6CSOAPIGU');
});

test('request, reply, ARP and all of the flow; R turns about', async ({ kubehop }) => {
  const { journey } = kubehop;
  await kubehop.sendProposed();
  const request = await journey.count();
  await journey.show('ARP');
  await expect(journey.steps).toContainText(/who-has|asks|ARP/);
  await journey.show('All');
  expect(await journey.count()).toBeGreaterThan(request);
  await journey.show('Request');
  await expect(journey.timeline).toHaveAttribute('aria-valuemax', String(request));
  await journey.timeline.press('r');
  await expect(journey.side.getByRole('radio', { name: 'Reply' })).toBeChecked();
  await journey.timeline.press('r');
  await expect(journey.side.getByRole('radio', { name: 'Request' })).toBeChecked();
});

test('all rules of a table, and iptables-save, beside the rules met', async ({ kubehop }) => {
  const { journey } = kubehop;
  await kubehop.sendProposed();
  await journey.stepTo(/^DNAT to/);
  await journey.stage.getByRole('radio', { name: 'All rules' }).click();
  await expect(journey.stage).toContainText('KUBE-SVC-BKM3I2STRWDME2DT');
  await journey.stage.getByRole('radio', { name: 'iptables-save' }).click();
  await expect(journey.stage).toContainText('-A KUBE-SEP-EPWJSOP6CSOAPIGU -p tcp -m comment --comment');
  await expect(journey.stage).toContainText('--to-destination 10.244.1.2:80');
});

test('B sets a stop at the step, playing halts there, and the counters of the rules have moved', async ({ kubehop, page }) => {
  const { journey } = kubehop;
  await kubehop.sendProposed();
  await journey.stepTo(/^DNAT to/);
  const dnat = await journey.number();
  await journey.timeline.press('b');
  await expect(page.getByText('stops at 1 place')).toBeVisible();
  await journey.press('Home');
  await page.getByRole('combobox', { name: 'Speed' }).selectOption('4×');
  await journey.timeline.press(' ');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect(journey.timeline).toHaveAttribute('aria-valuenow', String(dnat), { timeout: 20_000 });
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await expect(journey.detail).toContainText('1 packet');
});

test('with reduced motion the packet is at its place at once', async ({ kubehop, page }) => {
  const { journey } = kubehop;
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await kubehop.sendProposed();
  await journey.press('End');
  const chip = page.locator('svg.kh-map g.chip');
  await expect(chip).toBeVisible();
  const at = await chip.getAttribute('transform');
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  expect(await chip.getAttribute('transform')).toBe(at);
});
