/**
 * What a command changed, from two snapshots: `docker ps` before and after, for everything, grouped by who did it and where.
 */
import { linkName } from '../net/print/link-name.ts';
import type { LinkView, NetnsView } from '../net/view.ts';
import type { Provenance } from '../lib/provenance.ts';
import { actorName, ChangeGroups } from './change-groups.ts';
import { faultTitle, HIDDEN_FAULT } from './command-title.ts';
import { diffRules } from './diff-rules.ts';
import type { ClusterSnapshot, NodeView, ObjectKey, Ref, WorldDiff } from './snapshot.ts';

/** Who created an object and who last changed what it asks for, by their API clients' names. */
export type Authors = (key: ObjectKey) => { readonly createdBy: string; readonly changedBy: string };

/** The command whose changes are told. */
export interface DiffedCommand {
  readonly title: string;
  /** True where the user's own hands took away what went, and not those who had made it. */
  readonly byHand: boolean;
}

/** The diff of the world between two snapshots. */
export function diffWorlds(
  { title, byHand }: DiffedCommand,
  before: ClusterSnapshot,
  after: ClusterSnapshot,
  authors: Authors,
): WorldDiff {
  const groups = new ChangeGroups(byHand);
  diffObjects(groups, before, after, authors);
  for (const node of after.nodes) {
    const old = before.nodes.find((candidate) => candidate.name === node.name);
    if (old !== node) diffNode(groups, old ?? null, node);
  }
  diffFaults(groups, before, after);
  return { command: title, groups: groups.list() };
}

function diffObjects(groups: ChangeGroups, before: ClusterSnapshot, after: ClusterSnapshot, authors: Authors): void {
  if (before.objects === after.objects) return;
  for (const [key, view] of after.objects) {
    const old = before.objects.get(key);
    if (old === undefined)
      groups.add(apiActor(authors(key).createdBy), null, {
        op: 'added',
        what: view.object.kind,
        text: key,
        ref: { kind: 'object', key },
      });
    else if (desiredChanged(old.object, view.object))
      groups.add(apiActor(authors(key).changedBy), null, {
        op: 'changed',
        what: view.object.kind,
        text: key,
        ref: { kind: 'object', key },
      });
  }
  for (const [key, view] of before.objects) {
    if (!after.objects.has(key))
      groups.add(removedBy(view.object.kind), null, { op: 'removed', what: view.object.kind, text: key, ref: null });
  }
}

/** Status alone is the report of a change, not one. */
function desiredChanged(old: object, next: object): boolean {
  if (old === next) return false;
  return Object.entries(next).some(
    ([field, value]) =>
      field !== 'status' && field !== 'metadata' && (old as Readonly<Record<string, unknown>>)[field] !== value,
  );
}

function apiActor(client: string): string {
  if (client === 'kubectl' || client === 'kube-apiserver') return 'API server';
  if (client.includes('scheduler')) return 'scheduler';
  return client.startsWith('kubelet') ? 'kubelet' : 'controllers';
}

function removedBy(kind: string): string {
  return kind === 'Pod' ? 'kubelet' : kind === 'Service' || kind === 'Deployment' ? 'API server' : 'controllers';
}

function diffNode(groups: ChangeGroups, before: NodeView | null, after: NodeView): void {
  diffContainers(groups, before, after);
  diffNetns(groups, after.name, before?.root ?? null, after.root);
  for (const [name, netns] of after.podNetns) diffNetns(groups, after.name, before?.podNetns.get(name) ?? null, netns);
  for (const [name, netns] of before?.podNetns ?? []) if (!after.podNetns.has(name)) diffNetns(groups, after.name, netns, null);
}

function diffContainers(groups: ChangeGroups, before: NodeView | null, after: NodeView): void {
  if (before?.containers === after.containers) return;
  const old = new Set(before?.containers.map((container) => container.id));
  const now = new Set(after.containers.map((container) => container.id));
  for (const { id, name } of after.containers) {
    if (!old.has(id))
      groups.add('kubelet', after.name, {
        op: 'added',
        what: 'container',
        text: name,
        ref: { kind: 'container', node: after.name, id },
      });
  }
  for (const { id, name } of before?.containers ?? []) {
    if (!now.has(id)) groups.add('kubelet', after.name, { op: 'removed', what: 'container', text: name, ref: null });
  }
}

function diffNetns(groups: ChangeGroups, node: string, before: NetnsView | null, after: NetnsView | null): void {
  if (before === after) return;
  const netns = (after ?? before)?.name ?? 'root';
  const part = <T extends { readonly madeBy: Provenance }>(
    kind: string | ((item: T) => string),
    list: (view: NetnsView) => readonly T[],
    text: (item: T) => string,
    ref: (item: T) => Ref | null,
  ): void => {
    const old = before === null ? [] : list(before);
    const now = after === null ? [] : list(after);
    if (old === now) return;
    const what = (item: T): string => (typeof kind === 'string' ? kind : kind(item));
    const oldTexts = new Set(old.map(text));
    const nowTexts = new Set(now.map(text));
    for (const item of now)
      if (!oldTexts.has(text(item)))
        groups.add(actorName(item.madeBy), node, { op: 'added', what: what(item), text: text(item), ref: ref(item) });
    for (const item of old)
      if (!nowTexts.has(text(item)))
        groups.add(groups.removerOf(actorName(item.madeBy)), node, {
          op: 'removed',
          what: what(item),
          text: text(item),
          ref: null,
        });
  };
  // A pair is told once, by its host end.
  part(
    (link: LinkView) => (link.kind === 'veth' ? 'veth pair' : 'link'),
    (view) => (netns === 'root' ? view.links : []),
    (link) => linkText(link),
    (link) => ({ kind: 'link', node, netns, name: link.name }),
  );
  part(
    'address',
    (view) =>
      view.links.flatMap((link) =>
        link.addresses.filter((entry) => entry.madeBy.actor !== 'kernel').map((entry) => ({ link: link.name, ...entry })),
      ),
    (entry) => `${entry.address} dev ${entry.link}`,
    (entry) => ({ kind: 'link', node, netns, name: entry.link }),
  );
  part(
    'route',
    (view) => view.routes.filter((route) => route.madeBy.actor !== 'kernel'),
    (route) => route.text,
    (route) => ({ kind: 'route', node, netns, text: route.text }),
  );
  part(
    'neigh',
    (view) => view.neighbours.filter((entry) => entry.state === 'PERMANENT'),
    (entry) => `${entry.addr} dev ${entry.dev} lladdr ${entry.lladdr ?? ''} PERMANENT`,
    (entry) => ({ kind: 'neigh', node, netns, dev: entry.dev, addr: entry.addr }),
  );
  part(
    'fdb',
    (view) => view.fdb.filter((entry) => entry.self),
    (entry) => `${entry.mac} dev ${entry.dev} dst ${entry.dst ?? ''} self permanent`,
    (entry) => ({ kind: 'link', node, netns, name: entry.dev }),
  );
  if (netns === 'root') diffRules(groups, node, before, after);
  diffLinks(groups, node, before, after);
  diffSysctls(groups, node, before, after);
}

function linkText(link: LinkView): string {
  return `${link.ifindex}: ${linkName(link)}`;
}

/** What a hand changes of a device that was there before: up or down, MTU, bridge, hairpin, qdisc. */
function diffLinks(groups: ChangeGroups, node: string, before: NetnsView | null, after: NetnsView | null): void {
  if (before === null || after === null || before.links === after.links) return;
  const old = new Map(before.links.map((link) => [link.ifindex, link]));
  for (const link of after.links) {
    const was = old.get(link.ifindex);
    if (was === undefined || was === link) continue;
    for (const text of linkChanges(was, link))
      groups.add('user', node, {
        op: 'changed',
        what: 'link',
        text: `${linkText(link)} ${text}`,
        ref: { kind: 'link', node, netns: after.name, name: link.name },
      });
  }
}

function linkChanges(was: LinkView, now: LinkView): readonly string[] {
  return [
    was.up === now.up ? null : `state ${now.up ? 'UP' : 'DOWN'}`,
    was.mtu === now.mtu ? null : `mtu ${now.mtu}`,
    was.master === now.master ? null : now.master === null ? 'nomaster' : `master ${now.master}`,
    was.hairpin === now.hairpin ? null : `hairpin ${now.hairpin ? 'on' : 'off'}`,
    was.qdisc === now.qdisc ? null : `qdisc ${now.qdisc ?? 'noqueue'}`,
  ].filter((text) => text !== null);
}

function diffFaults(groups: ChangeGroups, before: ClusterSnapshot, after: ClusterSnapshot): void {
  if (before.faults === after.faults) return;
  for (const view of after.faults) {
    const was = before.faults.find(({ id }) => id === view.id);
    const text = view.fault === null ? HIDDEN_FAULT : faultTitle(view.fault);
    if (view.active && was === undefined)
      groups.add('user', null, { op: 'added', what: 'fault', text, ref: view.at[0] ?? null });
    if (!view.active && was?.active === true) groups.add('user', null, { op: 'removed', what: 'fault', text, ref: null });
  }
}

function diffSysctls(groups: ChangeGroups, node: string, before: NetnsView | null, after: NetnsView | null): void {
  if (before === null || after === null || before.sysctls === after.sysctls) return;
  for (const [name, value] of after.sysctls) {
    const old = before.sysctls.get(name);
    if (old !== undefined && old !== value)
      groups.add('user', node, { op: 'changed', what: 'sysctl', text: `${name} = ${value}`, ref: null });
  }
}
