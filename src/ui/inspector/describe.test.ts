import { describe as suite, expect, it } from 'vitest';
import type { ClusterSnapshot, Ref } from '../../cluster/snapshot.ts';
import { assertExists } from '../../lib/assert.ts';
import { openScenario } from '../store/scenario.fixture.ts';
import type { NetnsView } from '../store/views.ts';
import type { Part } from './description.ts';
import { describe } from './describe.ts';

const { cluster } = openScenario('lab-report');
cluster.run({
  kind: 'probe',
  probe: {
    from: { kind: 'node', name: 'class' },
    to: { kind: 'svc', namespace: 'default', name: 'two-containers-service' },
    port: 80,
    protocol: 'tcp',
  },
});
const snapshot = cluster.snapshot();

/** Everything in a snapshot that can be selected. */
function everything({ nodes, hosts, objects }: ClusterSnapshot): readonly Ref[] {
  return [
    { kind: 'wire' },
    ...[...objects.keys()].map((key): Ref => ({ kind: 'object', key })),
    ...hosts.map(({ name }): Ref => ({ kind: 'host', name })),
    ...hosts.flatMap(({ name, root }) => inNetns(name, root)),
    ...nodes.flatMap(({ name: node, root, podNetns, containers }): readonly Ref[] => [
      { kind: 'node', node },
      ...containers.map(({ id }): Ref => ({ kind: 'container', node, id })),
      ...[root, ...podNetns.values()].flatMap((netns) => inNetns(node, netns)),
    ]),
  ];
}

function inNetns(node: string, { name: netns, links, routes, neighbours, conntrack, netfilter }: NetnsView): readonly Ref[] {
  const at = { node, netns };
  return [
    { kind: 'netns', ...at },
    ...links.map(({ name }): Ref => ({ kind: 'link', ...at, name })),
    ...routes.map(({ text }): Ref => ({ kind: 'route', ...at, text })),
    ...neighbours.map(({ dev, addr }): Ref => ({ kind: 'neigh', ...at, dev, addr })),
    ...conntrack.map(({ id }): Ref => ({ kind: 'conntrack', ...at, id })),
    ...Object.values(netfilter.ruleset).flatMap(({ name: table, chains }) =>
      [...chains.values()].flatMap(({ name: chain, rules }): readonly Ref[] => [
        { kind: 'chain', ...at, table, chain },
        ...rules.map((_, i): Ref => ({ kind: 'rule', ...at, table, chain, number: i + 1 })),
      ]),
    ),
  ];
}

const refs = everything(snapshot);
const linked = (parts: readonly Part[]): readonly Ref[] =>
  parts.flatMap((part) => (typeof part === 'string' ? [] : [part.ref]));

suite('everything in a cluster', () => {
  it('there is something of every kind', () => {
    expect([...new Set(refs.map(({ kind }) => kind))].sort()).toEqual(
      ['chain', 'conntrack', 'container', 'host', 'link', 'neigh', 'netns', 'node', 'object', 'route', 'rule', 'wire'].sort(),
    );
  });

  it('is described, by a name and by facts that say something', () => {
    const poor = refs.filter((ref) => {
      const found = describe(snapshot, ref);
      if (found === null || found.title === '') return true;
      return (
        found.facts.length + found.lists.length === 0 ||
        found.facts.some(({ name, parts }) => name === '' || parts.length === 0)
      );
    });
    expect(poor).toEqual([]);
  });

  it('links only to what is there', () => {
    const dead = refs.flatMap((ref) => {
      const found = assertExists(describe(snapshot, ref), 'described above');
      const parts = [found.place, ...found.facts.map((fact) => fact.parts), ...found.lists.flatMap(({ rows }) => rows)];
      return parts.flatMap(linked).filter((each) => describe(snapshot, each) === null);
    });
    expect(dead).toEqual([]);
  });

  it('has a command without holes', () => {
    const commands = refs.map((ref) => describe(snapshot, ref)?.command ?? '');
    expect(commands.filter((command) => / {2}|undefined|null| $/.test(command))).toEqual([]);
    const outside = commands.filter((command) => /^kubectl exec/.test(command) && /[;|]/.test(command));
    expect(outside.filter((command) => !/ -- sh -c '[^']*'$/.test(command))).toEqual([]);
  });
});

it('what is gone is not described', () => {
  const gone: readonly Ref[] = [
    { kind: 'object', key: 'Pod default/nobody' },
    { kind: 'rule', node: 'class', netns: 'root', table: 'nat', chain: 'KUBE-SERVICES', number: 999 },
    { kind: 'link', node: 'class', netns: 'root', name: 'veth0' },
    { kind: 'netns', node: 'nowhere', netns: 'root' },
    { kind: 'conntrack', node: 'class', netns: 'root', id: -1 },
  ];
  expect(gone.map((ref) => describe(snapshot, ref))).toEqual(gone.map(() => null));
});

it('a rule says where it stands, what it asks and where it goes', () => {
  const at = { node: 'class', netns: 'root', table: 'nat' } as const;
  const chains = assertExists(snapshot.nodes[0], 'a node').root.netfilter.ruleset.nat.chains;
  const rules = chains.get('KUBE-SERVICES')?.rules ?? [];
  const number = 1 + rules.findIndex(({ text }) => text.includes('-d 10.99.25.192/32') && text.includes('--dport 80 '));
  const found = assertExists(describe(snapshot, { kind: 'rule', ...at, chain: 'KUBE-SERVICES', number }), 'the rule is there');
  const target = assertExists(/-j (KUBE-SVC-\S+)/.exec(rules[number - 1]?.text ?? '')?.[1], 'it jumps');
  expect(Object.fromEntries(found.facts.map(({ name, parts }) => [name, parts]))).toMatchObject({
    matches: ['-d 10.99.25.192/32 -p tcp -m tcp --dport 80'],
    target: [{ text: target, ref: { kind: 'chain', ...at, chain: target } }],
    comment: ['default/two-containers-service:http1 cluster IP'],
    counter: ['1 packets, 60 bytes'],
  });
  expect(found.command).toBe(`iptables -t nat -nvL KUBE-SERVICES ${number}`);
});
