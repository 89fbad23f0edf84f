import type { FieldError } from '../field-error.ts';
import type { Kind, KindMap } from '../kinds.ts';
export function validateObject<K extends Kind>(_kind: K, _object: KindMap[K]): readonly FieldError[] { return []; }
export function validateObjectUpdate<K extends Kind>(_kind: K, _next: KindMap[K], _old: KindMap[K]): readonly FieldError[] { return []; }
