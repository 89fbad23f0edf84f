/** The regions that other folders draw, loaded when the frame shows them. */
import { lazy } from 'react';
import type { Slots } from './slots.ts';

/** Called at the start: the map loads beside the engine, neither waits for the other; a journey only once a packet was sent. */
export function loadRegions(): Slots {
  const map = import('../topology/Topology.tsx');
  return {
    Topology: lazy(async () => ({ default: (await map).Topology })),
    JourneySide: lazy(async () => ({ default: (await import('../journey/JourneySide.tsx')).JourneySide })),
    JourneyStage: lazy(async () => ({ default: (await import('../journey/JourneyStage.tsx')).JourneyStage })),
    JourneyTimeline: lazy(async () => ({ default: (await import('../journey/JourneyTimeline.tsx')).JourneyTimeline })),
  };
}
