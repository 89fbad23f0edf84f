/** The drag of a packet over this scene; null while there is none. */
import { useEffect, useState } from 'react';
import { useAppStore } from '../../store/context.ts';
import type { Cell, Scene } from '../scene/scene-types.ts';
import type { Camera } from './camera.ts';
import type { Place } from '../../../cluster/commands.ts';
import { podOfId } from '../scene/world.ts';
import { createDragSend, type DragState, type DropPlace } from './drag-send.ts';
import { ancestorWith, cellAt, objectAt } from './hit.ts';
import { startSend } from './open.ts';

export interface DragSendInput {
  readonly scene: Scene;
  readonly camera: Camera;
  readonly node: HTMLElement;
  readonly cells: readonly Cell[];
}

export function useDragSend({ scene, camera, node, cells }: DragSendInput): DragState | null {
  const store = useAppStore();
  const [drag, setDrag] = useState<DragState | null>(null);
  useEffect(() => {
    const places = placesOf({ scene, camera, node, cells });
    const made = createDragSend({ ...places, node, onDrag: setDrag, onSend: (from, to) => startSend(store, from, to) });
    return made.destroy;
  }, [store, scene, camera, node, cells]);
  return drag;
}

/** True where a press begins a packet and not a pan. */
export function startsPacket(element: EventTarget | null): boolean {
  const kind =
    element instanceof Element ? element.closest('[data-object]')?.getAttribute('data-object')?.split('/')[0] : undefined;
  return kind === 'pod' || kind === 'label' || kind === 'header' || kind === 'host';
}

function placesOf({ scene, camera, node, cells }: DragSendInput): {
  from: (event: PointerEvent) => Place | null;
  to: (event: PointerEvent) => DropPlace | null;
} {
  const cellUnder = (event: PointerEvent): Cell | null => {
    const box = node.getBoundingClientRect();
    return cellAt(cells, camera.toMap({ x: event.clientX - box.left, y: event.clientY - box.top }));
  };
  return {
    from: (event) => {
      const cell = cellUnder(event);
      if (cell !== null) return podOfId(cell.pod).place;
      return startsPacket(event.target)
        ? (ancestorWith(scene, objectAt(scene, event.target), (object) => object.from)?.value ?? null)
        : null;
    },
    to: (event) => {
      const cell = cellUnder(event);
      if (cell !== null) return { target: { kind: 'place', place: podOfId(cell.pod).place }, object: `pod/${cell.pod}` };
      const hit = ancestorWith(
        scene,
        objectAt(scene, document.elementFromPoint(event.clientX, event.clientY)),
        (object) => object.to,
      );
      return hit === null ? null : { target: hit.value, object: hit.object.id };
    },
  };
}
