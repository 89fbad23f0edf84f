/** What a view level can see. The rest is faded and keeps its place. */
import type { Level, Zoom } from '../../store/state.ts';

/** What an object is made of, as far as levels care. */
export type Matter =
  /** Nodes, Pods, hosts: landmarks of every level. */
  | 'landmark'
  | 'container'
  | 'service'
  /** A device with an address. */
  | 'addressed'
  /** A device, port or line without one. */
  | 'layer2'
  | 'wire'
  | 'loopback'
  | 'netfilter'
  | 'namespace';

const HIDDEN: Readonly<Record<Level, ReadonlySet<Matter>>> = {
  kubernetes: new Set<Matter>(['addressed', 'layer2', 'wire', 'loopback', 'netfilter', 'namespace']),
  ip: new Set<Matter>(['container', 'layer2', 'netfilter']),
  ethernet: new Set<Matter>(['loopback']),
  netfilter: new Set<Matter>(['container', 'layer2', 'loopback', 'wire']),
};

/** Kernel zoom is about the hooks: only a level without kernels fades them there. */
export function isFaded(matter: Matter, level: Level, zoom: Zoom): boolean {
  if (matter === 'netfilter' && zoom === 'kernel' && level !== 'kubernetes') return false;
  return HIDDEN[level].has(matter);
}
