/** Short makers of shapes and objects, so that the layouts read as lists of what stands where. */
import type { Box, Point, SceneObject, Shape } from './scene-types.ts';
import { pathOf } from './line.geom.ts';

export function rect({ x, y, w, h }: Box, r: number, cls: string): Shape {
  return { kind: 'rect', x, y, w, h, r, cls };
}

export function text(x: number, y: number, value: string, cls: string, anchor: 'start' | 'middle' | 'end' = 'start'): Shape {
  return { kind: 'text', x, y, text: value, cls, anchor };
}

export function line(points: readonly Point[], cls: string, radius = 0): Shape {
  return { kind: 'path', d: pathOf(points, radius), cls };
}

export function dot({ x, y }: Point, r: number, cls: string): Shape {
  return { kind: 'circle', x, y, r, cls };
}

/** A bridge port: a square on the edge of the bar. */
export function port(x: number, y: number): Shape {
  return rect({ x: x - 4.5, y: y - 4.5, w: 9, h: 9 }, 1.5, 'g-port');
}

/** The disc with a cross of what is not ready, 10 px wide. */
export function crossMark({ x, y }: Point): readonly Shape[] {
  const arms = `M${x - 2} ${y - 2}l4 4M${x + 2} ${y - 2}l-4 4`;
  return [dot({ x, y }, 5, 'bad-disc'), { kind: 'path', d: arms, cls: 'bad-cross' }];
}

/** The yellow edge of what the last command made. */
export function newMark({ x, y, h }: Box, inset = 4): Shape {
  return rect({ x, y: y + inset, w: 4, h: h - 2 * inset }, 0, 'added');
}

type Needed = 'id' | 'kind' | 'box' | 'shapes';

/** An object with everything it leaves unsaid. */
export function sceneObject(part: Pick<SceneObject, Needed> & Partial<Omit<SceneObject, Needed>>): SceneObject {
  return {
    layer: 'box',
    parent: null,
    ref: null,
    label: '',
    faded: false,
    isNew: false,
    from: null,
    to: null,
    fold: null,
    ...part,
  };
}
