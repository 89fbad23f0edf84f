import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '../lib/rng.ts';
import { Sim } from './sim.ts';

function newSim(): { readonly sim: Sim; readonly ran: string[]; readonly note: (name: string) => () => void } {
  const ran: string[] = [];
  return { sim: new Sim(createRng(1)), ran, note: (name) => () => void ran.push(name) };
}

const ALL = { maxSteps: 1000 };

describe('the virtual clock', () => {
  test('runs events in the order of their time, ties as they were scheduled', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 50 }), (delays) => {
        const { sim, ran, note } = newSim();
        delays.forEach((delay, index) => void sim.after(delay, 'e', note(`${delay} ${index}`)));
        expect(sim.run(ALL)).toBe('idle');
        const wanted = delays.map((delay, index) => ({ delay, index })).sort((a, b) => a.delay - b.delay || a.index - b.index);
        expect(ran).toEqual(wanted.map(({ delay, index }) => `${delay} ${index}`));
      }),
    );
  });

  test('stands at each event’s own time, and an event may schedule at once', () => {
    const { sim, ran } = newSim();
    sim.after(10, 'a', () => {
      ran.push(`a ${sim.now}`);
      sim.after(0, 'b', () => void ran.push(`b ${sim.now}`));
    });
    sim.after(10, 'c', () => void ran.push(`c ${sim.now}`));
    sim.run(ALL);
    expect(ran).toEqual(['a 10', 'c 10', 'b 10']);
  });

  test('does not go back: a delay below zero is a broken invariant', () => {
    expect(() => newSim().sim.after(-1, 'past', () => undefined)).toThrow('event past scheduled in the past');
  });

  test('a cancelled event does not run, and cancelling twice or late changes nothing', () => {
    const { sim, ran, note } = newSim();
    const timer = sim.after(1, 'a', note('a'));
    const late = sim.after(2, 'b', note('b'));
    timer.cancel();
    timer.cancel();
    sim.run(ALL);
    late.cancel();
    expect([ran, sim.busy, sim.nextEventAt()]).toEqual([['b'], false, null]);
  });

  test('hundreds cancelled change nothing for the others, whose order and checkpoint stay', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(3)), { minLength: 200, maxLength: 400 }), (events) => {
        const { sim, ran, note } = newSim();
        const timers = events.map(([delay], index) => sim.after(delay, 'e', note(String(index))));
        const restore = sim.checkpoint();
        timers.forEach((timer, index) => {
          if (events[index]?.[1] !== 0) timer.cancel();
        });
        const inTime = events.map(([delay, kept], index) => ({ delay, kept, index })).sort((a, b) => a.delay - b.delay);
        sim.run(ALL);
        expect(ran).toEqual(inTime.filter(({ kept }) => kept === 0).map(({ index }) => String(index)));
        ran.length = 0;
        restore();
        sim.run(ALL);
        expect(ran).toEqual(inTime.map(({ index }) => String(index)));
      }),
      { numRuns: 20 },
    );
  });

  test('stops at the deadline and stands there', () => {
    const { sim, ran, note } = newSim();
    sim.after(10, 'a', note('a'));
    sim.after(11, 'b', note('b'));
    expect([sim.run({ ...ALL, deadline: 10 }), sim.now, ran]).toEqual(['time', 10, ['a']]);
    expect([sim.run({ ...ALL, deadline: 50 }), sim.now, ran]).toEqual(['idle', 50, ['a', 'b']]);
  });

  test('stops when the condition holds, and at the step limit', () => {
    const { sim, ran, note } = newSim();
    for (let i = 0; i < 5; i++) sim.after(i, 'e', note(String(i)));
    expect([sim.run({ ...ALL, until: () => ran.length === 2 }), ran.length]).toEqual(['done', 2]);
    const again = (): void => void sim.after(0, 'loop', again);
    again();
    expect(sim.run({ maxSteps: 100 })).toBe('limit');
  });

  test('background events do not keep it busy, but run all the same', () => {
    const { sim, ran, note } = newSim();
    sim.background(5, 'lease', note('lease'));
    const timer = sim.after(3, 'work', note('work'));
    expect(sim.busy).toBe(true);
    sim.run({ ...ALL, until: () => !sim.busy });
    expect([ran, sim.now]).toEqual([['work'], 3]);
    timer.cancel();
    sim.run(ALL);
    expect(ran).toEqual(['work', 'lease']);
  });
});

describe('a checkpoint', () => {
  test('brings back time and waiting events, those run or cancelled since included', () => {
    const { sim, ran, note } = newSim();
    sim.after(1, 'a', note('a'));
    sim.run(ALL);
    const b = sim.after(2, 'b', note('b'));
    sim.after(4, 'c', note('c'));
    const restore = sim.checkpoint();
    for (let round = 0; round < 2; round++) {
      ran.length = 0;
      b.cancel();
      sim.after(1, 'extra', note('extra'));
      sim.run(ALL);
      expect([ran, sim.now, sim.busy]).toEqual([['extra', 'c'], 5, false]);
      restore();
      expect([sim.now, sim.busy, sim.nextEventAt()]).toEqual([1, true, 3]);
    }
    ran.length = 0;
    sim.run(ALL);
    expect(ran).toEqual(['b', 'c']);
  });

  test('is exact for any schedule', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 }), fc.nat(30), (delays, steps) => {
        const { sim, ran, note } = newSim();
        delays.forEach((delay, index) => void sim.after(delay, 'e', note(String(index))));
        for (let i = 0; i < steps; i++) sim.step();
        const restore = sim.checkpoint();
        ran.length = 0;
        sim.run(ALL);
        const first = [...ran];
        restore();
        ran.length = 0;
        sim.run(ALL);
        expect(ran).toEqual(first);
      }),
    );
  });
});
