/**
 * The regions that other folders fill. The frame places them and keeps their sizes; each fills the box it is given
 * (width and height 100 %) and reads the store itself.
 */
import type { ComponentType } from 'react';

export interface Slots {
  /** The map with its own toolbar (zooms, levels, send); in both modes. */
  readonly Topology: ComponentType;
  /** Beneath the map in a journey: hook diagram with the rule shelf, or the frame to scale. */
  readonly JourneyStage: ComponentType;
  /** At the bottom in a journey: controls and one tick per decision. */
  readonly JourneyTimeline: ComponentType;
  /** Right in a journey: hop list, the step, all outcomes. */
  readonly JourneySide: ComponentType;
}
