/** What stands beside a node's name: what is wrong with it first, else what it is. */
import type { NodeView } from '../../../cluster/snapshot.ts';
import type { SceneWords } from './words.ts';

/** A mark of the wall, or of the name alone. */
export interface NodeRole {
  /** Empty for a plain worker. */
  readonly text: string;
  readonly bad: boolean;
  /** The node itself does not work, as far as anybody knows. */
  readonly lost: boolean;
}

export function nodeRole({ apiProblem, controlPlane, on, ready }: NodeView, words: SceneWords): NodeRole {
  if (!on) return { text: words.nodeOff, bad: true, lost: true };
  if (!ready) return { text: words.nodeNotReady, bad: true, lost: true };
  if (apiProblem !== null) return { text: words.nodeWithoutApi, bad: true, lost: false };
  return { text: controlPlane ? words.controlPlane : '', bad: false, lost: false };
}
