/**
 * What the palette can find: the cluster's objects, devices, chains and rules, the manifests, scenarios and commands.
 * Built when the palette opens and searched as plain text; words may come in any order.
 */
import type { Verdict } from '../kit/VerdictMark.tsx';
import type { IconName } from '../kit/Icon.tsx';
import { objectIcon, linkIcon } from '../inspector/icons.ts';
import { ruleTarget, targetVerdict } from '../dock/rule-text.ts';
import type { Fault } from '../../cluster/faults/fault.ts';
import type { ClusterSnapshot, NodeView, Ref } from '../../cluster/snapshot.ts';
import { offerSaid, type Said } from '../faults/fault-words.ts';
import { offersFor } from '../faults/offers.ts';

/** What running an entry does. */
export type EntryAction =
  | { readonly kind: 'select'; readonly ref: Ref }
  | {
      readonly kind: 'chain';
      readonly node: string;
      readonly table: string;
      readonly chain: string;
      readonly rule: number | null;
    }
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'scenario'; readonly id: string }
  | { readonly kind: 'command'; readonly id: string }
  | { readonly kind: 'break'; readonly fault: Fault };

export type EntryGroup = 'objects' | 'devices' | 'rules' | 'files' | 'scenarios' | 'commands' | 'faults';

export interface Entry {
  readonly id: string;
  readonly group: EntryGroup;
  /** The node of devices, chains and rules, else empty. */
  readonly node: string;
  readonly text: string;
  readonly mono: boolean;
  readonly icon: IconName | null;
  readonly verdict: Verdict | null;
  /** Chains say their table; rules also number and target; devices where they are. */
  readonly about:
    | { readonly kind: 'chain'; readonly table: string }
    | { readonly kind: 'rule'; readonly number: number; readonly target: string }
    | { readonly kind: 'plain'; readonly text: string };
  readonly action: EntryAction;
  /** All that is searched, in lower case. */
  readonly haystack: string;
}

type Draft = Omit<Entry, 'haystack' | 'node' | 'mono' | 'icon' | 'verdict'> &
  Partial<Pick<Entry, 'node' | 'mono' | 'icon' | 'verdict'>>;

export function entry(draft: Draft, searched = ''): Entry {
  const about = Object.values(draft.about).join(' ');
  return {
    node: '',
    mono: false,
    icon: null,
    verdict: null,
    ...draft,
    haystack: `${draft.text} ${about} ${draft.node ?? ''} ${searched}`.toLowerCase(),
  };
}

export function clusterEntries(snapshot: ClusterSnapshot): readonly Entry[] {
  return [...objectEntries(snapshot), ...snapshot.nodes.flatMap((node) => [...deviceEntries(node), ...ruleEntries(node)])];
}

/** What can be broken on the nodes and their devices and routes, in the words of the catalogue. */
export function faultEntries(snapshot: ClusterSnapshot, say: (said: Said) => string): readonly Entry[] {
  const dns: Ref = { kind: 'object', key: 'Deployment kube-system/coredns' };
  const entriesOf = (refs: readonly Ref[], node: string): readonly Entry[] =>
    refs
      .flatMap((ref) => offersFor(snapshot, ref))
      .map((fault) =>
        entry({
          id: JSON.stringify(fault),
          group: 'faults',
          node,
          text: say(offerSaid(fault)),
          icon: 'warning',
          about: { kind: 'plain', text: node },
          action: { kind: 'break', fault },
        }),
      );
  const onNodes = snapshot.nodes.flatMap(({ name: node, root }) => {
    const at = { node, netns: 'root' } as const;
    const refs: readonly Ref[] = [
      { kind: 'node', node },
      ...root.links.map(({ name }): Ref => ({ kind: 'link', ...at, name })),
      ...root.routes.map(({ text }): Ref => ({ kind: 'route', ...at, text })),
    ];
    return entriesOf(refs, node);
  });
  return [...onNodes, ...entriesOf([dns], '')];
}

function objectEntries(snapshot: ClusterSnapshot): readonly Entry[] {
  return [...snapshot.objects.values()].flatMap(({ key, object }) => {
    const ref: Ref = object.kind === 'Node' ? { kind: 'node', node: object.metadata.name } : { kind: 'object', key };
    const place = object.metadata.namespace ?? '';
    const about = { kind: 'plain', text: place === '' ? object.kind : `${object.kind}, ${place}` } as const;
    return [
      entry({
        id: key,
        group: 'objects',
        text: object.metadata.name,
        icon: objectIcon(object.kind),
        about,
        action: { kind: 'select', ref },
      }),
    ];
  });
}

function deviceEntries(node: NodeView): readonly Entry[] {
  return [node.root, ...node.podNetns.values()].flatMap((netns) =>
    netns.links.map((link) =>
      entry(
        {
          id: `${node.name} ${netns.name} ${link.name}`,
          group: 'devices',
          node: node.name,
          text: `${link.ifindex}: ${link.name}`,
          mono: true,
          icon: linkIcon(link.kind),
          about: { kind: 'plain', text: `${node.name} ${netns.name}` },
          action: { kind: 'select', ref: { kind: 'link', node: node.name, netns: netns.name, name: link.name } },
        },
        `${link.mac} ${link.addresses.map((each) => each.address).join(' ')}`,
      ),
    ),
  );
}

function ruleEntries(node: NodeView): readonly Entry[] {
  return Object.values(node.root.netfilter.ruleset).flatMap((table) =>
    [...table.chains.values()].flatMap((chain) => {
      if (chain.rules.length === 0) return [];
      const at = { kind: 'chain', node: node.name, table: table.name, chain: chain.name } as const;
      const head = entry({
        id: `${node.name} ${table.name} ${chain.name}`,
        group: 'rules',
        node: node.name,
        text: chain.name,
        mono: true,
        icon: 'chain',
        about: { kind: 'chain', table: table.name },
        action: { ...at, rule: null },
      });
      const rules = chain.rules.map((rule, index) =>
        entry(
          {
            id: `${node.name} ${table.name} ${chain.name} ${index + 1}`,
            group: 'rules',
            node: node.name,
            text: chain.name,
            mono: true,
            verdict: targetVerdict(rule),
            about: { kind: 'rule', number: index + 1, target: ruleTarget(rule) },
            action: { ...at, rule: index + 1 },
          },
          rule.text,
        ),
      );
      return [head, ...rules];
    }),
  );
}

const MOST = 60;

/** The entries that hold every word of the query, names that begin with it first; at most 60. */
export function search(entries: readonly Entry[], query: string): readonly Entry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0)
    return entries.filter((each) => each.group === 'commands' || each.group === 'scenarios').slice(0, MOST);
  const found = entries.filter((each) => words.every((word) => each.haystack.includes(word)));
  const first = words[0] ?? '';
  const rank = (each: Entry): number => {
    const text = each.text.toLowerCase();
    return text.startsWith(first) ? 0 : text.includes(first) ? 1 : 2;
  };
  return [...found].sort((a, b) => rank(a) - rank(b)).slice(0, MOST);
}
