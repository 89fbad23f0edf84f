import { expect, it } from 'vitest';
import { assertExists } from '../../lib/assert.ts';
import type { Target } from '../../cluster/commands.ts';
import { openScenario } from '../store/scenario.fixture.ts';
import { journeyOf } from '../journey/current.ts';
import { firstRule } from './first-rule.ts';

const { cluster } = openScenario('clusterip-two-nodes');
const node = assertExists(cluster.snapshot().nodes[0], 'the scenario has a node');

const namedBy = (address: string, port: number, protocol = 'tcp'): string | null => {
  const rule = firstRule(node.root.netfilter, { hook: 'OUTPUT', address, port, protocol });
  return rule === null ? null : rule.text.replace(/ -m comment --comment ("[^"]*"|\S+)/, '');
};

it.each([
  ['10.96.0.10', 53, 'udp', /^-A KUBE-SERVICES -d 10\.96\.0\.10\/32 -p udp .*--dport 53 /],
  ['10.96.0.10', 53, 'tcp', /^-A KUBE-SERVICES -d 10\.96\.0\.10\/32 -p tcp .*--dport 53 /],
  ['10.96.0.1', 443, 'tcp', /^-A KUBE-SERVICES -d 10\.96\.0\.1\/32 -p tcp .*--dport 443 /],
])('%s:%i over %s', (address, port, protocol, line) => {
  expect(namedBy(address, port, protocol)).toMatch(line);
});

it('an address or a port no rule names has none', () => {
  expect([namedBy('10.96.0.1', 80), namedBy('203.0.113.7', 80)]).toEqual([null, null]);
});

it('it is the rule the packet then matches first', () => {
  const to: Target = { kind: 'svc', namespace: 'default', name: 'web' };
  const result = cluster.run({
    kind: 'probe',
    probe: { from: { kind: 'node', name: node.name }, to, port: 80, protocol: 'tcp' },
  });
  const probe = assertExists(result.ok ? result.probe : null, 'the probe was refused');
  const walked = journeyOf(probe.trace, 'request').steps.flatMap(({ step }) =>
    step.kind === 'nf.rule' && step.matched && step.rule.table === 'nat' && step.rule.chain === 'KUBE-SERVICES'
      ? [step.rule]
      : [],
  );
  const said = firstRule(node.root.netfilter, { hook: 'OUTPUT', address: probe.address, port: 80, protocol: 'tcp' });
  expect(said).toEqual(walked.map(({ chain, number, text }) => ({ chain, number, text }))[0]);
});
