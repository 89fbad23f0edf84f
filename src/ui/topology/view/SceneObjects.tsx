/** Draws scene objects of one layer. An object is drawn again only when it, or how it is lit, changes. */
import { memo, type ReactElement } from 'react';
import type { Layer, SceneObject, Shape } from '../scene/scene-types.ts';

/** How an object is pointed out. */
export interface Lights {
  readonly selected: ReadonlySet<string>;
  readonly past: ReadonlySet<string>;
  readonly now: string | null;
  readonly drop: string | null;
  /** What a journey does not come to. */
  readonly off: ReadonlySet<string>;
}

export interface SceneObjectsProps {
  readonly layer: Layer;
  readonly objects: readonly SceneObject[];
  readonly lights: Lights;
}

export function SceneObjects({ layer, objects, lights }: SceneObjectsProps): ReactElement {
  return (
    <g>
      {objects
        .filter((object) => object.layer === layer)
        .map((object) => (
          <ObjectView key={object.id} object={object} light={lightOf(object, lights)} />
        ))}
    </g>
  );
}

function lightOf({ id }: SceneObject, { selected, past, now, drop, off }: Lights): string {
  const classes = [
    id === now ? 'lit' : past.has(id) ? 'past' : '',
    selected.has(id) ? 'on' : '',
    drop === id ? 'drop-target' : '',
    off.has(id) ? 'off' : '',
  ];
  return classes.filter((each) => each !== '').join(' ');
}

const ObjectView = memo(function ObjectView({
  object,
  light,
}: {
  readonly object: SceneObject;
  readonly light: string;
}): ReactElement {
  const classes = [
    `o-${object.kind}`,
    object.faded ? 'faded' : '',
    light,
    object.ref === null && object.fold === null ? '' : 'pick',
  ];
  return (
    <g className={classes.filter((each) => each !== '').join(' ')} data-object={object.id}>
      {object.label === '' ? null : <title>{object.label}</title>}
      <Shapes shapes={object.shapes} />
    </g>
  );
});

export function Shapes({ shapes }: { readonly shapes: readonly Shape[] }): ReactElement {
  return (
    <>
      {shapes.map((shape, i) => (
        <ShapeView key={i} shape={shape} />
      ))}
    </>
  );
}

function ShapeView({ shape }: { readonly shape: Shape }): ReactElement {
  switch (shape.kind) {
    case 'rect':
      return <rect x={shape.x} y={shape.y} width={shape.w} height={shape.h} rx={shape.r} className={shape.cls} />;
    case 'text':
      return (
        <text x={shape.x} y={shape.y} className={shape.cls} textAnchor={shape.anchor === 'start' ? undefined : shape.anchor}>
          {shape.text}
        </text>
      );
    case 'path':
      return <path d={shape.d} className={shape.cls} />;
    case 'circle':
      return <circle cx={shape.x} cy={shape.y} r={shape.r} className={shape.cls} />;
  }
}
