/**
 * The commands as a shell runs them: standard output, standard error and exit status.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { runSim } from './sim/run.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kubehop-cli-'));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The folders of `scenarios/`, in the order they are listed. */
function scenarioNames(): readonly string[] {
  return readdirSync(join(ROOT, 'scenarios'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** In a process of its own, as npm starts it. */
function spawned(entry: string, ...argv: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/run.mjs', `src/cli/${entry}.ts`, ...argv], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 2 ** 26,
  });
  return { status, out: stdout, err: stderr };
}

/** In this process, which is faster. */
function sim(...argv: readonly string[]): Ran {
  let [out, err] = ['', ''];
  const status = runSim(argv, { out: (text) => void (out += text), err: (text) => void (err += text) });
  return { status, out, err };
}

const lastLine = ({ out }: Ran): string => out.trimEnd().split('\n').at(-1) ?? '';
const lab = (to: string, ...more: readonly string[]): Ran =>
  sim('--scenario', 'lab-report', '--from', 'node/class', '--to', to, ...more);

describe('sim --capture', () => {
  test('prints what tcpdump would print at a device, and writes the file it would write', () => {
    const path = join(folder, 'flannel.pcap');
    const ran = lab('svc/two-containers-service:80', '--capture', 'node/class:flannel.1', '--write', path);
    const lines = ran.out.trimEnd().split('\n');
    expect([ran.status, ran.err, lines.length]).toEqual([0, '', 10]);
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{6} IP 10\.244\.0\.0\.\d+ > 10\.244\.1\.2\.80: Flags \[S\], seq \d+, win 64240, /,
    );
    const read = spawnSync('tcpdump', ['-nn', '-r', path], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } });
    // Where this machine has no tcpdump, the recorded one of the capture's own test stands for it.
    if (read.error === undefined) expect(read.stdout).toBe(ran.out);
  });

  test('says where nothing came by', () => {
    const ran = lab('svc/two-containers-service:80', '--capture', 'node/class:cni9');
    expect([ran.status, ran.out, ran.err]).toEqual([2, '', 'no packet of this flow crossed cni9 of node/class\n']);
  });
});

test('sim opens a scenario whose fault is about one of its own Pods', () => {
  const stale = ['--protocol', 'udp', '--sport', '5353'];
  const ran = sim('--scenario', 'broken-flow', '--from', 'pod/client', '--to', 'svc/syslog:514', ...stale);
  expect([ran.status, ran.err, lastLine(ran)]).toEqual([1, '', 'timeout']);
});

describe('sim --iperf', () => {
  const SHAPED = `apiVersion: v1
kind: Pod
metadata:
  name: shaped
  namespace: test
  annotations: {kubernetes.io/egress-bandwidth: 1M}
spec: {nodeName: k8s-worker1, containers: [{name: web, image: ikubernetes/demoapp:v1.0}]}
`;
  const measured = (from: string, to: string, ...more: readonly string[]): Ran => {
    const manifests = ['--apply', file('shaped.yaml', SHAPED)];
    return sim('--scenario', 'calico', ...manifests, '--from', from, '--to', to, '--iperf', ...more);
  };

  test('prints the queue on the way and what iperf3 prints: the burst, then the limit less the headers', () => {
    const ran = measured('pod/test/shaped', 'svc/test/demoapp-svc:80', '3');
    const lines = ran.out.split('\n');
    expect([ran.status, ran.err, lines[0]]).toEqual([0, '', 'pod/test/shaped to svc/test/demoapp-svc:80 tcp']);
    expect(lines[1]).toMatch(
      /^ {2}k8s-worker1 bwp[0-9a-f]{12}: tbf rate 1Mbit burst 27917286b lat 1\.92e\+03s, \d+ packets, 0 dropped$/,
    );
    expect(lines.slice(3).map((line) => line.replaceAll(/\b\d{5}\b/g, 'PORT').trimEnd())).toEqual([
      'Connecting to host 10.233.4.255, port 80',
      expect.stringMatching(/^\[ {2}5] local 10\.233\.\S+ port PORT connected to 10\.233\.4\.255 port 80$/),
      '[ ID] Interval           Transfer     Bitrate         Retr',
      '[  5]   0.00-1.00   sec  25.6 MBytes   215 Mbits/sec    0',
      '[  5]   1.00-2.00   sec   117 KBytes   960 Kbits/sec    0',
      '[  5]   2.00-3.00   sec   117 KBytes   960 Kbits/sec    0',
      '- - - - - - - - - - - - - - - - - - - - - - - - -',
      '[ ID] Interval           Transfer     Bitrate         Retr',
      '[  5]   0.00-3.00   sec  25.9 MBytes  72.3 Mbits/sec    0            sender',
      '[  5]   0.00-3.54   sec  25.9 MBytes  61.3 Mbits/sec                  receiver',
      '',
      'iperf Done.',
      '',
    ]);
  });

  test('says what a number means where nothing shapes', () => {
    const ran = measured('pod/test/client', 'svc/test/demoapp-svc:80');
    expect(ran.out).toContain('No queue is on the way. Simulated links have no speed of their own');
    expect(ran.out).toContain('Ended after 4000 packets, before its time.');
    expect(ran.out).toMatch(/ Gbits\/sec {18}receiver$/m);
  });

  test('status 1 and iperf3’s words where nobody is reached, 2 where there is no such place', () => {
    const lost = measured('pod/test/client', 'svc/test/demoapp-svc:81');
    expect([lost.status, lost.out]).toEqual([1, '']);
    expect(lost.err).toMatch(/^iperf3: error - unable to connect to server - .*: Connection timed out\n$/);
    const nobody = measured('pod/test/nobody', 'svc/test/demoapp-svc:80');
    expect([nobody.status, nobody.out, nobody.err]).toEqual([2, '', 'pods "nobody" not found\n']);
  });
});

describe('sim', () => {
  test('prints the journey, a hop per line, rules beneath, the outcome last', () => {
    const ran = lab('svc/two-containers-service:80');
    const hops = ran.out.split('\n').flatMap((line) => /^ *\d+ {2}(.*?)(?: {2,}|$)/.exec(line)?.[1] ?? []);
    expect([ran.status, ran.err, lastLine(ran)]).toEqual([
      0,
      '',
      'reply from two-containers, which saw 10.244.0.0 (node:class/flannel.1)',
    ]);
    const request = hops.slice(0, hops.indexOf('nginx sends SYN-ACK'));
    expect(request.filter((hop) => !/^(neighbour|routed|underlay)/.test(hop))).toEqual([
      'curl sends SYN',
      'OUTPUT',
      'POSTROUTING',
      'flannel.1 out',
      'flannel.1 fdb',
      'sealed',
      'OUTPUT',
      'POSTROUTING',
      'eth0 out',
      'eth0 in',
      'PREROUTING',
      'INPUT',
      'opened',
      'flannel.1 in',
      'PREROUTING',
      'forwarded',
      'FORWARD',
      'POSTROUTING',
      'cni0 out',
      'cni0 fdb',
      expect.stringMatching(/^veth[0-9a-f]{8} out$/),
      'eth0 in',
      'delivered to nginx',
    ]);
    expect(ran.out).toContain('KUBE-SVC-BKM3I2STRWDME2DT 1');
    expect(ran.out).toContain('destination 10.99.25.192:80 becomes 10.244.1.2:80');
  });

  test('the same seed prints the same, another seed another port', () => {
    const [first, again, other] = [
      lab('svc/two-containers-service:80'),
      lab('svc/two-containers-service:80', '--seed', '1'),
      lab('svc/two-containers-service:80', '--seed', '2'),
    ];
    expect([again.out === first.out, other.out === first.out, other.status]).toEqual([true, false, 0]);
  });

  test('exit status 1 and the reason where nobody answers', () => {
    const refused = lab('node/class2:9');
    const lost = lab('svc/two-containers-service:81');
    expect([refused.status, lastLine(refused), lost.status, lastLine(lost).slice(0, 8)]).toEqual([
      1,
      'refused: the packet ended in class2, root namespace: NO_SOCKET, nobody listens on TCP port 9 of 192.168.1.8',
      1,
      'timeout:',
    ]);
  });

  test('prints JSON and nothing else, as a process of its own', () => {
    const ran = spawned(
      'sim',
      '--scenario',
      'lab-report',
      '--from',
      'node/class',
      '--to',
      'svc/two-containers-service:80',
      '--json',
    );
    expect([ran.status, ran.err]).toEqual([0, '']);
    expect(JSON.parse(ran.out)).toMatchObject({
      version: 1,
      scenario: 'lab-report',
      seed: 1,
      outcome: 'reply',
      backend: 'two-containers',
      address: '10.99.25.192',
    });
  });

  test('applies manifests first, and spreads', () => {
    const ran = lab(
      'svc/two-containers-service:80',
      '--apply',
      'scenarios/lab-report/deployment.yaml',
      '--count',
      '200',
      '--json',
    );
    const { count, spread } = JSON.parse(ran.out) as {
      count: number;
      spread: { probability: number; measured: number; expected: number }[];
    };
    const reached = spread.filter(({ probability }) => probability > 0);
    expect([
      count,
      reached.map(({ probability }) => probability.toFixed(4)),
      spread.reduce((sum, { measured }) => sum + measured, 0),
    ]).toEqual([200, ['0.2500', '0.2500', '0.2500', '0.2500'], 200]);
    for (const { measured, expected } of reached) expect(Math.abs(measured - expected)).toBeLessThan(30);
  });

  test('a manifest that is wrong is told at its line, and nothing is sent', () => {
    const bad = file('bad.yaml', 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n    - port: 68000\n');
    const ran = lab('svc/web:80', '--apply', bad);
    expect([ran.status, ran.out, ran.err.split(' ')[0]]).toEqual([2, '', 'bad.yaml:7:13:']);
  });

  test('a scenario that is wrong is told at its line', () => {
    file('scenario.yaml', 'title: {en: A, zh-CN: A}\ncluster:\n  nodes:\n    - {name: a, ip: 10.0.0.1}\n');
    const ran = sim('--scenario', folder, '--from', 'node/a', '--to', 'node/a:80');
    expect([ran.status, ran.out, ran.err]).toEqual([
      2,
      '',
      `${join(folder, 'scenario.yaml')}:4:21: cluster.nodes[0].ip: 10.0.0.1 is not in underlayCIDR 192.168.1.0/24\n`,
    ]);
  });

  test.each([
    [
      ['--scenario', 'nope', '--from', 'external', '--to', 'external:80'],
      `no scenario nope: there are ${scenarioNames().join(', ')}`,
    ],
    [['--scenario', 'lab-report', '--from', 'node/nope', '--to', 'external:9999'], 'nodes "nope" not found'],
    [['--scenario', 'lab-report', '--from', 'node/class', '--to', 'svc/nope:80'], 'services "nope" not found'],
    [
      ['--scenario', 'lab-report', '--from', 'node/class', '--to', 'external:9999', '--apply', 'nope.yaml'],
      '--apply nope.yaml: ENOENT',
    ],
    [['--scenario', 'lab-report'], '--from is missing'],
  ])('%j is wrong use', (argv, message) => {
    const ran = sim(...argv);
    expect([ran.status, ran.out]).toEqual([2, '']);
    expect(ran.err).toContain(message);
  });
});

describe('conformance', () => {
  test('says what differs in which file, and counts', () => {
    const text = file('text.json', 'not JSON');
    const other = file('other.json', '{"a": 1}');
    const nft = file('nft.json', '{"proxyMode": "nftables", "objects": [], "expect": {}}');
    const good = 'tests/conformance/kube-proxy/clusterip-one-endpoint.json';
    const ran = spawned('conformance', good, text, other, nft, join(folder, 'missing.json'));
    expect(ran.out.split('\n').filter((line) => /^(ok|FAILED|\d)/.test(line))).toEqual([
      `ok      ${good}`,
      `FAILED  ${text}`,
      `FAILED  ${other}`,
      `FAILED  ${nft}`,
      `FAILED  ${join(folder, 'missing.json')}`,
      '1 passed, 4 failed',
    ]);
    expect(ran.out).toContain('  is neither a rule file (objects, expect) nor a packet file (cluster, probes)\n');
    expect(ran.out).toContain('  proxy mode nftables is not supported yet\n');
    expect([ran.status, lastLine(ran)]).toEqual([1, '1 passed, 4 failed']);
  });

  test('without a file it is wrong use', () => {
    expect([spawned('conformance').status, spawned('conformance', '--what').status]).toEqual([2, 2]);
  });
});
