/**
 * ConfigMap (core/v1): `kubectl get configmaps`.
 */
import type { Labels, NamespacedMeta } from './meta.ts';

export interface ConfigMap {
  readonly apiVersion: 'v1';
  readonly kind: 'ConfigMap';
  readonly metadata: NamespacedMeta;
  readonly data?: Labels;
  readonly binaryData?: Labels;
  readonly immutable?: boolean;
}
