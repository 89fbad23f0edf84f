/**
 * Image names as the kubelet and registries read them (distribution/reference ParseNormalizedNamed, pkg/util/parsers ApplyDefaultImageTag).
 * `docker images` shows the short form.
 */
import { hexSha256 } from '../../lib/hash.ts';
import { err, ok, type Result } from '../../lib/result.ts';

export interface ImageRef {
  /** `nginx:1.25`: as written, with `:latest` where no tag was given. */
  readonly text: string;
  /** `docker.io/library/nginx`. */
  readonly repository: string;
  /** `nginx`, `ikubernetes/myapp`, `registry.k8s.io/pause`: how people name it. */
  readonly familiar: string;
  /** `1.25`; empty where only a digest is given. */
  readonly tag: string;
  readonly digest: string | null;
}

const DOMAIN = /^(localhost|[^/]*[.:][^/]*)\//;
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

function invalidFormat(image: string, why: string): Result<never, string> {
  return err(
    `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format${why}`,
  );
}

/** The parts of an image name; the error is the kubelet's InvalidImageName message. */
export function parseImage(image: string): Result<ImageRef, string> {
  const at = image.indexOf('@');
  const named = at < 0 ? image : image.slice(0, at);
  const digest = at < 0 ? null : image.slice(at + 1);
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  const name = tagged ? named.slice(0, colon) : named;
  const tag = tagged ? named.slice(colon + 1) : digest === null ? 'latest' : '';
  const domain = DOMAIN.exec(name)?.[1] ?? 'docker.io';
  const path = DOMAIN.test(name) ? name.slice(domain.length + 1) : name;
  const fullPath = domain === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  if (path !== path.toLowerCase()) return invalidFormat(image, `: repository name (${fullPath}) must be lowercase`);
  if (!PATH.test(path) || (tag !== '' && !TAG.test(tag)) || (tagged && tag === '')) return invalidFormat(image, '');
  if (digest !== null && !DIGEST.test(digest)) return invalidFormat(image, '');
  const familiar = domain === 'docker.io' ? fullPath.replace(/^library\//, '') : `${domain}/${path}`;
  const text = digest === null ? `${name}:${tag}` : image;
  return ok({ text, repository: `${domain}/${fullPath}`, familiar, tag, digest });
}

/**
 * The digest of an image, as a registry would tell it: given by the name, or made from it.
 * Simplification: there is no registry, so every image exists and its digest is a hash of its name.
 */
export function digestOf(image: ImageRef): string {
  return image.digest ?? `sha256:${hexSha256(`${image.repository}:${image.tag}`)}`;
}
