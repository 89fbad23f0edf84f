/** The three ways to send: by the form, by dragging, by the keyboard alone; and what the form refuses. */
import { expect, test } from './fixtures.ts';

test('dragging from a node to the Service fills the form in', async ({ kubehop }) => {
  const { map, sendForm, journey } = kubehop;
  await map.drag(map.byId('header/class2'), map.object('Service two-containers-service'));
  await expect(sendForm.from).toContainText('class2');
  await expect(sendForm.to).toHaveValue('two-containers-service');
  await sendForm.send.click();
  await journey.ready();
  await expect(journey.side.getByRole('heading', { level: 2 })).toHaveText('node/class2 to two-containers-service:80');
  await journey.stepTo(/^DNAT to 10\.244\.1\.2:80/);
});

test('a drag given up with Escape sends nothing', async ({ kubehop, page }) => {
  const { map, sendForm } = kubehop;
  const start = await map.byId('header/class').boundingBox();
  if (start === null) throw new Error('class is not on the map');
  await page.mouse.move(start.x + 10, start.y + 10);
  await page.mouse.down();
  await page.mouse.move(start.x + 80, start.y + 60, { steps: 3 });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expect(sendForm.dialog).toBeHidden();
});

test('by the keyboard alone: from the first Tab to the DNAT and back @smoke', async ({ kubehop, page }) => {
  const { map, sendForm, journey } = kubehop;
  for (let tabs = 0; tabs < 60 && !(await map.stage.evaluate((stage) => stage === document.activeElement)); tabs++) {
    // In the editor Tab indents; Esc, then Tab, leaves it.
    if (await kubehop.manifests.editor.evaluate((editor) => (editor.getRootNode() as ShadowRoot).activeElement === editor))
      await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
  }
  await expect(map.stage).toBeFocused();
  await page.keyboard.press('s');
  await expect(sendForm.dialog).toBeVisible();
  const focused = (): Promise<string | null | undefined> => page.evaluate(() => document.activeElement?.getAttribute('type'));
  for (let tabs = 0; tabs < 20 && (await focused()) !== 'submit'; tabs++) await page.keyboard.press('Tab');
  await expect(sendForm.send).toBeFocused();
  await page.keyboard.press('Enter');
  await journey.ready();
  await journey.isAt(1);
  await expect(map.stage).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await journey.isAt(2);
  const count = await journey.count();
  for (let step = 3; step <= count && !(await journey.fact()).startsWith('DNAT to'); step++) {
    await page.keyboard.press('ArrowRight');
    await journey.isAt(step);
  }
  await expect(journey.current).toContainText('DNAT to 10.244.1.2:80');
  const dnat = await journey.number();
  await page.keyboard.press('ArrowLeft');
  await journey.isAt(dnat - 1);
  await expect(journey.packet).toContainText('to 10.99.25.192:80');
});

test('the form takes any end, and says what it cannot use', async ({ kubehop }) => {
  const { map, sendForm, journey } = kubehop;
  await map.send.click();
  await sendForm.typeTo('not a name');
  await expect(sendForm.dialog).toContainText('Neither a name of this cluster, an IPv4 address nor a host name.');
  await expect(sendForm.send).toBeDisabled();
  await sendForm.chooseTo('two-containers-service');
  await sendForm.typePort('99999');
  await expect(sendForm.dialog).toContainText('A port is a number from 1 to 65535.');
  await expect(sendForm.send).toBeDisabled();
  await sendForm.choosePort('6800');
  await expect(sendForm.dialog).toContainText('10.99.25.192:6800');
  await sendForm.chooseFrom('external');
  await expect(sendForm.dialog).toContainText('No node has this address');
  await sendForm.chooseFrom('two-containers');
  await sendForm.send.click();
  await journey.ready();
  await expect(journey.side.getByRole('heading', { level: 2 })).toHaveText('pod/two-containers to two-containers-service:6800');
  await journey.stepTo(/^DNAT to 10\.244\.1\.2:6800/);
});

test('Stop at: playing halts at the chain that was named', async ({ kubehop, page }) => {
  const { map, sendForm, journey } = kubehop;
  await map.send.click();
  await sendForm.stopAt.fill('KUBE-SVC-*');
  await expect(sendForm.dialog).toContainText(/chains match on class/);
  await sendForm.send.click();
  await journey.ready();
  await page.getByRole('combobox', { name: 'Speed' }).selectOption('4×');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible({ timeout: 20_000 });
  await expect(journey.current).toContainText('KUBE-SVC-BKM3I2STRWDME2DT');
});
