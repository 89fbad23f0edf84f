/** The journey that is shown, derived from the store and kept by trace and filter, so that every reader has the same value. */
import type { Trace } from '../../net/trace/trace.ts';
import type { AppState } from '../store/state.ts';
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

/** Null until a packet was sent. */
export function currentJourney({ journey, playback }: Pick<AppState, 'journey' | 'playback'>): JourneyModel | null {
  return journey === null ? null : journeyOf(journey.result.trace, playback.filter);
}

/** The step playback stands at; null when the journey has none. */
export function currentStep(state: AppState): JourneyStep | null {
  const journey = currentJourney(state);
  return journey?.steps[Math.min(state.playback.index, journey.steps.length - 1)] ?? null;
}
