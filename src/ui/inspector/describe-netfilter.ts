/** Describes chains and rules as `iptables -nvL --line-numbers` shows them. */
import type { ClusterSnapshot, Ref } from '../../cluster/snapshot.ts';
import { ruleColumns, targetChain } from '../dock/rule-text.ts';
import type { Label } from '../i18n/label.ts';
import type { ChainView, NetfilterView, RuleView, TableView } from '../store/views.ts';
import { described, fact, facts, type Description, type Part } from './description.ts';
import { findNetns } from './find.ts';

type ChainRef = Extract<Ref, { kind: 'chain' }>;
type RuleRef = Extract<Ref, { kind: 'rule' }>;

interface Found {
  readonly netfilter: NetfilterView;
  readonly table: TableView;
  readonly chain: ChainView;
}

function find(snapshot: ClusterSnapshot, ref: ChainRef | RuleRef): Found | null {
  const netfilter = findNetns(snapshot, ref.node, ref.netns)?.netfilter;
  const table = Object.values(netfilter?.ruleset ?? {}).find((each) => each.name === ref.table);
  const chain = table?.chains.get(ref.chain);
  return netfilter === undefined || table === undefined || chain === undefined ? null : { netfilter, table, chain };
}

export function describeChain(snapshot: ClusterSnapshot, ref: ChainRef): Description | null {
  const found = find(snapshot, ref);
  if (found === null) return null;
  const { table, chain, netfilter } = found;
  const counter = netfilter.policyCounters.get(`${table.name}/${chain.name}`);
  const callers = callersOf(table, ref);
  return described({
    icon: 'chain',
    kind: 'inspector.kind.chain',
    place: nodePlace(ref),
    title: chain.name,
    facts: facts(
      fact('table', table.name),
      fact('policy', chain.policy === null ? '' : `${chain.policy}, ${counter?.packets ?? 0} packets`),
      fact('rules', String(chain.rules.length)),
      fact('references', chain.policy === null ? String(callers.length) : ''),
    ),
    lists: callers.length === 0 ? [] : [{ title: 'inspector.callers', rows: callers.map((part) => [part]) }],
    note: { key: chainNote(chain.name), values: { chain: chain.name } },
    command: `iptables -t ${table.name} -nvL ${chain.name} --line-numbers`,
    breakpoint: { kind: 'chain', node: ref.node, pattern: chain.name },
  });
}

function callersOf(table: TableView, ref: ChainRef): readonly Part[] {
  return [...table.chains.values()].flatMap((chain) =>
    chain.rules.flatMap((rule, index): readonly Part[] =>
      targetChain(rule) === ref.chain
        ? [{ text: `${chain.name} ${index + 1}`, ref: { ...ref, kind: 'rule', chain: chain.name, number: index + 1 } }]
        : [],
    ),
  );
}

/** kube-proxy's chains by what they are for. */
const CHAIN_NOTES: readonly { readonly prefix: string; readonly note: Label }[] = [
  { prefix: 'KUBE-SERVICES', note: 'inspector.note.kubeServices' },
  { prefix: 'KUBE-SVC-', note: 'inspector.note.kubeSvc' },
  { prefix: 'KUBE-SVL-', note: 'inspector.note.kubeSvl' },
  { prefix: 'KUBE-SEP-', note: 'inspector.note.kubeSep' },
  { prefix: 'KUBE-EXT-', note: 'inspector.note.kubeExt' },
  { prefix: 'KUBE-FW-', note: 'inspector.note.kubeFw' },
  { prefix: 'KUBE-NODEPORTS', note: 'inspector.note.kubeNodePorts' },
  { prefix: 'KUBE-MARK-MASQ', note: 'inspector.note.kubeMarkMasq' },
  { prefix: 'KUBE-POSTROUTING', note: 'inspector.note.kubePostrouting' },
  { prefix: 'KUBE-FORWARD', note: 'inspector.note.kubeForward' },
  { prefix: 'FLANNEL-', note: 'inspector.note.flannel' },
];

function chainNote(name: string): Label {
  return CHAIN_NOTES.find(({ prefix }) => name.startsWith(prefix))?.note ?? 'inspector.note.chain';
}

export function describeRule(snapshot: ClusterSnapshot, ref: RuleRef): Description | null {
  const found = find(snapshot, ref);
  const rule = found?.chain.rules[ref.number - 1];
  if (found === null || rule === undefined) return null;
  const counter = found.netfilter.counters.get(rule.id);
  const columns = ruleColumns(rule.text);
  const jump = targetChain(rule);
  const chainPart: Part = {
    text: ref.chain,
    ref: { kind: 'chain', node: ref.node, netns: ref.netns, table: ref.table, chain: ref.chain },
  };
  return described({
    icon: 'chain',
    kind: 'inspector.kind.rule',
    place: nodePlace(ref),
    title: `${ref.chain} ${ref.number}`,
    facts: facts(
      fact('table, chain', `${ref.table}, `, chainPart),
      fact('number', `${ref.number} of ${found.chain.rules.length}`),
      fact('matches', matches(rule)),
      fact(
        'target',
        jump === null
          ? columns.target
          : { text: jump, ref: { kind: 'chain', node: ref.node, netns: ref.netns, table: ref.table, chain: jump } },
      ),
      fact('options', columns.options),
      fact('comment', columns.comment),
      fact('counter', `${counter?.packets ?? 0} packets, ${counter?.bytes ?? 0} bytes`),
      fact('made by', `${rule.madeBy.actor}, ${rule.madeBy.action}`),
      fact('line', rule.text),
    ),
    note: ruleNote(rule, columns.rest),
    command: `iptables -t ${ref.table} -nvL ${ref.chain} ${ref.number}`,
    breakpoint: { kind: 'rule', node: ref.node, table: ref.table, chain: ref.chain, number: ref.number },
  });
}

function matches(rule: RuleView): string {
  const columns = ruleColumns(rule.text);
  const parts = [
    columns.source === '0.0.0.0/0' ? '' : `-s ${columns.source}`,
    columns.destination === '0.0.0.0/0' ? '' : `-d ${columns.destination}`,
    columns.in === '*' ? '' : `-i ${columns.in}`,
    columns.out === '*' ? '' : `-o ${columns.out}`,
    columns.prot === 'all' ? '' : `-p ${columns.prot}`,
    columns.rest,
  ];
  return parts.filter(Boolean).join(' ');
}

function ruleNote(rule: RuleView, rest: string): Description['note'] {
  const probability = /--probability (\S+)/.exec(rest)?.[1];
  if (probability !== undefined) return { key: 'inspector.note.statistic', values: { probability } };
  switch (rule.target?.kind) {
    case 'DNAT':
      return { key: 'inspector.note.dnat', values: {} };
    case 'MASQUERADE':
    case 'SNAT':
      return { key: 'inspector.note.snat', values: {} };
    case 'MARK':
      return { key: 'inspector.note.mark', values: {} };
    case 'DROP':
    case 'REJECT':
      return { key: 'inspector.note.drop', values: {} };
    case 'jump':
    case 'goto':
      return { key: 'inspector.note.jump', values: { chain: rule.target.chain } };
    default:
      return null;
  }
}

function nodePlace(ref: ChainRef | RuleRef): readonly Part[] {
  return [
    { text: ref.node, ref: { kind: 'node', node: ref.node } },
    ' / ',
    { text: ref.netns, ref: { kind: 'netns', node: ref.node, netns: ref.netns } },
  ];
}
