/**
 * What every node and one Pod of a scenario print, kept as files: whatever changes a device, a route or a rule of a shipped network shows
 * here. Written by the simulator itself; `npx vitest run tests/golden -u` writes them anew.
 */
import { expect, test } from 'vitest';
import { openScenario } from '../../src/cli/scenario-folder.ts';
import { createCluster } from '../../src/cluster/cluster.ts';
import type { ClusterSnapshot } from '../../src/cluster/snapshot.ts';
import { assert } from '../../src/lib/assert.ts';
import type { NetnsView } from '../../src/net/view.ts';
import { normalised } from './normalise.ts';
import { recordingText } from './recording.ts';
import { printed } from './tools.ts';

const SCENARIOS = ['lab-report', 'host-gw', 'kind', 'lab-report-weave', 'calico', 'calico-cross-subnet', 'clusterip-two-nodes'];

const OF_NODES = [
  'ip addr',
  'ip -d link show',
  'ip route show table all',
  'ip rule',
  'ip neigh',
  'bridge link',
  'bridge fdb show',
  'iptables-save',
  'ipset list',
];

const OF_PODS = ['ip addr', 'ip -d link show', 'ip route show table all', 'ip neigh', 'iptables-save'];

function golden(name: string, { nodes }: ClusterSnapshot): string {
  const pods = nodes.flatMap(({ podNetns }) => [...podNetns]);
  const pod = pods.find(([name]) => name.startsWith('default/')) ?? pods[0];
  const hosts: readonly (readonly [host: string, view: NetnsView, commands: readonly string[]])[] = [
    ...nodes.map(({ name, root }) => [name, root, OF_NODES] as const),
    ...(pod === undefined ? [] : [[pod[0], pod[1], OF_PODS] as const]),
  ];
  const all = hosts.flatMap(([host, view, commands]) =>
    commands.map((command) => ({ host, command, text: printed(view, command) })),
  );
  return `# MADE BY: the simulator, of the scenario ${name} as it opens, normalised (tests/golden/normalise.ts).\n\n${recordingText(normalised(all))}`;
}

test.each(SCENARIOS)('scenario %s', async (name) => {
  const loaded = openScenario(name);
  assert(loaded.ok, `scenario ${name} cannot be read`);
  const text = golden(name, createCluster(loaded.value.spec).snapshot());
  await expect(text).toMatchFileSnapshot(`scenarios/${name}.txt`);
});
