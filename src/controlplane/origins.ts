/**
 * Who made each object and where the user wrote it: the link from anything in the picture to a line of YAML.
 */
import type { TextRange } from '../api/manifest-error.ts';

/** A manifest document as it was when it was applied. */
export interface ManifestSource {
  readonly file: string;
  readonly document: number;
  readonly range: TextRange;
  /** Ranges of the values of all fields by path (`spec.ports[0].port`). */
  readonly fields: ReadonlyMap<string, TextRange>;
}

export interface ObjectOrigin {
  /** The client that created it: `kubectl`, `deployment-controller`, `kubelet class`. */
  readonly createdBy: string;
  /** The client whose write changed it last. */
  readonly changedBy: string;
  /** The manifest that created or last changed it; null when none did. */
  readonly source: ManifestSource | null;
}

export class Origins {
  #byKey = new Map<string, ObjectOrigin>();

  get(key: string): ObjectOrigin | null {
    return this.#byKey.get(key) ?? null;
  }

  created(key: string, by: string): void {
    this.#byKey.set(key, { createdBy: by, changedBy: by, source: null });
  }

  changed(key: string, by: string): void {
    const origin = this.#byKey.get(key);
    this.#byKey.set(key, { createdBy: origin?.createdBy ?? by, changedBy: by, source: origin?.source ?? null });
  }

  /** The object was applied from `source` (also when nothing changed: its line may have moved). */
  applied(key: string, source: ManifestSource): void {
    const origin = this.#byKey.get(key);
    if (origin !== undefined) this.#byKey.set(key, { ...origin, source });
  }

  removed(key: string): void {
    this.#byKey.delete(key);
  }

  checkpoint(): () => void {
    const saved = new Map(this.#byKey);
    return () => {
      this.#byKey = new Map(saved);
    };
  }
}
