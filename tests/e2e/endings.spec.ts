/** Packets that do not arrive end as what they are: a loop, a timeout, no route, a refusal. */
import { expect, test } from './fixtures.ts';
import type { Kubehop } from './pages/kubehop.ts';

async function iptables(kubehop: Kubehop, node: string, line: string): Promise<void> {
  const { page } = kubehop;
  const dock = page.getByRole('tabpanel', { name: 'Chains' });
  await dock.getByRole('button', { name: /Node$/ }).click();
  await page.getByRole('option', { name: node, exact: true }).click();
  const input = page.getByRole('textbox', { name: `iptables command on ${node}` });
  await input.fill(line);
  await input.press('Enter');
  await expect(input).toHaveValue('');
}

test('a forwarding loop ends by ttl, and is shown as the loop it is', async ({ kubehop }) => {
  const { journey, map, sendForm } = kubehop;
  await iptables(kubehop, 'class', '-I PREROUTING -p tcp -d 192.168.1.12 --dport 80 -j DNAT --to-destination 192.168.1.8:80');
  await iptables(kubehop, 'class2', '-I PREROUTING -p tcp -d 192.168.1.8 --dport 80 -j DNAT --to-destination 192.168.1.12:80');
  await map.send.click();
  await sendForm.chooseFrom('external');
  await sendForm.typeTo('192.168.1.12');
  await sendForm.typePort('80');
  await sendForm.send.click();
  await journey.ready();
  await expect(journey.banner).toContainText('TTL_EXCEEDED');
  await expect(journey.banner).toContainText('as in a loop');
  await journey.banner.getByRole('button', { name: /^Show step/ }).click();
  await expect(journey.current).toContainText('TTL_EXCEEDED');
});

test('an address nobody has: no route to host, once ARP has given up on the other node', async ({ kubehop }) => {
  const { journey, map, sendForm } = kubehop;
  await map.send.click();
  await sendForm.typeTo('10.244.1.99');
  await sendForm.typePort('80');
  await sendForm.send.click();
  await journey.ready();
  await expect(journey.banner).toContainText('no route to host');
  await journey.show('All');
  await expect(journey.steps).toContainText('10.244.1.99');
});

test('a dropping rule: a timeout after every attempt, and the rule is named', async ({ kubehop }) => {
  const { journey } = kubehop;
  await iptables(kubehop, 'class2', '-t filter -I FORWARD -d 10.244.1.2 -j DROP');
  await kubehop.sendProposed();
  await expect(journey.banner).toContainText('timed out');
  await expect(journey.banner).toContainText('NETFILTER_DROP');
  await expect(journey.banner).toContainText(/Sent \d+ times/);
  await journey.banner.getByRole('button', { name: /^Show step/ }).click();
  await expect(journey.current).toContainText('dropped');
  await expect(journey.packet).toContainText('at class2, FORWARD');
});

test('iptables refuses a line it cannot read in its own words', async ({ kubehop, page }) => {
  const input = page.getByRole('textbox', { name: 'iptables command on class' });
  await input.fill('-A NOWHERE -j DROP');
  await input.press('Enter');
  await expect(page.getByRole('alert')).toContainText(/iptables|chain/i);
  await expect(input).toHaveValue('-A NOWHERE -j DROP');
  await expect(kubehop.undo).toBeDisabled();
});

test('a port nobody serves is refused by the Pod’s kernel', async ({ kubehop }) => {
  const { journey, map, sendForm } = kubehop;
  await map.send.click();
  await sendForm.typeTo('10.244.1.2');
  await sendForm.typePort('81');
  await sendForm.send.click();
  await journey.ready();
  await expect(journey.banner).toContainText('refused');
  await expect(journey.banner).toContainText('NO_SOCKET');
});
