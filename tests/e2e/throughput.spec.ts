/** A Pod with bandwidth annotations on Calico: what it sends is measured, and beyond the burst stays near its limit. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from './fixtures.ts';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const SHAPED = `apiVersion: v1
kind: Pod
metadata:
  name: shaped
  namespace: test
  annotations:
    kubernetes.io/egress-bandwidth: 1M
spec:
  nodeName: k8s-worker1
  containers:
    - name: web
      image: ikubernetes/demoapp:v1.0
`;

test('a shaped Pod is near its limit, and the page says which queue held it there', async ({ kubehop, page }) => {
  const { manifests, map, sendForm, journey } = kubehop;
  await kubehop.openScenario('Calico: blocks, /32 Pods, IP in IP');
  await manifests.paste(SHAPED);
  await manifests.apply.click();
  await expect(kubehop.changes).toContainText('+1 Pod');

  await map.send.click();
  await sendForm.chooseFrom('shaped');
  await sendForm.chooseTo('demoapp-svc');
  const measure = sendForm.dialog.getByRole('button', { name: 'Measure throughput' });
  await measure.focus();
  await page.keyboard.press('Enter');
  await journey.ready();

  await expect(journey.outcomes.getByRole('status')).toContainText(/^TCP throughput: 2\d\.\d Mbits\/sec received$/);
  const rows = journey.outcomes.getByRole('table').getByRole('row');
  await expect(rows).toHaveCount(11);
  await expect(rows.nth(1)).toContainText(/^0\.00–1\.00\d+ Mbits\/sec\d+ Mbits\/sec$/);
  for (let second = 2; second <= 10; second++) {
    const received = await rows.nth(second).getByRole('cell').last().innerText();
    expect(received).toMatch(/^9[45]\d Kbits\/sec$|^960 Kbits\/sec$/);
  }
  await expect(journey.outcomes).toContainText('tbf rate 1Mbit burst 27917286b lat 1.92e+03s');
  await expect(journey.outcomes).toContainText(/k8s-worker1 bwp[0-9a-f]{12}, 0 packets dropped:/);

  await journey.outcomes.getByRole('button', { name: 'As iperf3 prints it' }).click();
  await expect(journey.outcomes.locator('pre')).toContainText('[ ID] Interval           Transfer     Bitrate         Retr');
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([]);
  await kubehop.setLanguage('简体中文');
  await expect(page.getByText(/^TCP 吞吐量：收到 2\d\.\d Mbits\/sec$/)).toBeVisible();
});

test('an unshaped way says that its number is no limit; commands given meanwhile are done after it', async ({ kubehop }) => {
  const { journey } = kubehop;
  await kubehop.sendProposed();
  await journey.outcomes.getByRole('button', { name: 'Measure throughput' }).click();
  await journey.outcomes.getByRole('button', { name: 'Send 1,000' }).click();
  await expect(journey.outcomes).toContainText('No queue stands in the way.');
  await expect(journey.outcomes).toContainText('Ended after 4,000 packets, before its time.');
  await expect(journey.outcomes).toContainText('Sent 1,000: expected and measured');
});
