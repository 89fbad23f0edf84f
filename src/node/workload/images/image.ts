/**
 * A row of the image table: what an image starts and how its own programs behave.
 */
import type { Workload, WorkloadContext } from '../workload.ts';

export interface ImageBehaviour {
  /** Repositories as people name them (`nginx`, `ikubernetes/myapp`); a last part alone matches behind any registry or mirror. */
  readonly names: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  /** Compressed size, bytes: how long a pull takes and what its event says. */
  readonly sizeBytes: number;
  /** What the words start when they are a program of this image; null when they are not. */
  readonly program: (argv: readonly string[], context: WorkloadContext) => Workload | null;
}

/** A flag's value: `--port=80`, `--port 80`, `-port=80`. */
export function flagValue(argv: readonly string[], name: string): string | null {
  for (const [index, word] of argv.entries()) {
    const bare = word.replace(/^--?/, '');
    if (bare === word) continue;
    if (bare === name) return argv[index + 1] ?? null;
    if (bare.startsWith(`${name}=`)) return bare.slice(name.length + 1);
  }
  return null;
}
