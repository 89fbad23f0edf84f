/**
 * Marks what is broken: a disc with a cross at its corner, and a dashed edge around what is small enough to have one. A thing that is not
 * drawn at this zoom is marked where it is: a route at its namespace, a device at its node.
 */
import { refKey } from './ref-key.ts';
import type { BrokenThing } from './scene-builder.ts';
import type { SceneObject } from './scene-types.ts';
import { crossMark, rect, sceneObject } from './shapes.ts';

/** From the corner of a wall to the middle of its mark. */
const INSET = 14;
const MARK = 12;

export function faultMarks(objects: readonly SceneObject[], broken: readonly BrokenThing[]): readonly SceneObject[] {
  const marks = new Map<string, { readonly on: SceneObject; readonly labels: string[] }>();
  for (const { at, label } of broken) {
    const on = at.flatMap(
      (ref) => objects.find((object) => object.ref !== null && refKey(object.ref) === refKey(ref)) ?? [],
    )[0];
    if (on === undefined) continue;
    const mark = marks.get(on.id);
    if (mark === undefined) marks.set(on.id, { on, labels: [label] });
    else mark.labels.push(label);
  }
  return [...marks.values()].map(({ on, labels }) => markOf(on, labels.join(', ')));
}

function markOf({ id, kind, box, layer, ref }: SceneObject, label: string): SceneObject {
  const wall = layer === 'wall';
  const at = wall ? { x: box.x + box.w - INSET, y: box.y + INSET } : { x: box.x + box.w, y: box.y };
  const disc = { x: at.x - MARK / 2, y: at.y - MARK / 2, w: MARK, h: MARK };
  const edge = wall ? [] : [rect(box, 4, 'g-broken')];
  return sceneObject({ id: `fault/${id}`, kind, box: wall ? disc : box, shapes: [...edge, ...crossMark(at)], ref, label });
}
