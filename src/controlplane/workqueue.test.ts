import { describe, expect, it } from 'vitest';
import { createRng } from '../lib/rng.ts';
import { NS_PER_MS, Sim } from '../sim/sim.ts';
import { WorkQueue } from './workqueue.ts';

function start(reconcile: (key: string) => 'done' | 'retry'): {
  readonly sim: Sim;
  readonly queue: WorkQueue;
  readonly run: () => void;
} {
  const sim = new Sim(createRng(1));
  const queue = new WorkQueue({ sim, name: 'test', workNs: NS_PER_MS, reconcile });
  return { sim, queue, run: () => void sim.run({ maxSteps: 1000 }) };
}

describe('WorkQueue', () => {
  it('works on a key once however often it is added, in order of arrival', () => {
    const seen: string[] = [];
    const { queue, run } = start((key) => {
      seen.push(key);
      return 'done';
    });
    for (const key of ['b', 'a', 'b', 'b']) queue.add(key);
    run();
    expect(seen).toEqual(['b', 'a']);
  });

  it('works again on a key added while it is being worked on', () => {
    let runs = 0;
    const { queue, run } = start((key) => {
      if (++runs === 1) queue.add(key);
      return 'done';
    });
    queue.add('a');
    run();
    expect(runs).toBe(2);
  });

  it('backs off exponentially from 5 ms and starts over after success', () => {
    const at: number[] = [];
    const { sim, queue, run } = start(() => {
      at.push(sim.now / NS_PER_MS);
      return at.length % 4 === 0 ? 'done' : 'retry';
    });
    queue.add('a');
    run();
    expect(at).toEqual([1, 7, 18, 39]);
    queue.add('a');
    run();
    expect(at.slice(4, 6)).toEqual([40, 46]);
  });

  it('stops for good', () => {
    let runs = 0;
    const { queue, run } = start(() => {
      runs++;
      return 'done';
    });
    queue.add('a');
    queue.addAfter('b', NS_PER_MS);
    queue.stop();
    queue.add('c');
    run();
    expect(runs).toBe(0);
  });
});
