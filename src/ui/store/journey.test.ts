import { describe, expect, it } from 'vitest';
import { assertExists } from '../../lib/assert.ts';
import type { ProbeSpec } from '../../cluster/commands.ts';
import { isPast, runCommand, send, sendAgain, sendMany, setMode, setZoom } from './actions.ts';
import { storeOf } from './scenario.fixture.ts';
import { replaceCluster } from './store.ts';

const probe: ProbeSpec = {
  from: { kind: 'node', name: 'class' },
  to: { kind: 'svc', namespace: 'default', name: 'two-containers-service' },
  port: 80,
  protocol: 'tcp',
};

describe('a journey', () => {
  it('keeps the cluster as it was when the packet was sent', () => {
    const store = storeOf('lab-report');
    send(store, probe);
    const { snapshot: then } = assertExists(store.getState().journey, 'a packet was sent');
    expect(isPast(store.getState())).toBe(false);
    runCommand(store, { kind: 'iptables', node: 'class', args: '-t nat -F KUBE-SERVICES' });
    const { journey, snapshot } = store.getState();
    expect(journey?.snapshot).toBe(then);
    const rules = (from: typeof then): number | undefined =>
      from.nodes[0]?.root.netfilter.ruleset.nat.chains.get('KUBE-SERVICES')?.rules.length;
    expect([(rules(then) ?? 0) > 0, rules(snapshot), isPast(store.getState())]).toEqual([true, 0, true]);
  });

  it('measures nothing in a cluster that is another by now, and can be sent again into it', () => {
    const store = storeOf('lab-report');
    send(store, probe);
    runCommand(store, { kind: 'advance', ns: 1e9 });
    sendMany(store, 10);
    expect(store.getState().journey?.spread).toBeNull();
    sendAgain(store);
    sendMany(store, 10);
    expect([isPast(store.getState()), store.getState().journey?.spread?.count]).toEqual([false, 10]);
  });
});

describe('zooms', () => {
  it('a journey opens at the kernel, exploring keeps its own', () => {
    const store = storeOf('lab-report');
    setZoom(store, 'cluster');
    send(store, probe);
    expect(store.getState().zoom).toBe('kernel');
    setZoom(store, 'node');
    setMode(store, 'explore');
    expect(store.getState().zoom).toBe('cluster');
    setMode(store, 'journey');
    send(store, probe);
    expect(store.getState().zoom).toBe('node');
    const { scenario, cluster, snapshot } = store.getState();
    replaceCluster(store, { entry: scenario, cluster, snapshot, files: [] });
    expect([store.getState().mode, store.getState().zoom]).toEqual(['explore', 'cluster']);
  });
});
