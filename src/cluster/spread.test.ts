/** "Send 1,000" leaves the world as it was, whatever it is asked. */
import { expect, it } from 'vitest';
import { createCluster } from './cluster.ts';
import type { ProbeSpec } from './commands.ts';
import { generatedScenario } from './generated-scenario.ts';

const probe = (pod: string): ProbeSpec => ({
  from: { kind: 'pod', namespace: 'default', name: pod },
  to: { kind: 'address', address: '192.168.1.100' },
  port: 9999,
  protocol: 'tcp',
});

it('a client that does not exist has no spread, and a count of none leaves the cluster running', () => {
  const cluster = createCluster(generatedScenario({ nodes: 2, pods: 2, services: 1 }));
  const pod = [...cluster.snapshot().objects.values()].find(
    ({ object }) => object.kind === 'Pod' && object.metadata.namespace === 'default',
  );
  const name = pod?.object.metadata.name ?? '';
  expect(cluster.spread(probe('nobody'), 10)).toEqual({ count: 10, rows: [] });
  cluster.spread(probe(name), 0);
  const applied = cluster.run({ kind: 'delete', object: `Pod default/${name}` });
  expect(applied.ok).toBe(true);
  expect(cluster.snapshot().objects.has(`Pod default/${name}`)).toBe(false);
});
