/**
 * Which C library the programs of an image were linked with: it decides how they look names up. Alpine's images have musl, by their tag or
 * because they are built on it; all others are taken to have glibc.
 */
import type { Libc } from '../../../net/resolv/lookup.ts';
import type { ImageRef } from '../../runtime/image.ts';

/** Images built on Alpine whose tag does not say so. */
const ALPINE_IMAGES: ReadonlySet<string> = new Set([
  'alpine',
  'curlimages/curl',
  'nicolaka/netshoot',
  'praqma/network-multitool',
  'wbitt/network-multitool',
  'radial/busyboxplus',
  'ikubernetes/myapp',
  'ikubernetes/demoapp',
  'ikubernetes/admin-box',
  'dplsming/nginx-fileserver',
  'dplsming/aria2ng-downloader',
]);

export function libcOf({ familiar, tag }: ImageRef): Libc {
  const name = familiar.replace(/^.*[.:][^/]*\//, '');
  return tag.includes('alpine') || ALPINE_IMAGES.has(name) ? 'musl' : 'glibc';
}
