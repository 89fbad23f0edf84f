import { expect, test } from 'vitest';
import { createCluster } from './cluster.ts';
import { generatedScenario } from './generated-scenario.ts';

test('a generated cluster runs all its Pods, spread over nodes and Services, and each Service answers', () => {
  const cluster = createCluster(generatedScenario({ nodes: 3, pods: 12, services: 4 }));
  const pods = cluster
    .snapshot()
    .nodes.map(({ podNetns }) => [...podNetns.keys()].filter((name) => name.startsWith('default/')).length);
  expect(pods).toEqual([4, 4, 4]);
  const outcomes = [0, 1, 2, 3].map((index) => {
    const to = { kind: 'svc', namespace: 'default', name: `app-${index}` } as const;
    return cluster
      .allOutcomes({ from: { kind: 'node', name: 'node-0' }, to, port: 80, protocol: 'tcp' })
      .shares.map(({ outcome, backend }) => [outcome, backend?.slice(0, 6)]);
  });
  expect(outcomes).toEqual([0, 1, 2, 3].map((index) => Array.from({ length: 3 }, () => ['reply', `app-${index}-`])));
});

test('its nodes hold the same rules of its Services, not each their own', () => {
  const { nodes } = createCluster(generatedScenario({ nodes: 3, pods: 12, services: 4 })).snapshot();
  const [first, ...others] = nodes.map(({ root }) => root.netfilter.ruleset.nat.chains);
  const own = [...(first?.values() ?? [])].filter(({ rules }) => rules.some(({ text }) => text.includes('"default/app-')));
  // A chain of each Service and one of each back end; KUBE-SERVICES may differ by what the nodes learnt at their start.
  const chains = own.filter(({ name }) => /^KUBE-(SVC|SEP)-/.test(name));
  expect(chains.length).toBe(4 + 12);
  for (const chain of chains) for (const theirs of others) expect(theirs.get(chain.name)).toBe(chain);
});
