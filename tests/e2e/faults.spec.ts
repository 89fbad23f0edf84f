/** Break a thing where it is, send, read why, repair, send again; and a fault that somebody hid. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from './fixtures.ts';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

test('a forwarding entry is forgotten from the inspector, the journey names the cause, the repair brings the answer back', async ({
  kubehop,
  page,
}) => {
  const { inspector, journey, map } = kubehop;
  await map.byId('link/class/root/flannel.1').click();
  await inspector.getByRole('button', { name: 'Break flannel.1' }).click();
  await page.getByRole('menuitem', { name: 'Forget what is behind 192.168.1.8' }).click();

  // It is told in the header, on the map, in the inspector and in what changed.
  await expect(page.getByRole('button', { name: '1 fault', exact: true })).toBeVisible();
  await expect(map.byId('fault/link/class/root/flannel.1')).toBeVisible();
  const here = inspector
    .getByRole('listitem')
    .filter({ hasText: 'flannel.1 on class does not know what is behind 192.168.1.8' });
  await expect(here.locator('code')).toHaveText(/^bridge fdb replace .* dev flannel\.1 dst 192\.168\.1\.8 self permanent$/);
  expect(await kubehop.changed('user', 'class')).toMatch(/FDB/);
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([]);

  await kubehop.sendProposed();
  await expect(journey.banner).toContainText('SIM_NO_FDB');
  await journey.stepTo(/SIM_NO_FDB/);
  await expect(journey.detail).toContainText('The tunnel has no forwarding entry for this MAC address.');

  await page.getByRole('radio', { name: 'Explore' }).click();
  await page.getByRole('button', { name: '1 fault', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Faults' });
  await dialog.getByRole('button', { name: /^Repair:/ }).click();
  await expect(dialog.getByText('repaired')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: '1 fault', exact: true })).toHaveCount(0);
  await expect(map.byId('fault/link/class/root/flannel.1')).toHaveCount(0);

  await kubehop.sendProposed();
  await expect(journey.banner).not.toContainText('SIM_NO_FDB');
  await expect(journey.outcomes).toContainText('two-containers');
});

test('a hidden fault is counted and not told; given up, it says what it was', async ({ kubehop, page }) => {
  await page.keyboard.press('ControlOrMeta+k');
  await kubehop.palette.getByRole('searchbox').fill('hide a fault');
  await kubehop.palette.getByRole('option', { name: /Hide a fault to find/ }).click();
  await expect(kubehop.changes).toContainText('a hidden fault');
  await page.getByRole('button', { name: '1 fault', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Faults' });
  await expect(dialog.getByRole('listitem')).toContainText(['A hidden faultstill there']);
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await dialog.getByRole('button', { name: 'Give up' }).click();
  await expect(dialog.getByRole('button', { name: /^Repair:/ })).toBeVisible();
  await dialog.getByRole('button', { name: /^Repair:/ }).click();
  await expect(dialog.getByText('repaired')).toBeVisible();
});

test('a command line on the node: refused in the tool’s words, carried out, seen on the map', async ({ kubehop }) => {
  const { inspector, map } = kubehop;
  await map.byId('header/class').locator('text').first().click();
  const line = inspector.getByRole('textbox', { name: 'Command line of class' });
  await line.fill('ip link set cni7 down');
  await line.press('Enter');
  await expect(inspector.getByRole('alert')).toHaveText('Cannot find device "cni7"');
  await line.fill('ip link set flannel.1 down');
  await line.press('Enter');
  await expect(line).toHaveValue('');
  await expect(map.byId('link/class/root/flannel.1').locator('.down')).toBeVisible();
  expect(await kubehop.changed('user', 'class')).toMatch(/device/);
});

test('the list of faults and the menus that break are told to everybody, in every theme, and in Chinese', async ({
  kubehop,
  page,
}) => {
  const { inspector, map } = kubehop;
  const accessible = async (where: string): Promise<void> => {
    const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
    expect(
      violations.map(({ id, nodes }) => `${where}: ${id} ${nodes.map(({ target }) => target.join(' ')).join(', ')}`),
    ).toEqual([]);
  };
  await map.byId('link/class/root/flannel.1').click();
  await inspector.getByRole('button', { name: 'Break flannel.1' }).click();
  await page.getByRole('menuitem', { name: 'Take flannel.1 down' }).click();
  await expect(page.getByRole('button', { name: '1 fault', exact: true })).toBeVisible();
  for (const theme of ['light', 'dark', 'projector'] as const) {
    await kubehop.setTheme(theme);
    await inspector.getByRole('button', { name: 'Break flannel.1' }).click();
    await expect(page.getByRole('menuitem').first()).toBeVisible();
    await accessible(`${theme}, menu`);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: '1 fault', exact: true }).click();
    await expect(page.getByRole('dialog', { name: 'Faults' })).toBeVisible();
    await accessible(`${theme}, dialog`);
    await page.keyboard.press('Escape');
  }
  await kubehop.setTheme('light');
  await kubehop.setLanguage('简体中文');
  await page.getByRole('button', { name: '1 个故障', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: '故障' });
  await expect(dialog.getByRole('listitem')).toContainText(['class 上的 flannel.1 被关闭']);
  await accessible('Chinese, dialog');
  await dialog.getByRole('button', { name: /^修复/ }).click();
  await expect(dialog.getByText('已修复')).toBeVisible();
});

test('a UDP Service’s back end is taken from a client that keeps its port; what stops it and what repairs it are told', async ({
  kubehop,
  page,
}) => {
  const { inspector, map } = kubehop;
  await kubehop.openScenario('Broken: a flow that goes to a Pod that is gone');
  await page.getByRole('button', { name: '1 fault', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Faults' });
  await expect(dialog).toContainText('port 5353 of default/client is sent to a back end of default/syslog that is gone');
  await expect(dialog.locator('code')).toHaveText('systemctl start kube-proxy on class');
  await dialog.getByRole('button', { name: /^Repair:/ }).click();
  await expect(dialog.getByText('repaired')).toBeVisible();
  await page.keyboard.press('Escape');

  await map.byId('service/Service default/syslog').click();
  await inspector.getByRole('button', { name: 'Break syslog' }).click();
  await page.getByRole('menuitem', { name: /^Delete the back end of default\/syslog that port 5353/ }).click();
  await expect(page.getByRole('button', { name: '1 fault', exact: true })).toBeVisible();
});

test('the control plane switched off: the map says who is without it, Apply is refused in kubectl’s words and nothing typed is lost', async ({
  kubehop,
  page,
}) => {
  const { inspector, journey, manifests, map } = kubehop;
  const text = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: late\nspec:\n  ports:\n    - port: 80';
  const unreachable = 'dial tcp 192.168.1.12:6443: connect: no route to host';
  await map.byId('header/class').locator('text').first().click();
  await inspector.getByRole('button', { name: 'Break class', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Switch class off' }).click();
  await expect(map.byId('header/class')).toContainText('off');
  await expect(map.byId('header/class2')).toContainText('no API server');

  await manifests.paste(text);
  await expect(manifests.problems).toContainText(unreachable);
  await manifests.apply.click();
  await expect(manifests.problems).toContainText('nothing was applied');
  await expect(manifests.problems).toContainText(unreachable);
  expect(await manifests.text()).toBe(text);
  await map.byId('header/class2').locator('text').first().click();
  await expect(inspector).toContainText(unreachable);
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);

  await page.getByRole('button', { name: '1 fault', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Faults' });
  await dialog.getByRole('button', { name: /^Repair:/ }).click();
  await expect(dialog.getByText('repaired')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(map.byId('header/class2')).not.toContainText('no API server');
  await expect(manifests.problems).toBeHidden();
  expect(await manifests.text()).toBe(text);
  await manifests.apply.click();
  await expect(map.object('Service late')).toBeVisible();
  await kubehop.sendProposed();
  await expect(journey.outcomes).toContainText('two-containers');
});
