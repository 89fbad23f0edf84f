/** What is under the pointer: the object an SVG element draws, or the cell of a canvas. */
import { hasPoint } from '../scene/box.geom.ts';
import type { Cell, Point, Scene, SceneObject } from '../scene/scene-types.ts';

/** The object whose shapes the element belongs to. */
export function objectAt(scene: Scene, element: EventTarget | null): SceneObject | null {
  const id = element instanceof Element ? element.closest('[data-object]')?.getAttribute('data-object') : null;
  return scene.objects.find((object) => object.id === id) ?? null;
}

export function cellAt(cells: readonly Cell[], point: Point): Cell | null {
  return cells.find((cell) => hasPoint(cell.box, point)) ?? null;
}

/** The nearest object outwards that has the property asked for: a device's Pod, a Pod's node. */
export function ancestorWith<T>(
  scene: Scene,
  object: SceneObject | null,
  read: (object: SceneObject) => T | null,
): { readonly object: SceneObject; readonly value: T } | null {
  for (let current = object; current !== null; current = parentOf(scene, current)) {
    const value = read(current);
    if (value !== null) return { object: current, value };
  }
  return null;
}

function parentOf(scene: Scene, { parent }: SceneObject): SceneObject | null {
  return parent === null ? null : (scene.objects.find((object) => object.id === parent) ?? null);
}
