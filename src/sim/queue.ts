/**
 * A binary heap of events ordered by (at, seq). Cancelled events stay in the heap until they surface.
 */
import type { Timer } from './sim.ts';

interface EventSpec {
  readonly at: number;
  readonly label: string;
  readonly handler: () => void;
  readonly background: boolean;
}

interface QueuedEvent extends EventSpec, Timer {
  readonly seq: number;
  state: 'waiting' | 'cancelled' | 'run';
}

function before(a: QueuedEvent, b: QueuedEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.seq < b.seq);
}

export class EventQueue {
  #heap: QueuedEvent[] = [];
  #seq = 0;
  #foreground = 0;

  /** How many waiting events are not background. */
  get foreground(): number {
    return this.#foreground;
  }

  push(spec: EventSpec): Timer {
    const leave = (state: 'cancelled'): void => {
      if (event.state !== 'waiting') return;
      event.state = state;
      if (!event.background) this.#foreground--;
    };
    const event: QueuedEvent = {
      ...spec,
      seq: this.#seq++,
      state: 'waiting',
      cancel() {
        leave('cancelled');
      },
    };
    if (!spec.background) this.#foreground++;
    this.#heap.push(event);
    this.#siftUp(this.#heap.length - 1);
    return event;
  }

  peek(): QueuedEvent | null {
    while (this.#heap[0]?.state === 'cancelled') this.#removeTop();
    return this.#heap[0] ?? null;
  }

  pop(): QueuedEvent | null {
    const top = this.peek();
    if (top === null) return null;
    this.#removeTop();
    top.state = 'run';
    if (!top.background) this.#foreground--;
    return top;
  }

  discard(matches: (label: string) => boolean): void {
    for (const event of this.#heap) if (matches(event.label)) event.cancel();
  }

  /** Returns a closure that puts the queue back as it is now, events cancelled or run since included. */
  checkpoint(): () => void {
    const waiting = this.#heap.filter((event) => event.state === 'waiting');
    const seq = this.#seq;
    const foreground = this.#foreground;
    return () => {
      for (const event of waiting) event.state = 'waiting';
      waiting.sort((a, b) => (before(a, b) ? -1 : 1));
      this.#heap = [...waiting];
      this.#seq = seq;
      this.#foreground = foreground;
    };
  }

  #removeTop(): void {
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#siftDown(0);
    }
  }

  #siftUp(start: number): void {
    for (let i = start; i > 0;) {
      const parent = (i - 1) >> 1;
      if (!this.#swapIfBefore(i, parent)) return;
      i = parent;
    }
  }

  #siftDown(start: number): void {
    for (let i = start; ;) {
      const left = 2 * i + 1;
      const right = left + 1;
      const l = this.#heap[left];
      const r = this.#heap[right];
      if (l === undefined) return;
      const child = r !== undefined && before(r, l) ? right : left;
      if (!this.#swapIfBefore(child, i)) return;
      i = child;
    }
  }

  /** Swaps the two when the one at `i` comes before the one at `j`; true when it did. */
  #swapIfBefore(i: number, j: number): boolean {
    const a = this.#heap[i];
    const b = this.#heap[j];
    if (a === undefined || b === undefined || !before(a, b)) return false;
    this.#heap[i] = b;
    this.#heap[j] = a;
    return true;
  }
}
