import { beforeEach, describe, expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';
import type { ProbeResult } from '../../cluster/cluster-api.ts';
import type { Breakpoint, Journey, Playback } from '../store/state.ts';
import { matchesPattern } from './breakpoints.ts';
import { journeyOf } from './current.ts';
import { labReportTrace } from './lab-report.fixture.ts';
import { createPlayer, type Player } from './playback.ts';
import { motionAt, planOf, restAt } from './timing.ts';

const trace = labReportTrace();
const result: ProbeResult = {
  resolution: null,
  spec: { from: { kind: 'node', name: 'class' }, to: { kind: 'address', address: '10.99.25.192' }, port: 80, protocol: 'tcp' },
  address: '10.99.25.192',
  port: 80,
  outcome: 'reply',
  backend: 'two-containers',
  backendSaw: null,
  body: null,
  trace,
};
const START: Playback = { index: 0, playing: false, speed: 1, by: 'rule', filter: 'request', loop: false, breakpoints: [] };
const journey = journeyOf(trace, 'request');
const LAST = journey.steps.length - 1;

/** A store, a player and a clock that is wound by hand. */
class Stage {
  frames = 0;
  reduced = false;
  readonly player: Player;
  readonly #store;
  #now = 0;
  #next: ((now: number) => void) | null = null;

  constructor() {
    const store = createStore(() => ({ journey: { result } satisfies Pick<Journey, 'result'>, playback: START }));
    this.#store = store;
    const change = (playback: Partial<Playback>): void =>
      store.setState({ playback: { ...store.getState().playback, ...playback } });
    const clock = {
      request: (frame: (now: number) => void) => {
        this.#next = frame;
        return 1;
      },
      cancel: () => (this.#next = null),
      reducedMotion: () => this.reduced,
    };
    this.player = createPlayer({ getState: store.getState, subscribe: store.subscribe, change }, clock);
    this.change = change;
  }

  readonly change: (playback: Partial<Playback>) => void;

  get playback(): Playback {
    return this.#store.getState().playback;
  }

  /** Winds the clock in frames of `ms`; stops early when nobody asks for one. */
  wind(count: number, ms = 10): void {
    for (let i = 0; i < count && this.#next !== null; i++) {
      const frame = this.#next;
      this.#next = null;
      this.#now += ms;
      this.frames++;
      frame(this.#now);
    }
  }
}

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

describe('plan', () => {
  const plan = planOf(journey, 'rule');
  it('rests where it says it rests, and moves in between', () => {
    for (const stop of journey.stops.rule) expect(motionAt(plan, restAt(plan, stop))).toMatchObject({ to: stop, progress: 1 });
    const leg = plan.legs[5];
    expect(motionAt(plan, (leg?.startMs ?? 0) + (leg?.moveMs ?? 0) / 2)).toEqual({ from: 4, to: 5, progress: 0.5 });
  });
  it('from between two stops it leaves for the next', () => {
    const byHop = planOf(journey, 'hop');
    const [, second = 0] = journey.stops.hop;
    expect(motionAt(byHop, restAt(byHop, 3))).toEqual({ from: 0, to: second, progress: 0 });
  });
});

describe('playing', () => {
  it('goes through every step in the time the plan says, then stops and draws no frame', () => {
    stage.change({ playing: true });
    const seen: number[] = [];
    stage.player.subscribe(({ to }) => {
      if (seen.at(-1) !== to) seen.push(to);
    });
    stage.wind(1_000_000);
    expect(seen).toEqual(journey.stops.rule);
    expect([stage.playback.index, stage.playback.playing]).toEqual([LAST, false]);
    expect(Math.abs(stage.frames * 10 - planOf(journey, 'rule').totalMs)).toBeLessThan(700);
    const { frames } = stage;
    stage.wind(5);
    expect(stage.frames).toBe(frames);
  });
  it('takes half the time at speed 2', () => {
    stage.change({ playing: true, speed: 2 });
    stage.wind(1_000_000);
    expect(Math.abs(stage.frames * 20 - planOf(journey, 'rule').totalMs)).toBeLessThan(700);
  });
  it('begins again when looped, from the start when over', () => {
    stage.change({ index: LAST, loop: true });
    stage.change({ playing: true });
    expect(stage.playback.index).toBe(0);
    stage.wind(Math.ceil(planOf(journey, 'rule').totalMs / 10) + 40);
    expect([stage.playback.playing, stage.playback.index < 5]).toEqual([true, true]);
  });
  it('by hop it stands only on hops', () => {
    stage.change({ playing: true, by: 'hop' });
    const seen = new Set<number>();
    stage.player.subscribe(({ to }) => void seen.add(to));
    stage.wind(1_000_000);
    expect([...seen]).toEqual(journey.stops.hop);
  });
  it.each<[string, Breakpoint, string]>([
    ['chain', { kind: 'chain', node: 'class', pattern: 'KUBE-SEP-*' }, 'KUBE-SEP-EPWJSOP6CSOAPIGU'],
    ['hook', { kind: 'hook', node: '', hook: 'POSTROUTING' }, 'POSTROUTING'],
    ['device', { kind: 'device', node: 'class2', netns: '', name: 'flannel.1' }, 'flannel.1'],
    ['rule', { kind: 'rule', node: '', table: 'nat', chain: 'KUBE-SEP-EPWJSOP6CSOAPIGU', number: 2 }, '10.244.1.2'],
  ])('stops at a %s even when stepping by hop', (_, breakpoint, expected) => {
    stage.change({ breakpoints: [breakpoint], by: 'hop', playing: true });
    stage.wind(1_000_000);
    const step = journey.steps[stage.playback.index];
    expect(stage.playback.playing).toBe(false);
    expect(JSON.stringify({ ...step?.step, nat: step?.nat })).toContain(expected);
    stage.change({ playing: true });
    stage.wind(1_000_000);
    expect(stage.playback.index).toBe(LAST);
  });
});

describe('stepping by hand', () => {
  it('moves once, both ways, and rests', () => {
    stage.change({ index: 1 });
    expect(stage.player.motion).toEqual({ from: 0, to: 1, progress: 0 });
    stage.wind(1000);
    expect(stage.player.motion).toEqual({ from: 0, to: 1, progress: 1 });
    stage.change({ index: 0 });
    stage.wind(3);
    expect(stage.player.motion.from).toBe(1);
    stage.wind(1000);
    expect(stage.player.motion).toEqual({ from: 1, to: 0, progress: 1 });
  });
  it('a scrub is a leap', () => {
    stage.change({ index: 20 });
    expect([stage.player.motion, stage.frames]).toEqual([{ from: 20, to: 20, progress: 1 }, 0]);
  });
  it('reduced motion never tweens, and still plays', () => {
    stage.reduced = true;
    stage.change({ index: 1 });
    expect(stage.player.motion.progress).toBe(1);
    const between = new Set<number>();
    stage.player.subscribe(({ progress }) => void between.add(progress));
    stage.change({ playing: true });
    stage.wind(1_000_000);
    expect([...between]).toEqual([1]);
    expect(stage.playback.index).toBe(LAST);
  });
});

it.each([
  ['KUBE-SEP-*', 'KUBE-SEP-ABC', true],
  ['KUBE-SEP-*', 'KUBE-SVC-ABC', false],
  ['KUBE-SERVICES', 'KUBE-SERVICES', true],
  ['KUBE-SERVICES', 'KUBE-SERVICES2', false],
  ['*MASQ', 'KUBE-MARK-MASQ', true],
  ['K*-*-A', 'KUBE-SVC-A', true],
  ['A*A', 'A', false],
  ['*', 'anything', true],
])('pattern %s on %s', (pattern, name, expected) => {
  expect(matchesPattern(pattern, name)).toBe(expected);
});
