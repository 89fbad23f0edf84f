import { expect, it } from 'vitest';
import type { ClusterApi } from '../../cluster/cluster-api.ts';
import type { Command, ProbeSpec } from '../../cluster/commands.ts';
import { readPicture, pictureText } from '../../cluster/scenario-picture.ts';
import { openSend, runCommand, select, send, undo } from './actions.ts';
import { PageCluster } from './page-cluster.ts';
import { openScenario, storeOver } from './scenario.fixture.ts';
import { replaceCluster, type AppStore } from './store.ts';

const DROP: Command = { kind: 'iptables', node: 'class', args: '-A INPUT -s 10.244.0.9 -j DROP' };
const PROBE: ProbeSpec = {
  from: { kind: 'node', name: 'class' },
  to: { kind: 'svc', namespace: 'default', name: 'two-containers-service' },
  port: 80,
  protocol: 'tcp',
};

interface Late {
  readonly store: AppStore;
  /** The engine comes, and what waited for it has its turn. */
  readonly arrive: () => Promise<void>;
}

/** A page that shows the lab report by its picture. */
function latePage(): Late {
  const { cluster, ...scenario } = openScenario('lab-report');
  const { snapshot } = readPicture(pictureText({ manifests: [], files: [], snapshot: cluster.snapshot() }));
  let come = (_engine: ClusterApi): void => undefined;
  const coming = new Promise<ClusterApi>((resolve) => (come = resolve));
  const store = storeOver({ ...scenario, cluster, snapshot }, () => new PageCluster(coming));
  const arrive = async (): Promise<void> => {
    come(cluster);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { store, arrive };
}

const kinds = (store: AppStore): readonly string[] => store.getState().log.map(({ command }) => command.kind);

it('what is done before the engine is there waits for it, and is done in its order', async () => {
  const { store, arrive } = latePage();
  const told: boolean[] = [];
  runCommand(store, DROP, ({ ok }) => told.push(ok));
  send(store, PROBE, ({ ok }) => told.push(ok));
  expect([store.getState().waiting, kinds(store), told]).toEqual([2, [], []]);
  await arrive();
  expect([store.getState().waiting, kinds(store), told]).toEqual([0, ['iptables', 'probe'], [true, true]]);
  expect(store.getState().journey?.result.backend).toBe('two-containers');
  undo(store);
  expect(kinds(store)).toEqual(['iptables']);
});

it('the picture can be looked at, and gives way to the engine’s own snapshot, which is equal', async () => {
  const { store, arrive } = latePage();
  const shown = store.getState().snapshot;
  select(store, { kind: 'object', key: 'Pod default/two-containers' });
  openSend(store);
  const { highlight, dialog } = store.getState();
  expect([highlight[0]?.file, dialog]).toEqual(['pod.yaml', 'send']);
  await arrive();
  const { snapshot, cluster, selection } = store.getState();
  expect(snapshot).toBe(cluster.engine?.snapshot());
  expect(snapshot).not.toBe(shown);
  expect(snapshot).toStrictEqual(shown);
  expect(selection).toEqual({ kind: 'object', key: 'Pod default/two-containers' });
});

it('what waits for a cluster that is left is left with it', async () => {
  const { store, arrive } = latePage();
  runCommand(store, DROP);
  const { cluster, ...other } = openScenario('empty');
  replaceCluster(store, { ...other, cluster: new PageCluster(cluster) });
  await arrive();
  const { waiting, snapshot } = store.getState();
  expect([kinds(store), waiting, snapshot]).toEqual([[], 0, cluster.snapshot()]);
});
