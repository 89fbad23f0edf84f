/**
 * Any stored object: the union of all kinds, under the name the other layers import.
 */
export type { Kind, KindMap, KubeObject } from '../kinds.ts';
