/** The regions of a journey: loaded with the first packet that is sent. */
import { lazy } from 'react';
import type { Slots } from './slots.ts';

export const regions: Omit<Slots, 'Topology'> = {
  JourneySide: lazy(async () => ({ default: (await import('../journey/JourneySide.tsx')).JourneySide })),
  JourneyStage: lazy(async () => ({ default: (await import('../journey/JourneyStage.tsx')).JourneyStage })),
  JourneyTimeline: lazy(async () => ({ default: (await import('../journey/JourneyTimeline.tsx')).JourneyTimeline })),
};
