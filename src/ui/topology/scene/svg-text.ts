/** A scene as SVG text: for goldens and, later, export. Styled by classes alone. */
import type { Box, Layer, Scene, SceneObject, Shape } from './scene-types.ts';
import { num } from './line.geom.ts';

/** Paint order. */
export const LAYERS: readonly Layer[] = ['wall', 'tie', 'line', 'box'];

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.codePointAt(0) ?? 0};`);
}

function shapeText(shape: Shape): string {
  switch (shape.kind) {
    case 'rect':
      return `<rect x="${num(shape.x)}" y="${num(shape.y)}" width="${num(shape.w)}" height="${num(shape.h)}" rx="${num(shape.r)}" class="${shape.cls}"/>`;
    case 'text': {
      const anchor = shape.anchor === 'start' ? '' : ` text-anchor="${shape.anchor}"`;
      return `<text x="${num(shape.x)}" y="${num(shape.y)}" class="${shape.cls}"${anchor}>${escape(shape.text)}</text>`;
    }
    case 'path':
      return `<path d="${shape.d}" class="${shape.cls}"/>`;
    case 'circle':
      return `<circle cx="${num(shape.x)}" cy="${num(shape.y)}" r="${num(shape.r)}" class="${shape.cls}"/>`;
  }
}

function objectText(object: SceneObject): string {
  const cls = object.faded ? `${object.kind} faded` : object.kind;
  return `<g id="${escape(object.id)}" class="${cls}">\n${object.shapes.map((shape) => `  ${shapeText(shape)}\n`).join('')}</g>\n`;
}

export function svgText(scene: Pick<Scene, 'objects'> & { readonly bounds: Box }): string {
  const { x, y, w, h } = scene.bounds;
  const body = LAYERS.flatMap((layer) => scene.objects.filter((object) => object.layer === layer)).map(objectText);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${[x, y, w, h].map(num).join(' ')}">\n${body.join('')}</svg>\n`;
}
