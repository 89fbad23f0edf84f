/**
 * Playback: turns wall time into steps while a journey plays, and one step's worth of motion when the user steps by hand.
 *
 * `index` in the store is the step that holds; a `Motion` is how far the picture is on its way to it. Frames are asked for
 * only while something moves. Whoever draws subscribes and writes attributes; no component renders per frame.
 */
import { setPlayback } from '../store/actions.ts';
import type { Journey, Playback } from '../store/state.ts';
import type { AppStore } from '../store/store.ts';
import { firstBreakpoint } from './breakpoints.ts';
import { currentJourney } from './current.ts';
import type { JourneyModel } from './model.ts';
import { motionAt, paceOf, planOf, restAt, type Motion, type Plan } from './timing.ts';

/** The browser's frames, or a test's. */
export interface FrameClock {
  request(frame: (nowMs: number) => void): number;
  cancel(id: number): void;
  /** True when the user asked for no motion: steps still follow each other, nothing tweens. */
  reducedMotion(): boolean;
}

export interface Player {
  readonly motion: Motion;
  /** Called for every frame while something moves, and once when it comes to rest. */
  subscribe(listener: (motion: Motion) => void): () => void;
  destroy(): void;
}

interface PlayerState {
  readonly journey: Pick<Journey, 'result'> | null;
  readonly playback: Playback;
}

/** What a player needs of the store. */
export interface PlayerStore {
  getState(): PlayerState;
  subscribe(listener: (state: PlayerState, before: PlayerState) => void): () => void;
  change(playback: Partial<Playback>): void;
}

/** A tab that slept must not leap. */
const LONGEST_FRAME_MS = 100;

export function createPlayer(store: PlayerStore, clock: FrameClock): Player {
  return new JourneyPlayer(store, clock);
}

class JourneyPlayer implements Player {
  motion: Motion = { from: 0, to: 0, progress: 1 };
  readonly #store: PlayerStore;
  readonly #clock: FrameClock;
  readonly #listeners = new Set<(motion: Motion) => void>();
  readonly #unsubscribe: () => void;
  #journey: JourneyModel | null;
  #plan: Plan = { legs: [], totalMs: 0 };
  /** Milliseconds into the plan while playing; null while a step by hand moves or nothing does. */
  #playedMs: number | null = null;
  #frame: number | null = null;
  #lastMs: number | null = null;

  constructor(store: PlayerStore, clock: FrameClock) {
    this.#store = store;
    this.#clock = clock;
    this.#journey = currentJourney(store.getState());
    this.#rest(store.getState().playback.index);
    this.#unsubscribe = store.subscribe((state, before) => this.#follow(state, before));
    if (store.getState().playback.playing) this.#start(store.getState());
  }

  subscribe(listener: (motion: Motion) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  destroy(): void {
    this.#unsubscribe();
    this.#listeners.clear();
    this.#idle();
  }

  #follow(state: PlayerState, before: PlayerState): void {
    if (state.journey === before.journey && state.playback === before.playback) return;
    const journey = currentJourney(state);
    const { playback } = state;
    if (journey !== this.#journey) {
      this.#journey = journey;
      this.#playedMs = null;
      this.#rest(playback.index);
    }
    const restarts =
      playback.playing && (!before.playback.playing || playback.by !== before.playback.by || this.#playedMs === null);
    if (restarts) this.#start(state);
    else if (!playback.playing && before.playback.playing) this.#playedMs = null;
    if (playback.index !== this.motion.to) this.#go(playback.index, playback.playing);
  }

  /** Begins to play from the present step, or from the first when the journey is over. */
  #start({ playback }: PlayerState): void {
    if (this.#journey === null || this.#journey.steps.length === 0) return;
    this.#plan = planOf(this.#journey, playback.by);
    const over = playback.index >= this.#journey.steps.length - 1;
    this.#playedMs = over ? 0 : restAt(this.#plan, playback.index);
    if (over) this.#arrive(0, true);
    this.#ask();
  }

  /** The index was set from outside: by hand, by a link, by the slider. */
  #go(index: number, playing: boolean): void {
    if (playing) this.#playedMs = restAt(this.#plan, index);
    if (playing || this.#clock.reducedMotion() || Math.abs(index - this.motion.to) > this.#stride()) this.#rest(index);
    else {
      this.#publish({ from: this.motion.to, to: index, progress: 0 });
      this.#ask();
    }
  }

  /** How far one step by hand may reach and still be drawn as motion; further is a leap. */
  #stride(): number {
    return this.#store.getState().playback.by === 'rule' ? 1 : 60;
  }

  #ask(): void {
    this.#frame ??= this.#clock.request((now) => this.#onFrame(now));
  }

  #onFrame(now: number): void {
    this.#frame = null;
    const passed = this.#lastMs === null ? 0 : Math.min(LONGEST_FRAME_MS, now - this.#lastMs);
    this.#lastMs = now;
    const elapsed = passed * this.#store.getState().playback.speed;
    const goesOn = this.#playedMs === null ? this.#tween(elapsed) : this.#play(this.#playedMs + elapsed);
    if (goesOn) this.#ask();
    else this.#idle();
  }

  #tween(elapsed: number): boolean {
    const forward = Math.max(this.motion.from, this.motion.to);
    const step = this.#journey?.steps[forward];
    if (step === undefined || this.motion.progress >= 1) return false;
    const progress = Math.min(1, this.motion.progress + elapsed / paceOf(step).moveMs);
    this.#publish({ ...this.motion, progress });
    return progress < 1;
  }

  #play(ms: number): boolean {
    const { playback } = this.#store.getState();
    if (ms >= this.#plan.totalMs) return this.#finish(playback.loop);
    const motion = motionAt(this.#plan, ms);
    const stop =
      this.#journey === null
        ? null
        : firstBreakpoint(this.#journey.steps, playback.breakpoints, { from: playback.index, to: motion.to });
    this.#playedMs = stop === null ? ms : null;
    this.#publish(stop === null ? this.#still(motion) : { from: stop, to: stop, progress: 1 });
    if (this.motion.to !== playback.index || stop !== null)
      this.#store.change({ index: this.motion.to, playing: stop === null });
    return stop === null;
  }

  #finish(loop: boolean): boolean {
    if (loop) {
      this.#playedMs = 0;
      this.#arrive(0, true);
      return true;
    }
    this.#playedMs = null;
    const last = Math.max(0, (this.#journey?.steps.length ?? 1) - 1);
    this.#arrive(last, false);
    return false;
  }

  #arrive(index: number, playing: boolean): void {
    this.#rest(index);
    this.#store.change({ index, playing });
  }

  #rest(index: number): void {
    this.#publish({ from: index, to: index, progress: 1 });
  }

  #still(motion: Motion): Motion {
    return this.#clock.reducedMotion() ? { from: motion.to, to: motion.to, progress: 1 } : motion;
  }

  #publish(motion: Motion): void {
    this.motion = motion;
    for (const listener of this.#listeners) listener(motion);
  }

  #idle(): void {
    if (this.#frame !== null) this.#clock.cancel(this.#frame);
    this.#frame = null;
    this.#lastMs = null;
  }
}

const browserClock: FrameClock = {
  request: (frame) => requestAnimationFrame(frame),
  cancel: (id) => cancelAnimationFrame(id),
  reducedMotion: () => window.matchMedia('(prefers-reduced-motion: reduce)').matches,
};

const players = new WeakMap<AppStore, Player>();

/** The one player of a store: the map, the timeline and the controls share it. */
export function playerOf(store: AppStore): Player {
  const known = players.get(store);
  if (known !== undefined) return known;
  const player = createPlayer(
    {
      getState: () => store.getState(),
      subscribe: (listener) => store.subscribe(listener),
      change: (playback) => setPlayback(store, playback),
    },
    browserClock,
  );
  players.set(store, player);
  return player;
}
