/** Three replicas: the statistic rules, every outcome with its probability, and a thousand connections measured. */
import { expect, test } from './fixtures.ts';

test('three replicas share by the statistic rules, and a thousand connections agree @smoke', async ({ kubehop }) => {
  const { manifests, journey } = kubehop;
  await manifests.menu('Delete its objects from the cluster');
  await expect(manifests.file('pod.yaml')).toContainText('deleted from cluster');
  await manifests.open('deployment.yaml');
  await expect(manifests.would).toContainText('two-containers-deployment');
  await manifests.apply.click();
  expect(await kubehop.changed('controllers', null)).toMatch(/\+3 Pods, \+1 ReplicaSet/);
  await kubehop.sendProposed();
  await journey.stepTo(/^DNAT to/);

  const chain = journey.stage.getByRole('region', { name: 'KUBE-SVC-BKM3I2STRWDME2DT' });
  await expect(chain).toContainText('rule 1 of 3');
  await expect(chain).toContainText('-m statistic --mode random --probability 0.33333333349');
  await expect(chain).toContainText('--probability 0.50000000000');
  await expect(chain).toContainText(/The draw was 0\.\d+, below 0\.33333333349/);
  await expect(journey.outcomes).toContainText('3 possible');
  await expect(journey.outcomes.getByRole('listitem')).toHaveText([/^33\.3%/, /^33\.3%/, /^33\.3%/]);

  await journey.outcomes.getByRole('button', { name: 'Send 1,000' }).click();
  await expect(journey.outcomes).toContainText('Sent 1,000: expected and measured');
  await expect(journey.outcomes.getByRole('img')).toBeVisible();
  await journey.outcomes.getByRole('button', { name: 'As a table' }).click();
  const rows = journey.outcomes.getByRole('row');
  await expect(rows).toHaveCount(4);
  const measured = await Promise.all(
    [1, 2, 3].map(async (row) => Number(await rows.nth(row).getByRole('cell').first().innerText())),
  );
  expect(measured.reduce((sum, each) => sum + each, 0)).toBe(1000);
  for (const each of measured) expect(Math.abs(each - 333)).toBeLessThan(60);
});
