/** The palette, the sheet of keys, the outline, and the keyboard map. */
import { expect, test } from './fixtures.ts';

test('the palette finds objects, rules and commands, and runs them', async ({ kubehop, page }) => {
  const { palette, inspector } = kubehop;
  await page.keyboard.press('ControlOrMeta+k');
  await expect(palette.getByRole('searchbox')).toBeFocused();
  await page.keyboard.type('two-containers-service');
  await expect(palette.getByRole('option').first()).toContainText('two-containers-service');
  await page.keyboard.press('Enter');
  await expect(palette).toBeHidden();
  await expect(inspector.getByRole('heading', { name: 'two-containers-service' })).toBeVisible();

  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('KUBE-SEP-EPWJSOP6CSOAPIGU');
  await palette
    .getByRole('option', { name: /KUBE-SEP-EPWJSOP6CSOAPIGU/ })
    .first()
    .click();
  await expect(page.getByRole('region', { name: 'KUBE-SEP-EPWJSOP6CSOAPIGU' })).toContainText(
    /to(-destination |:)10\.244\.1\.2:80/,
  );

  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('theme dark');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');

  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('zzzz');
  await expect(palette).toContainText('Nothing is called that.');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
});

test('? shows all keys; single letters can be switched off', async ({ kubehop, page }) => {
  const { keys, map, sendForm } = kubehop;
  await map.stage.focus();
  await page.keyboard.press('?');
  await expect(keys).toContainText('Send a packet');
  await expect(keys).toContainText('Journey: step back');
  await keys.getByRole('radio', { name: 'Off' }).click();
  await page.keyboard.press('Escape');
  await expect(keys).toBeHidden();
  await map.stage.focus();
  await page.keyboard.press('s');
  await page.keyboard.press('3');
  await expect(sendForm.dialog).toBeHidden();
});

test('1, 2 and 3 are the zooms; letters typed into a field are letters', async ({ kubehop, page }) => {
  const { map } = kubehop;
  await map.stage.focus();
  for (const [key, name] of [
    ['1', 'Cluster'],
    ['3', 'Kernel'],
    ['2', 'Node'],
  ] as const) {
    await page.keyboard.press(key);
    await expect(map.region.getByRole('radio', { name, exact: true })).toBeChecked();
  }
  const find = page.getByRole('textbox', { name: 'Find a chain or a rule' });
  await find.fill('');
  await find.pressSequentially('sr13');
  await expect(find).toHaveValue('sr13');
  await expect(kubehop.sendForm.dialog).toBeHidden();
  await expect(map.region.getByRole('radio', { name: 'Node', exact: true })).toBeChecked();
});

test('the outline walks what contains what, and selects', async ({ kubehop, page }) => {
  const { map, inspector } = kubehop;
  await map.outline.getByRole('row', { name: 'node class2' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(map.outline.getByRole('row', { name: /^Pod two-containers/ })).toBeAttached();
  await page.keyboard.press('ArrowDown');
  await expect(inspector.getByRole('heading', { name: 'two-containers' })).toBeVisible();
  await expect(inspector).toContainText('10.244.1.2');
});

test('A sends a thousand, Escape lets go, Ctrl Enter applies', async ({ kubehop, page }) => {
  const { journey, manifests, map, inspector } = kubehop;
  await map.object('Service two-containers-service').click();
  await expect(inspector.getByRole('heading', { name: 'two-containers-service' })).toBeVisible();
  await map.stage.focus();
  await page.keyboard.press('Escape');
  await expect(inspector).toContainText('Select anything on the map');
  await manifests.open('deployment.yaml');
  await manifests.editor.click();
  await page.keyboard.press('ControlOrMeta+Enter');
  await expect(manifests.file('deployment.yaml')).toHaveText(/deployment\.yaml\s*applied/);
  await kubehop.sendProposed();
  await journey.timeline.press('a');
  await expect(journey.outcomes).toContainText('Sent 1,000');
});

test('the inspector says what a thing is, who made it, and how to see it on a real node', async ({ kubehop }) => {
  const { map, inspector, manifests } = kubehop;
  await map.region.locator('g[data-object^="link/class2/root/veth"]').click();
  await expect(inspector.getByRole('heading', { level: 2 })).toHaveText(/^veth\w+@if2$/);
  await expect(inspector).toContainText('One cable, two plugs.');
  await expect(inspector).toContainText('CNI ADD');
  await expect(inspector).toContainText(/ip -d addr show veth/);
  await inspector.getByRole('button', { name: /pod\.yaml, line/ }).click();
  await expect(manifests.editor).toBeFocused();
  await expect(kubehop.page.locator('.cm-madeLine').first()).toBeVisible();
});
