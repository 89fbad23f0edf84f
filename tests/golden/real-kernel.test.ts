/**
 * The printers against the tools themselves: a scenario's exported script builds its network on this machine's kernel, in namespaces of its
 * own, and `ip` and `bridge` print each machine and Pod. Runs as root where the tools are; elsewhere its name says why it does not.
 */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openScenario } from '../../src/cli/scenario-folder.ts';
import { hindrance } from '../../src/cli/test-kernel/machine.ts';
import { LACKING, RealCluster } from '../../src/cli/test-kernel/real-cluster.ts';
import { createCluster } from '../../src/cluster/cluster.ts';
import { exportedNetns } from '../../src/cluster/export/places.ts';
import { clusterScript } from '../../src/cluster/export/script.ts';
import { assert } from '../../src/lib/assert.ts';
import { withDifferences, type Difference } from './difference.ts';
import { normalised } from './normalise.ts';
import { recordingText, type Printed } from './recording.ts';
import { CARD, NO_IPV6 } from './rig.ts';
import { printed } from './tools.ts';

/** Cards, a bridge with its ports, a tunnel. */
const SCENARIOS = ['clusterip-two-nodes'];
const COMMANDS = [
  'ip addr',
  'ip link show',
  'ip -d link show',
  'ip route',
  'ip route show table local',
  'bridge link',
  'bridge fdb show',
];
const PREFIX = `kubehop-print-${process.pid}`;

/** Another iproute2 words its lines otherwise. */
function otherTools(): string | null {
  const version = spawnSync('ip', ['-V'], { encoding: 'utf8' }).stdout.trim();
  return /iproute2-6\.1\./.test(version) ? null : `the printers are those of iproute2 6.1, here is ${version}`;
}

const hindered = hindrance(PREFIX, { install: false }) ?? otherTools();

/** What the kernel has and the script's rig has otherwise. */
const DIFFERENCES: readonly Difference[] = [
  NO_IPV6,
  CARD,
  {
    why: 'rig: a card is a veth there',
    recorded: /^(\d+: eth0: .*\n.*?) *\n +veth (addrgenmode eui64) numtxqueues \d+ numrxqueues \d+/gm,
    simulated: '$1 $2 numtxqueues 1 numrxqueues 1',
    of: /^ip -d/,
  },
  { why: '`bridge fdb` lists no IPv6 groups', recorded: /^33:33:.*\n/gm, simulated: '' },
];

/** What either side has heard before is no printer's affair; nor is how much a kernel of that version sends at once, on how many queues. */
function comparable(text: string): string {
  return text
    .replace(/^\S+ dev \S+ master \S+ *\n/gm, '')
    .replace(/ gso_max_size .*$/gm, '')
    .replace(/numtxqueues \d+ numrxqueues \d+/g, 'numtxqueues N numrxqueues N');
}

const TITLE = `%s on this machine's kernel${hindered === null ? '' : `: left out, ${hindered}`}`;

describe.skipIf(hindered !== null).each(SCENARIOS)(TITLE, (scenario) => {
  const loaded = openScenario(scenario);
  assert(loaded.ok, `scenario ${scenario} cannot be read`);
  const snapshot = createCluster(loaded.value.spec).snapshot();
  const all = exportedNetns(snapshot).filter(({ title }) => !title.startsWith('host '));
  const real = new RealCluster(clusterScript(snapshot), [], `${PREFIX}-${scenario}`);
  let lacks: string | null = null;

  beforeAll(async () => {
    const up = await real.up();
    lacks = up.status === LACKING ? up.err.trim() : null;
    assert(up.status === 0 || lacks !== null, `the script did not build the cluster: ${up.err}`);
  }, 60_000);

  afterAll(() => real.down(), 60_000);

  test('every machine and Pod prints what the tools print', async ({ skip }) => {
    if (lacks !== null) skip(lacks);
    const [ours, theirs]: [Printed[], Printed[]] = [[], []];
    for (const { name: host, view } of all) {
      for (const command of COMMANDS) {
        ours.push({ host, command, text: comparable(printed(view, command)) });
        theirs.push({ host, command, text: await real.print(host, ...command.split(' ')) });
      }
    }
    const expected = withDifferences(theirs, DIFFERENCES).map((each) => ({ ...each, text: comparable(each.text) }));
    expect(recordingText(normalised(ours))).toBe(recordingText(normalised(expected)));
  });
});
