/** The book chapter's exercise: an empty network namespace becomes a Pod, line by line, and answers. */
import { expect, test } from './fixtures.ts';

const LINES = [
  'ip netns add byhand',
  'ip link add veth0 type veth peer name ceth0',
  'ip link set ceth0 netns byhand',
  'ip addr add 10.1.2.1/24 dev veth0',
  'ip link set veth0 up',
  'ip netns exec byhand ip addr add 10.1.2.3/24 dev ceth0',
  'ip netns exec byhand ip link set ceth0 up',
  'ip netns exec byhand ip route add default via 10.1.2.1',
  'ip netns exec byhand python3 -m http.server 80 &',
];

test('a Pod made by hand is drawn as it grows, answers a packet, and is gone with its namespace', async ({ kubehop, page }) => {
  const { map, inspector, sendForm, journey } = kubehop;
  await kubehop.openScenario('A kind cluster: kindnet');
  await map.byId('header/kind-worker').click();
  const line = inspector.getByRole('textbox');
  for (const text of LINES) {
    await line.fill(text);
    await line.press('Enter');
    await expect(line).toHaveValue('');
  }
  const byHand = map.byId('label/netns/kind-worker/byhand');
  await expect(byHand).toContainText('byhand');
  await expect(byHand).toContainText('10.1.2.3');
  await expect(byHand).toContainText('netns made by hand, python3 80');

  await map.send.click();
  await sendForm.chooseFrom('web-b');
  await sendForm.chooseTo('kind-worker/byhand');
  await sendForm.send.click();
  await journey.ready();
  await expect(journey.outcomes).toContainText('reply from byhand');
  await journey.timeline.press('End');

  await page.getByRole('radio', { name: 'Explore' }).click();
  await byHand.locator('text').first().click();
  await expect(inspector).toContainText('network namespace made by hand');
  await map.byId('header/kind-worker').click();
  await line.fill('ip netns del byhand');
  await line.press('Enter');
  await expect(byHand).toHaveCount(0);
});
