/** Bad input is met as the API server meets it: at its line, in its words, with nothing lost and nothing applied. */
import { expect, test } from './fixtures.ts';

const service = (ports: string): string => `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
${ports}`;

test('a syntax error is told at its line; the text stays as it was typed @smoke', async ({ kubehop }) => {
  const { manifests } = kubehop;
  const text = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n spec: [';
  await manifests.paste(text);
  await expect(manifests.problems).toContainText('This manifest cannot be read');
  expect((await manifests.faultLines())[0]).toBe('5');
  await expect(manifests.would).toContainText('Apply would fail');
  await manifests.editor.press('ControlOrMeta+Enter');
  await expect(manifests.problems).toContainText('nothing was applied');
  expect(await manifests.text()).toBe(text);
});

test('several faults at once, each at its line; a line number goes to its line; the text stays', async ({ kubehop }) => {
  const { manifests, map } = kubehop;
  const text = service('    - port: 70000\n      name: Web\n    - port: 80\n      name: b\n      protocol: TPC\n');
  await manifests.paste(text);
  await expect(manifests.problems).toBeVisible();
  await manifests.apply.click();
  await expect(manifests.problems).toContainText('nothing was applied');
  const said = await manifests.said();
  expect(said.map((each) => each.split(':')[0])).toEqual(['9', '10', '13']);
  expect(said[0]).toContain('spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive');
  expect(said[2]).toContain('spec.ports[1].protocol: Unsupported value: "TPC"');
  expect(await manifests.faultLines()).toEqual(['9', '10', '13']);
  await expect(map.object('Service web')).toBeHidden();
  await manifests.problems.getByRole('button', { name: 'Line 13' }).click();
  await expect(manifests.editor).toBeFocused();
  expect(await manifests.text()).toBe(text);
});

test('a port out of range is refused in the API server’s words', async ({ kubehop }) => {
  const { manifests } = kubehop;
  await manifests.paste(service('    - port: 70000\n'));
  await expect(manifests.problems).toContainText(
    'spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive',
  );
  expect(await manifests.faultLines()).toEqual(['9']);
});

test('an unknown kind, an unknown field', async ({ kubehop }) => {
  const { manifests } = kubehop;
  await manifests.paste('apiVersion: v1\nkind: Sevrice\nmetadata:\n  name: web\n');
  await expect(manifests.problems).toContainText('no matches for kind "Sevrice" in version "v1"');
  await manifests.paste(
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: a\n      image: nginx\n      imagePullPolice: Always\n',
  );
  await expect(manifests.problems).toContainText('unknown field "spec.containers[0].imagePullPolice"');
  expect(await manifests.faultLines()).toEqual(['9']);
});

test('a field that moves no packet here is accepted with a warning at its line', async ({ kubehop }) => {
  const { manifests } = kubehop;
  await manifests.paste(
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  shareProcessNamespace: true\n  containers:\n    - name: a\n      image: nginx\n',
  );
  await expect(manifests.problems).toContainText('Not simulated');
  await expect(manifests.problems.getByRole('button', { name: 'Line 6' })).toBeVisible();
  await manifests.apply.click();
  await expect(manifests.file('pod.yaml')).toContainText('applied');
});

test('five megabytes are kept and not read; the page goes on', async ({ kubehop }) => {
  const { manifests } = kubehop;
  const line = `# ${'x'.repeat(97)}\n`;
  await manifests.paste(line.repeat(50_000));
  await expect(kubehop.page.getByRole('alert')).toContainText('This file has 5.0 MB');
  await expect(manifests.apply).toBeDisabled();
  await manifests.open('service.yaml');
  await expect(manifests.would).toContainText('Apply would change nothing');
});

test('an alias bomb is refused before it is expanded', async ({ kubehop }) => {
  const { manifests } = kubehop;
  const levels = 'abcdefghi'.split('');
  const bomb = levels
    .map(
      (name, i) =>
        `${name}: &${name} [${Array.from({ length: 9 }, () => (i === 0 ? 'lol' : `*${levels[i - 1] ?? ''}`)).join(',')}]`,
    )
    .join('\n');
  await manifests.paste(bomb);
  await expect(manifests.problems).toBeVisible();
  await expect(manifests.problems).toContainText(/alias/i);
  await expect(manifests.would).toContainText('Apply would fail');
});

test('a selector that matches nothing: the Service stands without endpoints, and a packet to it is refused', async ({
  kubehop,
}) => {
  const { manifests, journey, map, sendForm } = kubehop;
  await manifests.paste(service('    - port: 80\n'));
  await manifests.apply.click();
  await expect(map.object('Service web,')).toBeVisible();
  await map.send.click();
  await sendForm.chooseTo('web');
  await sendForm.send.click();
  await journey.ready();
  await expect(journey.banner).toContainText('refused');
  await expect(journey.outcomes).toContainText('refused');
});

test('undo, redo, and deleting an object', async ({ kubehop }) => {
  const { manifests, map, inspector } = kubehop;
  await manifests.menu('Delete its objects from the cluster');
  await expect(map.object('Pod two-containers,')).toBeHidden();
  expect(await kubehop.changed('kubelet', 'class2')).toBe('−3 containers');
  await kubehop.undo.click();
  await expect(map.object('Pod two-containers,')).toBeVisible();
  await kubehop.redo.click();
  await expect(map.object('Pod two-containers,')).toBeHidden();
  await kubehop.undo.click();
  await map.object('Service two-containers-service').click();
  await inspector.getByRole('button', { name: 'Delete', exact: true }).click();
  await inspector.getByRole('button', { name: 'Press again to delete' }).click();
  await expect(map.object('Service two-containers-service')).toBeHidden();
  await expect(inspector).toContainText('What was selected is gone.');
});

test('files: a new one is named, typed into, and closed', async ({ kubehop, page }) => {
  const { manifests } = kubehop;
  await page.getByRole('button', { name: 'New manifest' }).click();
  await expect(manifests.file('manifest.yaml')).toHaveAttribute('aria-current', 'true');
  await manifests.editor.click();
  await page.keyboard.type('apiVersion: v1\nkind: ConfigMap\n');
  expect(await manifests.text()).toContain('kind: ConfigMap');
  await manifests.file('manifest.yaml').press('F2');
  await page.getByRole('textbox', { name: 'Name of the file' }).fill('mine.yaml');
  await page.keyboard.press('Enter');
  await expect(manifests.file('mine.yaml')).toBeVisible();
  await manifests.menu('Close this file');
  await expect(manifests.file('mine.yaml')).toBeHidden();
});
