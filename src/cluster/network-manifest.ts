/** Which of a scenario's manifests set up the container network itself, as its administrator applies them before the nodes join. */
import { decodeManifests } from '../api/decode.ts';
import type { ManifestSpec } from './scenario.ts';

/** True for a file of nothing but IP pools: Calico makes its default pool only where there is none. */
export function configuresNetwork({ file, text }: ManifestSpec): boolean {
  if (!text.includes('IPPool')) return false;
  const { documents, problems } = decodeManifests(text, file);
  if (documents.length === 0 || problems.some(({ severity }) => severity === 'error')) return false;
  return documents.every(({ kind, fields }) => kind === 'IPPool' && fields.has('spec.cidr'));
}
