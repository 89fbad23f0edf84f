/** Which objects are pointed out: the selection with its other end, and what the packet met. */
import type { ClusterSnapshot, Ref } from '../../../cluster/snapshot.ts';
import { metObjects, objectOf } from '../packet/path-lines.ts';
import type { Walk } from '../packet/stops.ts';
import { refKey } from '../scene/ref-key.ts';
import { linkId } from '../scene/scene-builder.ts';
import type { Scene, SceneObject } from '../scene/scene-types.ts';

const NOTHING: ReadonlySet<string> = new Set();

/** A veth is one cable with two plugs: selecting one lights both and the cable. */
export function selectedObjects(scene: Scene, snapshot: ClusterSnapshot, selection: Ref | null): ReadonlySet<string> {
  if (selection === null) return NOTHING;
  const key = refKey(inMap(selection));
  const ids = scene.objects.filter((object) => object.ref !== null && refKey(object.ref) === key).map((object) => object.id);
  return new Set([...ids, ...(selection.kind === 'link' ? otherEnd(snapshot, selection) : [])]);
}

/** What stands on the map for things that have no box of their own. */
function inMap(ref: Ref): Ref {
  switch (ref.kind) {
    case 'chain':
    case 'rule':
    case 'conntrack':
    case 'route':
      return { kind: 'netns', node: ref.node, netns: ref.netns };
    case 'neigh':
      return { kind: 'link', node: ref.node, netns: ref.netns, name: ref.dev };
    default:
      return ref;
  }
}

function otherEnd(snapshot: ClusterSnapshot, { node, netns, name }: Extract<Ref, { kind: 'link' }>): readonly string[] {
  const view = snapshot.nodes.find((each) => each.name === node);
  const links = netns === 'root' ? view?.root.links : view?.podNetns.get(netns)?.links;
  const peer = links?.find((link) => link.name === name)?.peer;
  if (peer === null || peer === undefined) return [];
  const other = linkId(peer.node, peer.netns, peer.name);
  const host = peer.netns === 'root' ? other : linkId(node, netns, name);
  return [other, `veth/${host}`];
}

const FILLED = new Set<SceneObject['kind']>([
  'node',
  'netns',
  'pod',
  'fold',
  'container',
  'device',
  'bridge',
  'netfilter',
  'hook',
  'process',
  'host',
]);

/** What the packet never comes to, in a journey: neither met, nor around what is met. */
export function offPath(scene: Scene, walk: Walk | null): ReadonlySet<string> {
  if (walk === null) return NOTHING;
  const byId = new Map(scene.objects.map((object) => [object.id, object]));
  const on = new Set<string>();
  const bridges = scene.objects.filter((object) => object.kind === 'bridge');
  for (const { anchor } of walk.stops) {
    for (let id = anchor === null ? null : objectOf(anchor); id !== null && !on.has(id); id = byId.get(id)?.parent ?? null)
      on.add(id);
    const [kind, node = '', netns] = anchor?.split('/') ?? [];
    const ofPod = kind === 'netns' || (kind === 'link' && netns !== 'root');
    for (const around of ['node', 'host']) on.add(`${around}/${node}`);
    if (kind === 'port') for (const { id } of bridges.filter((bridge) => bridge.parent === `netns/${node}`)) on.add(id);
    if (!ofPod) for (const part of ['netns', 'netfilter']) on.add(`${part}/${node}`);
  }
  const near = ({ id, parent, kind }: SceneObject): boolean =>
    on.has(id) ||
    (parent !== null &&
      on.has(parent) &&
      (kind === 'container' || kind === 'hook' || kind === 'process' || id.startsWith('label/') || id.startsWith('header/')));
  return new Set(scene.objects.filter((object) => FILLED.has(object.kind) && !near(object)).map((object) => object.id));
}

export function metBy(walk: Walk | null, index: number): { readonly past: ReadonlySet<string>; readonly now: string | null } {
  return walk === null ? { past: NOTHING, now: null } : metObjects(walk, index);
}
