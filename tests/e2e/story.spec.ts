/** The main story, as the README tells it: what stands, what Apply changes, and a packet from the master to the ClusterIP. */
import { expect, test } from './fixtures.ts';

test("the lab report's cluster stands: nodes, Pod, Service without a device @smoke", async ({ kubehop }) => {
  const { map, manifests, page } = kubehop;
  await expect(page.getByRole('button', { name: /^Open a scenario: Lab report/ })).toBeVisible();
  await expect(map.byId('header/class')).toContainText('192.168.1.12');
  await expect(map.byId('header/class')).toContainText('control-plane');
  await expect(map.byId('header/class2')).toContainText('192.168.1.8');
  await expect(map.byId('label/default/two-containers')).toContainText('10.244.1.2');
  await expect(map.object('container pause,')).toContainText('holds the namespace');
  await expect(map.object('container nginx,')).toContainText('80');
  await expect(map.object('container aria2ng-downloader,')).toContainText('6800 6880');
  await expect(map.byId('link/class2/default/two-containers/eth0').locator('text')).toHaveText(/^2: eth0@if\d+$/);
  await expect(map.object('cni0 in root').last()).toContainText('10.244.1.1/24');
  const service = map.object('Service two-containers-service');
  await expect(service).toContainText('10.99.25.192');
  await expect(service).toContainText('no device: rules on every node');
  await expect(manifests.file('pod.yaml')).toContainText('applied');
  await expect(manifests.file('service.yaml')).toContainText('applied');
  await expect(manifests.file('deployment.yaml')).toContainText('not applied');
});

test('Apply says what it changed on which node: three containers, a veth pair, rules @smoke', async ({ kubehop }) => {
  const { manifests, map } = kubehop;
  await kubehop.openScenario('An empty cluster');
  await kubehop.standing();
  await manifests.paste(podAndService);
  await expect(manifests.would).toContainText('Apply would change + Pod default/two-containers');
  await manifests.apply.click();
  await expect(manifests.file('hello.yaml')).toContainText('applied');
  expect(await kubehop.changed('API server', null)).toBe('+1 Pod, +1 Service');
  expect(await kubehop.changed('kubelet', 'class2')).toBe('+3 containers');
  expect(await kubehop.changed('kubelet', 'class')).toBe('');
  expect(await kubehop.changed('CNI flannel', 'class2')).toMatch(/\+1 veth pair/);
  for (const node of ['class', 'class2']) expect(await kubehop.changed('kube-proxy', node)).toMatch(/\+2 chains, \+5 rules/);
  await expect(map.object('Pod two-containers,')).toBeVisible();

  await kubehop.changes.getByRole('button', { name: '+3 containers' }).click();
  await expect(kubehop.changes.getByRole('list').last()).toContainText('aria2ng-downloader');
  await kubehop.changes
    .getByRole('button', { name: /chains/ })
    .last()
    .click();
  await expect(kubehop.changes.getByText('nat KUBE-SVC-BKM3I2STRWDME2DT')).toBeVisible();
  await kubehop.changes.getByText('nat KUBE-SVC-BKM3I2STRWDME2DT').click();
  await expect(kubehop.inspector.getByRole('heading', { name: 'KUBE-SVC-BKM3I2STRWDME2DT' })).toBeVisible();
  await expect(kubehop.page.getByRole('region', { name: 'KUBE-SVC-BKM3I2STRWDME2DT' })).toContainText(/KUBE-SEP-\w{16}/);
});

test('a packet walks from the master to the Pod, every rule of the way read off the screen @smoke', async ({ kubehop }) => {
  const { journey, map } = kubehop;
  await map.send.click();
  await expect(kubehop.sendForm.from).toContainText('class');
  await expect(kubehop.sendForm.to).toHaveValue('two-containers-service');
  await kubehop.sendForm.send.click();
  await journey.ready();

  await journey.stepTo(/^DNAT to/);
  await expect(journey.current).toContainText('DNAT to 10.244.1.2:80');
  await expect(journey.packet).toContainText('10.99.25.192:80 became 10.244.1.2:80');
  expect(await journey.header('destination')).toEqual(['10.99.25.192:80', '10.244.1.2:80']);
  await expect(journey.detail.locator('mark')).toHaveText('10.244.1.2:80');
  expect(await journey.chains()).toEqual(['OUTPUT', 'KUBE-SERVICES', 'KUBE-SVC-BKM3I2STRWDME2DT', 'KUBE-SEP-EPWJSOP6CSOAPIGU']);
  await expect(journey.detail).toContainText('iptables -t nat -nvL KUBE-SEP-EPWJSOP6CSOAPIGU');
  await expect(journey.detail.getByRole('button', { name: /service\.yaml, line \d+/ })).toBeVisible();
  for (const name of ['KUBE-SERVICES', 'KUBE-SVC-BKM3I2STRWDME2DT', 'KUBE-SEP-EPWJSOP6CSOAPIGU'])
    await expect(journey.steps.getByRole('button', { name: new RegExp(`^\\d+ ${name}$`) })).toBeVisible();
  await expect(journey.steps.getByRole('button', { name: /source is not 10\.244\.1\.2$/ })).toBeVisible();

  await journey.stepTo(/^routed again/);
  await expect(journey.current).toContainText('via 10.244.1.0 dev flannel.1');
  await journey.stepTo(/^MASQUERADE/);
  await expect(journey.current).toContainText('MASQUERADE as 10.244.0.0');
  await journey.stepTo(/^sealed/);
  await expect(journey.current).toContainText('sealed: VXLAN vni 1, UDP 8472');
  await journey.stepTo(/192\.168\.1\.12 to 192\.168\.1\.8, sealed/);
  await expect(journey.packet).toContainText('inside a packet from 192.168.1.12 to 192.168.1.8, VXLAN vni 1, UDP 8472');
  await journey.stepTo(/opened$/);
  await journey.stepTo(/^ttl 64 becomes 63/);
  await expect(journey.detail).toContainText('ttl');
  expect(await journey.header('ttl')).toEqual(['64', '63']);
  await journey.stepTo(/^cni0 out/);
  await expect(journey.current).toContainText('ttl 63');
  await journey.stepTo(/^veth\w+ out/);
  await journey.stepTo(/^eth0 in/);
  await journey.stepTo(/^delivered to nginx/);
  await expect(journey.packet).toContainText('two-containers');
  expect(await journey.number()).toBe(await journey.count());
});

test('the steps stand in the order of the kernel, and the reply is turned back', async ({ kubehop }) => {
  const { journey } = kubehop;
  await kubehop.sendProposed();
  const request = await journey.walk();
  expect(inOrder(request, requestFacts)).toEqual(requestFacts.map(String));

  await journey.show('Reply');
  await expect(journey.current).toContainText('nginx sends SYN-ACK');
  const reply = await journey.walk();
  expect(inOrder(reply, replyFacts)).toEqual(replyFacts.map(String));
  await expect(journey.current).toContainText('delivered to curl');
});

const requestFacts = [
  /^curl connects to 10\.99\.25\.192:80/,
  /^routed: default/,
  /^OUTPUT/,
  /^conntrack: a new connection/,
  /^KUBE-SERVICES/,
  /^KUBE-SVC-BKM3I2STRWDME2DT/,
  /^KUBE-SEP-EPWJSOP6CSOAPIGU/,
  /^DNAT to 10\.244\.1\.2:80/,
  /^routed again: via 10\.244\.1\.0 dev flannel\.1/,
  /^POSTROUTING/,
  /^KUBE-POSTROUTING/,
  /^MASQUERADE as 10\.244\.0\.0/,
  /^flannel\.1 out/,
  /^sealed: VXLAN vni 1, UDP 8472/,
  /^eth0 out/,
  /^192\.168\.1\.12 to 192\.168\.1\.8, sealed/,
  /^eth0 in/,
  /^UDP 8472, vni 1: opened/,
  /^flannel\.1 in/,
  /^routed: 10\.244\.1\.0\/24, cni0/,
  /^ttl 64 becomes 63/,
  /^FORWARD/,
  /^cni0 out/,
  /^cni0: that MAC is at veth/,
  /^veth\w+ out/,
  /^eth0 in/,
  /^delivered to nginx/,
];

const replyFacts = [
  /^nginx sends SYN-ACK/,
  /^eth0 out/,
  /^veth\w+ in/,
  /^cni0 in/,
  /^ttl 64 becomes 63/,
  /^sealed: VXLAN/,
  /^192\.168\.1\.8 to 192\.168\.1\.12, sealed/,
  /opened$/,
  /^destination turned back to 192\.168\.1\.12/,
  /^source turned back to 10\.99\.25\.192:80/,
  /^delivered to curl/,
];

/** The patterns that are met one after the other. */
function inOrder(facts: readonly string[], patterns: readonly RegExp[]): readonly string[] {
  let at = 0;
  for (const fact of facts) if (patterns[at]?.test(fact) === true) at++;
  return patterns.slice(0, at).map(String);
}

const podAndService = `apiVersion: v1
kind: Pod
metadata:
  name: two-containers
  labels: {app: two-containers}
spec:
  containers:
    - name: nginx
      image: dplsming/nginx-fileserver:1.0
      ports: [{containerPort: 80}]
    - name: aria2ng-downloader
      image: dplsming/aria2ng-downloader:1.0
      ports: [{containerPort: 6800}]
---
apiVersion: v1
kind: Service
metadata:
  name: two-containers-service
spec:
  selector: {app: two-containers}
  ports: [{name: http1, port: 80}]
`;
