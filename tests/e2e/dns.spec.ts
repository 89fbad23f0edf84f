/** A name before a packet: the look-up is packets that can be watched, then the call goes to what was answered. */
import { expect, test } from './fixtures.ts';

test('a Pod calls a headless Service by its name: the search list is asked through, then TCP goes to a Pod', async ({
  kubehop,
  page,
}) => {
  const { journey, sendForm } = kubehop;
  await kubehop.openScenario('DNS: a name before a packet');
  await kubehop.map.send.click();
  await sendForm.chooseFrom('client');

  // A headless Service has no address to send to; its name does it, and a press takes it.
  await sendForm.typeTo('web');
  await expect(sendForm.send).toBeDisabled();
  await sendForm.dialog.getByRole('button', { name: 'Send to web.default.svc.cluster.local' }).click();
  await expect(sendForm.send).toBeEnabled();
  await sendForm.send.click();
  await journey.ready();

  // Four dots are fewer than ndots:5, so the search list comes first.
  await expect(page.getByRole('radio', { name: 'DNS' })).toBeChecked();
  const lookup = page.getByRole('region', { name: 'Look-up of web.default.svc.cluster.local' });
  await expect(lookup.getByRole('listitem')).toHaveText([
    /^web\.default\.svc\.cluster\.local\.default\.svc\.cluster\.local no such name \(NXDOMAIN\)$/,
    /^web\.default\.svc\.cluster\.local\.svc\.cluster\.local no such name \(NXDOMAIN\)$/,
    /^web\.default\.svc\.cluster\.local\.cluster\.local no such name \(NXDOMAIN\)$/,
    /^web\.default\.svc\.cluster\.local 10\.244\.\d\.\d+, 10\.244\.\d\.\d+, 10\.244\.\d\.\d+$/,
  ]);
  await lookup.getByRole('button').click();
  await expect(lookup.locator('pre')).toContainText('options ndots:5');
  await journey.stepTo(/^DNAT to 10\.244\.\d\.\d+:53$/);

  // The call itself names a Pod and meets no Service's rule.
  await journey.show('Request');
  await journey.press('End');
  await expect(journey.current).toContainText('delivered');
  await expect(journey.outcomes).toContainText('web-');
});

test('a cache on the node: the first look-up goes on to CoreDNS, the second stays on the node, untracked', async ({
  kubehop,
  page,
}) => {
  const { journey, map, sendForm } = kubehop;
  const name = 'front.default.svc.cluster.local';
  await kubehop.openScenario('DNS: a cache on every node');
  await map.send.click();
  await sendForm.chooseFrom('client');
  await sendForm.typeTo(name);
  await sendForm.send.click();
  await journey.ready();
  await expect(page.getByRole('radio', { name: 'DNS' })).toBeChecked();
  const lookup = page.getByRole('region', { name: `Look-up of ${name}` });
  await lookup.getByRole('button').click();
  await expect(lookup.locator('pre')).toHaveText(/^nameserver 169\.254\.25\.10$/m);
  await journey.stepTo(/^not tracked$/);
  const first = await journey.count();

  await page.getByRole('radio', { name: 'Explore' }).click();
  await map.send.click();
  await sendForm.send.click();
  await expect.poll(() => journey.count()).toBeLessThan(first / 2);
  await journey.stepTo(/^delivered to node-cache$/);
});
