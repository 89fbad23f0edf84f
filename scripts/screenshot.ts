/**
 * Takes pictures of the built page. `npm run screenshot` takes docs/screenshot.png, the README's: the lab report's packet on its
 * way from the master to the ClusterIP, where DNAT has rewritten it. With a folder as argument it takes the main states at three
 * window sizes in three themes, and some of them in Chinese, to be looked at; words after the folder keep to pictures whose names
 * hold one of them. Fails where the app does not get there.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { preview } from 'vite';
import { Kubehop, type ThemeName } from '../tests/e2e/pages/kubehop.ts';
import { chromiumArguments, installChromium } from './chromium.ts';

const address = 'http://127.0.0.1:4388/';

interface Shot {
  readonly state: keyof typeof states;
  readonly width: number;
  readonly height: number;
  readonly theme: ThemeName;
  readonly lang: 'en' | 'zh-CN';
  readonly density: number;
}

const SHAPED_POD = `apiVersion: v1
kind: Pod
metadata:
  name: shaped
  namespace: test
  annotations:
    kubernetes.io/ingress-bandwidth: 1M
    kubernetes.io/egress-bandwidth: 1M
spec:
  nodeName: k8s-worker1
  containers:
    - name: web
      image: ikubernetes/demoapp:v1.0
`;

/** How each state is reached from the page as it opens. English drives; the language is changed last. */
const states = {
  explore: async ({ manifests, map, inspector, changes }: Kubehop): Promise<void> => {
    await manifests.menu('Delete its objects from the cluster');
    await manifests.open('deployment.yaml');
    await manifests.apply.click();
    await changes.getByText('+6 containers').waitFor();
    await map.region.locator('g[data-object^="link/class2/root/veth"]').first().dispatchEvent('click');
    await inspector.getByText('One cable').waitFor();
  },
  fresh: (): Promise<void> => Promise.resolve(),
  journey: async (kubehop: Kubehop): Promise<void> => {
    await sendAtZoom(kubehop, '3');
    await kubehop.journey.stepTo(/^DNAT to/);
  },
  sealed: async (kubehop: Kubehop): Promise<void> => {
    await sendAtZoom(kubehop, '3');
    await kubehop.journey.stepTo(/, sealed$/);
  },
  delivered: async (kubehop: Kubehop): Promise<void> => {
    await sendAtZoom(kubehop, '2');
    await kubehop.journey.timeline.press('End');
  },
  spread: async (kubehop: Kubehop): Promise<void> => {
    await states.explore(kubehop);
    await sendAtZoom(kubehop, '2');
    await kubehop.journey.stepTo(/^DNAT to/);
    await kubehop.journey.timeline.press('a');
    await kubehop.journey.outcomes.getByText('Sent 1,000').waitFor();
  },
  refused: async (kubehop: Kubehop): Promise<void> => {
    await kubehop.map.send.click();
    await kubehop.sendForm.typeTo('10.244.1.2');
    await kubehop.sendForm.typePort('81');
    await kubehop.sendForm.send.click();
    await kubehop.page.getByRole('button', { name: /^Show step/ }).click();
  },
  send: async ({ map, sendForm }: Kubehop): Promise<void> => {
    await map.send.click();
    await sendForm.send.waitFor();
  },
  palette: async ({ page, palette }: Kubehop): Promise<void> => {
    await page.keyboard.press('ControlOrMeta+k');
    await page.keyboard.type('KUBE-SEP');
    await palette.getByRole('option').first().waitFor();
  },
  error: async ({ manifests }: Kubehop): Promise<void> => {
    await manifests.open('service.yaml');
    await manifests.paste((await manifests.text()).replace('port: 80', 'port: 80000').replace('name: http3', 'name: HTTP_3'));
    await manifests.problems.waitFor();
    await manifests.editor.press('ControlOrMeta+Enter');
  },
  cluster: async ({ map, page }: Kubehop): Promise<void> => {
    await map.stage.focus();
    await page.keyboard.press('1');
  },
  faults: async ({ map, inspector, page }: Kubehop): Promise<void> => {
    await map.byId('link/class/root/flannel.1').click();
    await inspector.getByRole('button', { name: 'Break flannel.1' }).click();
    await page.getByRole('menuitem', { name: 'Forget what is behind 192.168.1.8' }).click();
    await inspector.getByRole('listitem').filter({ hasText: 'does not know' }).waitFor();
    await page.getByRole('button', { name: '1 fault', exact: true }).click();
    await page.getByRole('dialog', { name: 'Faults' }).waitFor();
  },
  outage: async ({ map, inspector, manifests, page }: Kubehop): Promise<void> => {
    await map.byId('header/class').locator('text').first().click();
    await inspector.getByRole('button', { name: 'Break class', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Switch class off' }).click();
    await manifests.open('deployment.yaml');
    await manifests.apply.click();
    await map.byId('header/class2').locator('text').first().click();
  },
  byhand: async (kubehop: Kubehop): Promise<void> => {
    const { map, inspector } = kubehop;
    await kubehop.openScenario('A kind cluster: kindnet');
    await map.byId('header/kind-worker').click();
    const line = inspector.getByRole('textbox');
    for (const text of ['ip netns add byhand', 'ip link add veth0 type veth peer name eth1 netns byhand']) {
      await line.fill(text);
      await line.press('Enter');
    }
    await map.byId('label/netns/kind-worker/byhand').locator('text').first().click();
  },
  broken: async (kubehop: Kubehop): Promise<void> => {
    await states.faults(kubehop);
    await kubehop.page.keyboard.press('Escape');
  },
  dns: (kubehop: Kubehop): Promise<void> => callByName(kubehop, 'DNS: a name before a packet'),
  cache: async (kubehop: Kubehop): Promise<void> => {
    await callByName(kubehop, 'DNS: a cache on every node');
    await kubehop.journey.stepTo(/not tracked/);
  },
  capture: async (kubehop: Kubehop): Promise<void> => {
    await states.sealed(kubehop);
    await kubehop.page.getByRole('radio', { name: 'tcpdump' }).click();
  },
  weave: (kubehop: Kubehop): Promise<void> => kubehop.openScenario('Lab report on Weave Net'),
  calico: (kubehop: Kubehop): Promise<void> => kubehop.openScenario('Calico: blocks, /32 Pods, IP in IP'),
  subnets: (kubehop: Kubehop): Promise<void> => kubehop.openScenario('Calico: a tunnel between subnets only'),
  localhost: async (kubehop: Kubehop): Promise<void> => {
    await kubehop.map.send.click();
    await kubehop.sendForm.chooseFrom('two-containers');
    await kubehop.sendForm.chooseTo('127.0.0.1');
    await kubehop.sendForm.send.click();
    await kubehop.journey.ready();
    await kubehop.journey.stepTo(/^lo out/);
  },
  container: async ({ map, inspector }: Kubehop): Promise<void> => {
    await map.byId('label/default/two-containers').locator('text').first().click();
    await inspector.getByRole('button', { name: 'Kill its pause container' }).click();
  },
  throughput: async (kubehop: Kubehop): Promise<void> => {
    await kubehop.openScenario('Calico: blocks, /32 Pods, IP in IP');
    await kubehop.manifests.paste(SHAPED_POD);
    await kubehop.manifests.apply.click();
    await kubehop.map.send.click();
    await kubehop.sendForm.chooseFrom('shaped');
    await kubehop.sendForm.chooseTo('demoapp-svc');
    await kubehop.sendForm.dialog.getByRole('button', { name: 'Measure throughput' }).click();
    await kubehop.journey.outcomes.getByRole('table').waitFor();
  },
  empty: (kubehop: Kubehop): Promise<void> => kubehop.openScenario('An empty cluster'),
  keys: async ({ map, page, keys }: Kubehop): Promise<void> => {
    await map.stage.focus();
    await page.keyboard.press('?');
    await keys.waitFor();
  },
} as const;

/** A Pod calls a headless Service, whose name is looked up first. */
async function callByName(kubehop: Kubehop, scenario: string): Promise<void> {
  await kubehop.openScenario(scenario);
  await kubehop.map.send.click();
  await kubehop.sendForm.chooseFrom('client');
  await kubehop.sendForm.typeTo('web');
  await kubehop.sendForm.dialog.getByRole('button', { name: /^Send to web/ }).click();
  await kubehop.sendForm.send.click();
  await kubehop.journey.ready();
}

async function sendAtZoom(kubehop: Kubehop, zoom: '2' | '3'): Promise<void> {
  await kubehop.map.stage.focus();
  await kubehop.page.keyboard.press(zoom);
  await kubehop.sendProposed();
}

const themes: readonly ThemeName[] = ['light', 'dark', 'projector'];
const sizes: readonly (readonly [number, number])[] = [
  [1280, 720],
  [1440, 900],
  [1920, 1080],
];
const all = Object.keys(states) as readonly (keyof typeof states)[];
const chinese: readonly (keyof typeof states)[] = [
  'explore',
  'journey',
  'error',
  'broken',
  'dns',
  'capture',
  'throughput',
  'outage',
  'byhand',
];
const onPhone: readonly (keyof typeof states)[] = ['fresh', 'journey', 'refused', 'error', 'throughput'];

function shots(): readonly Shot[] {
  const base = { density: 1, lang: 'en' } as const;
  return [
    ...all.flatMap((state) =>
      sizes.flatMap(([width, height]) => themes.map((theme): Shot => ({ ...base, state, width, height, theme }))),
    ),
    ...chinese.map((state): Shot => ({ ...base, state, width: 1440, height: 900, theme: 'light', lang: 'zh-CN' })),
    ...onPhone.map((state): Shot => ({ ...base, state, width: 390, height: 844, theme: 'light', density: 2 })),
  ];
}

function nameOf({ state, width, height, theme, lang }: Shot): string {
  return `${state}-${width}x${height}-${theme}${lang === 'en' ? '' : `-${lang}`}.png`;
}

async function take(browser: Browser, shot: Shot, path: string): Promise<void> {
  const page = await browser.newPage({
    viewport: { width: shot.width, height: shot.height },
    deviceScaleFactor: shot.density,
    locale: 'en-US',
    reducedMotion: 'reduce',
  });
  await page.addInitScript(
    (settings) => localStorage.setItem('kubehop.settings', settings),
    JSON.stringify({ state: { theme: shot.theme, lang: 'en', zoom: 'node', level: 'ethernet', letterKeys: true }, version: 1 }),
  );
  await page.goto(address);
  const kubehop = new Kubehop(page);
  await kubehop.standing();
  await states[shot.state](kubehop);
  if (shot.lang === 'zh-CN') await kubehop.setLanguage('简体中文');
  await settled(page);
  await page.screenshot({ path });
  await page.context().close();
  process.stdout.write(`${path}\n`);
}

/** Fonts are there, neither pointer nor focus ring lies on anything, and two frames were drawn since. */
async function settled(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
  await page
    .locator('[role="slider"]:focus')
    .evaluateAll((sliders) => sliders.forEach((slider) => (slider as HTMLElement).blur()));
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

const [folder, ...words] = process.argv.slice(2);
const server = await preview({ preview: { host: '127.0.0.1', port: 4388, strictPort: true } });
const browser = await chromium.launch({ executablePath: installChromium(), args: [...chromiumArguments] });
try {
  if (folder === undefined) {
    const shot: Shot = { state: 'journey', width: 1440, height: 900, theme: 'light', lang: 'en', density: 2 };
    await take(browser, shot, 'docs/screenshot.png');
  } else {
    mkdirSync(folder, { recursive: true });
    const wanted = shots().filter((shot) => words.length === 0 || words.some((word) => nameOf(shot).includes(word)));
    for (const shot of wanted) await take(browser, shot, join(folder, nameOf(shot)));
  }
} finally {
  await browser.close();
  await server.close();
}
