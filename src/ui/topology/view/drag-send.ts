/**
 * Dragging a packet out of a Pod, a node or the outside onto something that can receive one. A drag is told from a click by
 * the first few pixels; what is under the pointer is asked of the map, not of the DOM, so cells count too.
 */
import type { Place, Target } from '../../../cluster/commands.ts';
import type { Point } from '../scene/scene-types.ts';

export interface DragPlaces {
  /** Where a packet may start, at this point of the screen; null where a press means something else. */
  readonly from: (event: PointerEvent) => Place | null;
  readonly to: (event: PointerEvent) => DropPlace | null;
}

export interface DropPlace {
  readonly target: Target;
  readonly object: string;
}

export interface DragState {
  readonly start: Point;
  readonly end: Point;
  readonly drop: DropPlace | null;
}

export interface DragSendOptions extends DragPlaces {
  readonly node: HTMLElement;
  /** Null when the drag is over. */
  readonly onDrag: (state: DragState | null) => void;
  readonly onSend: (from: Place, to: Target) => void;
}

const CLICK_PX = 5;

export function createDragSend({ node, from, to, onDrag, onSend }: DragSendOptions): { readonly destroy: () => void } {
  let drag: { readonly from: Place; readonly start: Point; moved: boolean } | null = null;

  const pointOf = (event: PointerEvent): Point => {
    const box = node.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const down = (event: PointerEvent): void => {
    if (event.button !== 0 || event.pointerType === 'touch') return;
    const place = from(event);
    if (place !== null) drag = { from: place, start: pointOf(event), moved: false };
  };
  const move = (event: PointerEvent): void => {
    if (drag === null) return;
    const end = pointOf(event);
    drag.moved ||= Math.hypot(end.x - drag.start.x, end.y - drag.start.y) > CLICK_PX;
    if (drag.moved) onDrag({ start: drag.start, end, drop: to(event) });
  };
  const stop = (): void => {
    drag = null;
    onDrag(null);
  };
  const up = (event: PointerEvent): void => {
    if (drag === null) return;
    const { from: start, moved } = drag;
    const drop = to(event);
    stop();
    if (moved && drop !== null) onSend(start, drop.target);
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && drag !== null) stop();
  };
  node.addEventListener('pointerdown', down);
  window.addEventListener('pointermove', move);
  window.addEventListener('pointerup', up);
  window.addEventListener('pointercancel', stop);
  window.addEventListener('keydown', key);
  return {
    destroy: () => {
      node.removeEventListener('pointerdown', down);
      window.removeEventListener('pointermove', move);
      window.removeEventListener('pointerup', up);
      window.removeEventListener('pointercancel', stop);
      window.removeEventListener('keydown', key);
    },
  };
}
