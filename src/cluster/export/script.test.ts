import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { createCluster } from '../cluster.ts';
import type { ClusterApi } from '../cluster-api.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS, type ScenarioSpec } from '../scenario.ts';
import { clusterScript } from './script.ts';
import { CLIENT_PROGRAM, SERVER_PROGRAM, SYSCTL_PROGRAM } from './programs.ts';
import { SHELL_FUNCTIONS } from './shell-functions.ts';
import { commandLine, comment, handedTo } from './shell-text.ts';

const MANIFEST = `apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  nodeName: b
  containers: [{name: server, image: some/server:1, ports: [{containerPort: 8080}]}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: 10.96.0.20, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
`;

const SPEC: ScenarioSpec = {
  id: 'small',
  title: 'Two nodes',
  cluster: {
    ...CLUSTER_DEFAULTS,
    kubeSystem: false,
    proxy: { ...CLUSTER_DEFAULTS.proxy, mode: 'none' },
    nodes: ['a', 'b'].map((name, index) => ({
      ...NODE_DEFAULTS,
      name,
      ip: `192.168.1.${index + 1}`,
      podCIDR: `10.244.${index}.0/24`,
    })),
  },
  manifests: [{ file: 'web.yaml', text: MANIFEST }],
};

/** The cluster's own part: what every script has alike stands for itself. */
function ownPart(cluster: ClusterApi): string {
  return [SHELL_FUNCTIONS, SYSCTL_PROGRAM, SERVER_PROGRAM, CLIENT_PROGRAM].reduce(
    (text, same) => text.replace(same.trim(), '…'),
    clusterScript(cluster.snapshot()),
  );
}

describe('an exported script', () => {
  test('lists a small cluster, a section per namespace', async () => {
    await expect(ownPart(createCluster(SPEC))).toMatchFileSnapshot('golden/two-nodes.sh');
  });

  test('is the same for the same cluster, and a shell can read it', () => {
    const text = clusterScript(createCluster(SPEC).snapshot());
    expect(clusterScript(createCluster(SPEC).snapshot())).toBe(text);
    const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  test('has what was changed by hand: a rule, a sysctl, a policy', () => {
    const cluster = createCluster(SPEC);
    cluster.run({ kind: 'iptables', node: 'a', args: '-A INPUT -s 10.244.1.0/24 -j DROP' });
    cluster.run({ kind: 'iptables', node: 'a', args: '-P FORWARD DROP' });
    cluster.run({ kind: 'sysctl', node: 'a', name: 'net.bridge.bridge-nf-call-iptables', value: '0' });
    const lines = ownPart(cluster).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '-A INPUT -s 10.244.1.0/24 -j DROP',
        ':FORWARD DROP [0:0]',
        'a net/bridge/bridge-nf-call-iptables 0',
      ]),
    );
  });
});

describe('text of a script', () => {
  test('quotes what a shell would read otherwise', () => {
    expect(commandLine('plug', 'a_default_web', 2, `$(id) 'x'`)).toBe(`plug a_default_web 2 '$(id) '\\''x'\\'''`);
  });

  test('keeps comments on their line', () => {
    expect(comment('one\nrm -rf /\u0007')).toBe('# one rm -rf /');
  });

  test('hands on no line that would end it or hide another', () => {
    expect(handedTo('cat', ['a', 'END', 'b\nEND\nid', 'c\td'])).toEqual(["cat <<'END'", 'a', 'c\td', 'END']);
  });

  test('has queues as tc names them, an ifb, and what is redirected to it', () => {
    const cluster = createCluster({ ...SPEC, cluster: { ...SPEC.cluster, cni: 'calico-bgp' } });
    const text = `apiVersion: v1\nkind: Pod\nmetadata:\n  name: shaped\n  annotations: {kubernetes.io/egress-bandwidth: 1M}\nspec: {nodeName: a, containers: [{name: web, image: ikubernetes/demoapp:v1.0}]}\n`;
    const applied = cluster.run({ kind: 'apply', file: 'shaped.yaml', text });
    expect(applied.ok).toBe(true);
    cluster.run({ kind: 'tool', node: 'b', netns: 'root', line: 'tc qdisc add dev eth0 root netem delay 50ms loss 30%' });
    const script = ownPart(cluster);
    const [, cable = '', ifb = ''] = /^filter add dev (\S+) .* redirect dev (bwp\S+)$/m.exec(script) ?? [];
    const queues = script.split('\n').filter((line) => /^(qdisc|filter) add|^device .* ifb$/.test(line));
    expect(queues.map((line) => line.replace(/\d+ ([0-9a-f]{2}:){5}\S+/, 'N MAC'))).toEqual([
      `device a ${ifb} N MAC 1500 ifb`,
      `qdisc add dev ${cable} handle ffff: ingress`,
      `filter add dev ${cable} parent ffff: protocol all pref 1 u32 match u32 0 0 flowid 1:1 action mirred egress redirect dev ${ifb}`,
      `qdisc add dev ${ifb} root handle 1: tbf rate 1Mbit burst 27917286b lat 1.92e+03s`,
      'qdisc add dev eth0 root handle 1: netem delay 50ms loss 30%',
    ]);
  });
});
