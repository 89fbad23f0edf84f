/** The journey that is shown, derived from the store and kept by trace and filter, so that every reader has the same value. */
import type { Trace } from '../../net/trace/trace.ts';
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import type { AppState, Journey, Playback } from '../store/state.ts';
import { buildJourney, type JourneyFilter, type JourneyModel, type JourneyStep } from './model.ts';
import { expandRun } from './readers.ts';

const built = new WeakMap<Trace, Map<JourneyFilter, JourneyModel>>();

export function journeyOf(trace: Trace, filter: JourneyFilter): JourneyModel {
  const byFilter = built.get(trace) ?? new Map<JourneyFilter, JourneyModel>();
  built.set(trace, byFilter);
  const known = byFilter.get(filter);
  if (known !== undefined) return known;
  const journey = buildJourney(trace, filter, expandRun);
  byFilter.set(filter, journey);
  return journey;
}

interface JourneyShown {
  readonly journey: Pick<Journey, 'result'> | null;
  readonly playback: Playback;
}

/** Null until a packet was sent. */
export function currentJourney({ journey, playback }: JourneyShown): JourneyModel | null {
  return journey === null ? null : journeyOf(journey.result.trace, playback.filter);
}

/** The cluster as the packet found it, whatever was done to it since. */
export function journeySnapshot({ journey, snapshot }: Pick<AppState, 'journey' | 'snapshot'>): ClusterSnapshot {
  return journey?.snapshot ?? snapshot;
}

/** The step playback stands at; null when the journey has none. */
export function currentStep(state: AppState): JourneyStep | null {
  const journey = currentJourney(state);
  return journey?.steps[Math.min(state.playback.index, journey.steps.length - 1)] ?? null;
}
