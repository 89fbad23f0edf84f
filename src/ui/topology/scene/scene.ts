/** The map of a snapshot at a zoom. Pure: the same input gives the same scene. */
import { assertNever } from '../../../lib/assert.ts';
import type { Zoom } from '../../store/state.ts';
import { clusterZoom } from './cluster-zoom.ts';
import { kernelZoom } from './kernel-zoom.ts';
import { nodeZoom } from './node-zoom.ts';
import type { SceneInput } from './scene-builder.ts';
import type { Scene } from './scene-types.ts';

export function buildScene(zoom: Zoom, input: SceneInput): Scene {
  switch (zoom) {
    case 'cluster':
      return clusterZoom(input);
    case 'node':
      return nodeZoom(input);
    case 'kernel':
      return kernelZoom(input);
    default:
      return assertNever(zoom);
  }
}
