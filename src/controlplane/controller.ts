/**
 * What every controller is: watches that fill a work queue, and a reconcile of one key.
 */
import type { ApiClient } from '../api/watch.ts';
import { NS_PER_MS, type Sim } from '../sim/sim.ts';

/** How long a controller takes to work on one item: reading its caches and one round trip to the API server. */
export const RECONCILE_NS = 2 * NS_PER_MS;

export interface ControllerContext {
  readonly sim: Sim;
  /** The API under the controller's own name. */
  readonly client: ApiClient;
}

/** A running controller. */
export interface Controller {
  readonly name: string;
  stop(): void;
  /** Takes the controller's own state; the returned function puts it back. */
  checkpoint(): () => void;
}

/** `namespace/name` of an object, and back. */
export function queueKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

export function splitKey(key: string): readonly [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}
