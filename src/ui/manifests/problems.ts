/** What the editor underlines and the panel beneath lists, from the cluster's answer about the text as it stands. */
import type { ManifestError } from '../../api/manifest-error.ts';
import type { AppState, ManifestFile } from '../store/state.ts';

const NONE: readonly ManifestError[] = [];

/** Problems of a file, errors first, in the order of the text; empty until the cluster has answered about this very text. */
export function problemsOf(
  file: ManifestFile,
  preview: AppState['preview'],
  refusal: AppState['refusal'],
): readonly ManifestError[] {
  if (refusal !== null && refusal.file === file.name && refusal.text === file.text) return sorted(refusal.errors);
  if (preview === null || preview.file !== file.name || preview.text !== file.text) return NONE;
  return sorted([...preview.result.errors, ...preview.result.warnings]);
}

function sorted(problems: readonly ManifestError[]): readonly ManifestError[] {
  const weight = (problem: ManifestError): number => (problem.severity === 'error' ? 0 : 1);
  return [...problems].sort((a, b) => weight(a) - weight(b) || a.line - b.line || a.column - b.column);
}

/** Problems under the heading of their object; `null` gathers those without one. */
export interface ProblemGroup {
  readonly heading: string | null;
  readonly problems: readonly ManifestError[];
}

export function grouped(problems: readonly ManifestError[]): readonly ProblemGroup[] {
  const groups = new Map<string, { heading: string | null; problems: ManifestError[] }>();
  for (const problem of problems) {
    const key = `${problem.severity} ${problem.document} ${problem.heading ?? ''}`;
    const group = groups.get(key) ?? { heading: problem.heading, problems: [] };
    group.problems.push(problem);
    groups.set(key, group);
  }
  return [...groups.values()];
}
