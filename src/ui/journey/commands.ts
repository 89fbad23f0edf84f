/** What the journey can be told to do, for keys, palette and buttons: the map of `Keyboard` in the design. */
import { isPast, measureThroughput, sendMany, setPlayback, toggleBreakpoint } from '../store/actions.ts';
import type { AppState, Breakpoint } from '../store/state.ts';
import type { AppStore } from '../store/store.ts';
import type { AppCommand } from '../commands/command.ts';
import type { Label } from '../i18n/label.ts';
import { currentJourney, currentStep } from './current.ts';
import type { JourneyStep } from './model.ts';
import { nextStop, previousStop, type StepBy } from './stops.ts';

/** How many connections the chart is drawn from. */
export const SPREAD_COUNT = 1000;

function hasSteps(state: AppState): boolean {
  return state.mode === 'journey' && (currentJourney(state)?.steps.length ?? 0) > 0;
}

/** Stands at a step, and stops playing: the user took over. */
export function goTo(store: AppStore, index: number): void {
  const last = (currentJourney(store.getState())?.steps.length ?? 1) - 1;
  setPlayback(store, { index: Math.max(0, Math.min(last, index)), playing: false });
}

/** Stands at a step of the trace; where the direction shown leaves it out, all directions are shown. */
export function goToTraceStep(store: AppStore, seq: number): void {
  const indexOf = (): number => currentJourney(store.getState())?.steps.findIndex(({ step }) => step.seq === seq) ?? -1;
  if (indexOf() < 0) showFilter(store, 'all');
  goTo(store, indexOf());
}

export function stepForward(store: AppStore, by?: StepBy): void {
  move(store, nextStop, by);
}

export function stepBack(store: AppStore, by?: StepBy): void {
  move(store, previousStop, by);
}

function move(store: AppStore, to: typeof nextStop, by?: StepBy): void {
  const state = store.getState();
  const journey = currentJourney(state);
  if (journey !== null) goTo(store, to(journey.stops[by ?? state.playback.by], state.playback.index));
}

export function togglePlay(store: AppStore): void {
  setPlayback(store, { playing: !store.getState().playback.playing });
}

/** Shows another direction of the flow, from its first step. */
export function showFilter(store: AppStore, filter: AppState['playback']['filter']): void {
  setPlayback(store, { filter, index: 0, playing: false });
}

/** The place a breakpoint would be set at: the rule, the hook, or the device of a step. */
export function breakpointOf({ step, at, expanded }: JourneyStep): Breakpoint | null {
  const rule = expanded?.rule ?? (step.kind === 'nf.rule' ? step.rule : null);
  if (rule !== null) return { kind: 'rule', node: at.node, table: rule.table, chain: rule.chain, number: rule.number };
  if (step.kind === 'dev.rx' || step.kind === 'dev.tx')
    return { kind: 'device', node: at.node, netns: at.netns, name: step.dev.name };
  return at.hook === null ? null : { kind: 'hook', node: at.node, hook: at.hook };
}

/** Whether iperf3 can go the way of the journey shown. */
function canMeasure(state: AppState): boolean {
  return state.mode === 'journey' && state.journey !== null && state.journey.result.spec.protocol !== 'icmp' && !isPast(state);
}

interface Definition {
  readonly id: string;
  readonly label: Label;
  readonly key?: string;
  readonly enabled?: (state: AppState) => boolean;
  readonly run: (store: AppStore) => void;
}

function command({ id, label, key, enabled = hasSteps, run }: Definition): AppCommand {
  return { id, label, key: key ?? null, scope: 'stage', enabled, run };
}

function toggleHere(store: AppStore): void {
  const step = currentStep(store.getState());
  const breakpoint = step === null ? null : breakpointOf(step);
  if (breakpoint !== null) toggleBreakpoint(store, breakpoint);
}

function lastIndex(state: AppState): number {
  return (currentJourney(state)?.steps.length ?? 1) - 1;
}

export const journeyCommands: readonly AppCommand[] = [
  command({ id: 'journey-step', label: 'journey.commands.step', key: 'ArrowRight', run: (store) => stepForward(store) }),
  command({ id: 'journey-back', label: 'journey.commands.back', key: 'ArrowLeft', run: (store) => stepBack(store) }),
  command({
    id: 'journey-next-hop',
    label: 'journey.commands.nextHop',
    key: 'shift+ArrowRight',
    run: (store) => stepForward(store, 'hop'),
  }),
  command({
    id: 'journey-previous-hop',
    label: 'journey.commands.previousHop',
    key: 'shift+ArrowLeft',
    run: (store) => stepBack(store, 'hop'),
  }),
  command({ id: 'journey-play', label: 'journey.commands.play', key: ' ', run: togglePlay }),
  command({ id: 'journey-first', label: 'journey.commands.first', key: 'Home', run: (store) => goTo(store, 0) }),
  command({
    id: 'journey-last',
    label: 'journey.commands.last',
    key: 'End',
    run: (store) => goTo(store, lastIndex(store.getState())),
  }),
  command({
    id: 'journey-reply',
    label: 'journey.commands.reply',
    key: 'r',
    enabled: (state) => state.mode === 'journey' && state.journey !== null,
    run: (store) => showFilter(store, store.getState().playback.filter === 'reply' ? 'request' : 'reply'),
  }),
  command({
    id: 'journey-outcomes',
    label: 'journey.commands.outcomes',
    key: 'a',
    enabled: (state) => state.mode === 'journey' && state.journey !== null && !isPast(state),
    run: (store) => sendMany(store, SPREAD_COUNT),
  }),
  command({ id: 'journey-throughput', label: 'journey.commands.throughput', enabled: canMeasure, run: measureThroughput }),
  command({ id: 'journey-breakpoint', label: 'journey.commands.breakpoint', key: 'b', run: toggleHere }),
];
