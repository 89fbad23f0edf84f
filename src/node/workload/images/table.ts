/**
 * The image table: from an image's name to its behaviour, whatever registry or mirror it is pulled from.
 */
import type { ImageRef } from '../../runtime/image.ts';
import { hexSha256 } from '../../../lib/hash.ts';
import type { ImageBehaviour } from './image.ts';
import { KUBERNETES_IMAGES } from './kubernetes.ts';
import { TOOL_IMAGES } from './tools.ts';
import { WEB_IMAGES } from './web.ts';

const BY_NAME: ReadonlyMap<string, ImageBehaviour> = new Map(
  [...WEB_IMAGES, ...TOOL_IMAGES, ...KUBERNETES_IMAGES].flatMap((image) => image.names.map((name) => [name, image] as const)),
);

/** The behaviour of an image, or null when nobody described it. */
export function knownImage(image: ImageRef): ImageBehaviour | null {
  const parts = image.repository
    .replace(/^docker\.io\//, '')
    .replace(/^library\//, '')
    .split('/');
  // The full name first, then without registry and further leading parts: `mirror.example/library/nginx` is an nginx.
  for (let i = 0; i < parts.length; i++) {
    const found = BY_NAME.get(parts.slice(i).join('/'));
    if (found !== undefined && (i === 0 || isMirror(parts.slice(0, i)))) return found;
  }
  return null;
}

/** True when the leading parts name a registry or a mirror's folder, not somebody's own build of the same name. */
function isMirror(parts: readonly string[]): boolean {
  return /[.:]/.test(parts[0] ?? '') || parts[0] === 'library';
}

/** Compressed size; for an unknown image one made from its name, between 5 and 95 MB. */
export function imageSizeBytes(image: ImageRef): number {
  return knownImage(image)?.sizeBytes ?? 5_000_000 + (parseInt(hexSha256(image.repository).slice(0, 7), 16) % 90_000_000);
}
