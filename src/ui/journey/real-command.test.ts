import { expect, it } from 'vitest';
import { assertExists } from '../../lib/assert.ts';
import { openScenario } from '../store/scenario.fixture.ts';
import { journeyOf } from './current.ts';
import type { JourneyStep } from './model.ts';
import { realCommand } from './real-command.ts';

function stepsFrom(scenario: string, from: string, service: string): readonly JourneyStep[] {
  const { cluster } = openScenario(scenario);
  const result = cluster.run({
    kind: 'probe',
    probe: {
      from: from === 'node' ? { kind: 'node', name: 'class' } : { kind: 'pod', namespace: 'default', name: from },
      to: { kind: 'svc', namespace: 'default', name: service },
      port: 80,
      protocol: 'tcp',
    },
  });
  const probe = assertExists(result.ok ? result.probe : null, 'the probe was refused');
  return journeyOf(probe.trace, 'all').steps;
}

/** What each tool's own grammar allows; addresses and names are anything without a blank. */
const GRAMMAR: readonly RegExp[] = [
  /^iptables -t (raw|mangle|nat|filter) -nvL \S+$/,
  /^iptables-save -c$/,
  /^conntrack -L( -p (tcp|udp|icmp))?( --(orig|reply)-(src|dst) [\d.]+)*$/,
  /^ip route get [\d.]+( from [\d.]+ iif \S+)?( mark 0x[0-9a-f]+)?$/,
  /^ip neigh show [\d.]+ dev \S+$/,
  /^ip -d link show \S+$/,
  /^bridge fdb show (dev|br) \S+$/,
  /^sysctl net\.(ipv4\.ip_forward|bridge\.bridge-nf-call-iptables)$/,
  /^tcpdump -i \S+ -nn (arp|icmp|'(tcp|udp) port \d+')$/,
  /^ss -[tuw]nap$/,
];

it.each([
  ['lab-report', 'node', 'two-containers-service'],
  ['clusterip-two-nodes', 'client', 'web'],
])('%s from %s: every step’s command is one the tool takes', (scenario, from, service) => {
  const steps = stepsFrom(scenario, from, service);
  const wrong = steps.flatMap((step) => {
    const command = realCommand(step);
    const [, inside] = /^kubectl exec -n \S+ \S+ -- (.*)$/.exec(command ?? '') ?? [];
    const inPod = step.at.netns !== 'root' && step.at.netns !== '';
    const told = inPod ? inside : command;
    return told !== undefined && told !== null && GRAMMAR.some((form) => form.test(told))
      ? []
      : [`${step.step.kind}: ${command}`];
  });
  expect(wrong).toEqual([]);
});

it('a packet that came in is routed with its device, and an answer is found by its own direction', () => {
  const steps = stepsFrom('clusterip-two-nodes', 'client', 'web');
  const inward = steps.filter(({ step }) => step.kind === 'route.lookup' && step.direction === 'input');
  expect(inward.map((step) => realCommand(step))[0]).toBe(
    'kubectl exec -n default web-a -- ip route get 10.244.0.5 from 10.244.0.4 iif eth0',
  );
  const back = steps.find((step) => step.step.kind === 'nat' && step.packet.role === 'reply');
  expect(back === undefined ? null : realCommand(back)).toMatch(/^conntrack -L --reply-(src|dst) 10\./);
});
