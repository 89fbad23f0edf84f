/**
 * Where the columns of the map are remembered: beside the cluster, because the map is unmounted when the window changes its
 * arrangement and its boxes must not move then.
 */
import { useLayoutEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ClusterSnapshot } from '../../../cluster/snapshot.ts';
import { journeySnapshot } from '../../journey/current.ts';
import { isPast } from '../../store/actions.ts';
import { useApp } from '../../store/context.ts';
import type { PageCluster } from '../../store/page-cluster.ts';
import type { AppState } from '../../store/state.ts';
import { closeGaps, EMPTY_MEMORY, remember, type LayoutMemory } from '../scene/layout-memory.ts';
import { worldOf, type World } from '../scene/world.ts';

const stores = new WeakMap<PageCluster, StoreApi<LayoutMemory>>();

export function layoutStoreOf(cluster: PageCluster): StoreApi<LayoutMemory> {
  const known = stores.get(cluster);
  if (known !== undefined) return known;
  const store = createStore<LayoutMemory>(() => EMPTY_MEMORY);
  stores.set(cluster, store);
  return store;
}

export interface RememberedWorld {
  readonly world: World;
  readonly memory: LayoutMemory;
}

/** What is shown: the present snapshot, or in a journey the cluster as its packet found it. */
function shownSnapshot(state: AppState): ClusterSnapshot {
  return state.mode === 'journey' ? journeySnapshot(state) : state.snapshot;
}

function showsPast(state: AppState): boolean {
  return state.mode === 'journey' && isPast(state);
}

/** The snapshot that is shown, with every Pod in its column. What is past is dealt columns of its own, which nobody keeps. */
export function useRememberedWorld(): RememberedWorld {
  const snapshot = useApp(shownSnapshot);
  const past = useApp(showsPast);
  const store = layoutStoreOf(useApp((state) => state.cluster));
  const world = useMemo(() => worldOf(snapshot), [snapshot]);
  const old = useStore(store);
  const memory = useMemo(() => remember(past ? closeGaps(old) : old, world), [old, world, past]);
  useLayoutEffect(() => {
    if (memory !== old && !past) store.setState(memory, true);
  }, [store, memory, old, past]);
  return { world, memory };
}
