/** Inside a Pod: its containers share lo; one of them is killed and nothing moves, pause is killed and all of it does. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from './fixtures.ts';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

test('from one container to the other over lo, and no rule of the node sees it', async ({ kubehop, page }) => {
  const { map, sendForm, journey } = kubehop;
  await map.send.click();
  await sendForm.chooseFrom('two-containers');
  await sendForm.chooseTo('127.0.0.1');
  await sendForm.choosePort('6800');
  await expect(sendForm.dialog).toContainText('It goes over lo and never leaves the namespace: no rule of class2 sees it.');
  await sendForm.send.click();
  await journey.ready();
  await expect(journey.side.getByRole('heading', { level: 2 })).toHaveText('pod/two-containers to 127.0.0.1:6800');
  await journey.stepTo(/^lo out/);
  // The packet stands at lo of that Pod; nothing of the node's own namespace is on its way.
  await expect(map.byId('link/class2/default/two-containers/lo')).toBeVisible();
  await expect(journey.packet).toContainText('127.0.0.1');
  await expect(map.byId('netfilter/class2')).toHaveClass(/off/);
  await journey.stepTo(/^delivered to aria2c/);
  await expect(journey.outcomes).toContainText('sees 127.0.0.1');
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([]);
});

test('a container is killed: the kubelet starts another one, the Pod keeps its address', async ({ kubehop, page }) => {
  const { inspector, map, messages } = kubehop;
  await map.byId('label/default/two-containers').locator('text').first().click();
  await inspector.getByRole('button', { name: 'nginx', exact: true }).click();
  const id = inspector.locator('dd').nth(1);
  const before = await id.innerText();
  const kill = inspector.getByRole('button', { name: 'Kill', exact: true });
  await kill.focus();
  await page.keyboard.press('Enter');
  await expect(messages).toContainText('Killed; the kubelet starts it again');
  await expect(messages).toContainText('docker kill $(docker ps -qf name=k8s_nginx_two-containers_default_)');
  // What is selected is the container that took its place.
  await expect(id).not.toHaveText(before);
  await expect(inspector.locator('dd').first()).toHaveText(/_1$/);
  await expect(inspector).toContainText('running');
  // Killed again, it has to wait; it is down, and nothing of it can be killed.
  await kill.click();
  await expect(inspector).toContainText('exited');
  await expect(kill).toHaveCount(0);
  await kubehop.undo.click();
  await expect(inspector).toContainText('running');
});

test('pause is killed: a new namespace, another address, and the Service follows', async ({ kubehop, page }) => {
  const { inspector, journey, map, messages } = kubehop;
  await map.byId('label/default/two-containers').locator('text').first().click();
  const address = inspector.locator('dl div').filter({ hasText: 'podIP' }).locator('dd');
  await expect(address).toHaveText('10.244.1.2');
  await inspector.getByRole('button', { name: 'Kill its pause container' }).click();
  await expect(messages).toContainText('Killed; the kubelet makes the Pod a new sandbox');
  await expect(address).toHaveText('10.244.1.3');
  expect(await kubehop.changed('CNI flannel', 'class2')).toMatch(/veth/);
  expect(await kubehop.changed('kube-proxy', 'class')).toMatch(/rule/);
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([]);
  await kubehop.sendProposed();
  await journey.stepTo(/^DNAT to 10\.244\.1\.3:80/);
});
