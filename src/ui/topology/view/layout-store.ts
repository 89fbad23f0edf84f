/**
 * Where the columns of the map are remembered: beside the cluster, because the map is unmounted when the window changes its
 * arrangement and its boxes must not move then.
 */
import { useLayoutEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ClusterApi } from '../../../cluster/cluster-api.ts';
import { useApp } from '../../store/context.ts';
import { EMPTY_MEMORY, remember, type LayoutMemory } from '../scene/layout-memory.ts';
import { worldOf, type World } from '../scene/world.ts';

const stores = new WeakMap<ClusterApi, StoreApi<LayoutMemory>>();

export function layoutStoreOf(cluster: ClusterApi): StoreApi<LayoutMemory> {
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

/** The present snapshot with every Pod in its column. */
export function useRememberedWorld(): RememberedWorld {
  const snapshot = useApp((state) => state.snapshot);
  const store = layoutStoreOf(useApp((state) => state.cluster));
  const world = useMemo(() => worldOf(snapshot), [snapshot]);
  const old = useStore(store);
  const memory = useMemo(() => remember(old, world), [old, world]);
  useLayoutEffect(() => {
    if (memory !== old) store.setState(memory, true);
  }, [store, memory, old]);
  return { world, memory };
}
