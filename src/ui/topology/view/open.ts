/** What a click, a double click or Enter on the map does. */
import { openHookDiagram, openSend, select, setZoom } from '../../store/actions.ts';
import type { AppStore } from '../../store/store.ts';
import type { Place, Target } from '../../../cluster/commands.ts';
import { defaultProbe } from '../../send/draft.ts';
import { toggleFold } from '../scene/layout-memory.ts';
import type { SceneObject } from '../scene/scene-types.ts';
import { layoutStoreOf } from './layout-store.ts';

/** In a journey a click on hooks opens them beneath, and closes them again: a selection would move the map from under the pointer. */
export function selectObject(store: AppStore, object: SceneObject | null): void {
  const hooks = object?.kind === 'netfilter' || object?.kind === 'hook' ? hooksOf(object) : null;
  const { mode, openHook } = store.getState();
  if (hooks !== null && mode === 'journey') {
    openHookDiagram(store, openHook?.node === hooks.node && openHook.netns === hooks.netns ? null : hooks);
    return;
  }
  if (object?.ref !== null && object?.ref !== undefined) select(store, object.ref);
  else if (object === null) select(store, null);
}

/** A fold opens, a node comes nearer, a namespace shows its hooks. */
export function openObject(store: AppStore, object: SceneObject): void {
  if (object.fold !== null) {
    const fold = object.fold;
    layoutStoreOf(store.getState().cluster).setState((memory) => toggleFold(memory, fold), true);
    return;
  }
  selectObject(store, object);
  const { zoom } = store.getState();
  if (object.kind === 'node' || (object.kind === 'pod' && zoom === 'cluster'))
    setZoom(store, zoom === 'cluster' ? 'node' : 'kernel');
  const hooks = hooksOf(object);
  if (hooks !== null) openHookDiagram(store, hooks);
}

/** The namespace whose hook diagram an object stands for. */
function hooksOf({ kind, ref }: SceneObject): { readonly node: string; readonly netns: string } | null {
  if ((kind === 'netfilter' || kind === 'hook' || kind === 'netns') && ref?.kind === 'netns')
    return { node: ref.node, netns: ref.netns };
  return null;
}

export function startSend(store: AppStore, from: Place | null, to: Target | null): void {
  const draft = defaultProbe(store.getState(), { from, to });
  openSend(store, draft);
}
