/**
 * A binary heap of events ordered by (at, seq). Cancelled events stay in the heap until they surface or are more than the others.
 */
import type { Timer } from './sim.ts';

interface EventSpec {
  readonly at: number;
  readonly label: string;
  readonly handler: () => void;
  readonly background: boolean;
}

/** An event in its queue; the handle of who scheduled it. */
class QueuedEvent implements Timer {
  readonly at: number;
  readonly seq: number;
  readonly label: string;
  readonly handler: () => void;
  readonly background: boolean;
  state: 'waiting' | 'cancelled' | 'run' = 'waiting';
  readonly #queue: EventQueue;

  constructor(queue: EventQueue, seq: number, { at, label, handler, background }: EventSpec) {
    this.#queue = queue;
    this.seq = seq;
    this.at = at;
    this.label = label;
    this.handler = handler;
    this.background = background;
  }

  cancel(): void {
    this.#queue.cancel(this);
  }
}

/** Fewer cancelled events than this are left to surface. */
const MIN_CANCELLED = 64;

function before(a: QueuedEvent, b: QueuedEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.seq < b.seq);
}

/** An ordered list is a heap. */
function inOrder(a: QueuedEvent, b: QueuedEvent): number {
  return before(a, b) ? -1 : 1;
}

export class EventQueue {
  #heap: QueuedEvent[] = [];
  #seq = 0;
  #foreground = 0;
  /** Cancelled events still in the heap. */
  #cancelled = 0;

  /** How many waiting events are not background. */
  get foreground(): number {
    return this.#foreground;
  }

  push(spec: EventSpec): Timer {
    const event = new QueuedEvent(this, this.#seq++, spec);
    if (!spec.background) this.#foreground++;
    this.#heap.push(event);
    this.#siftUp(this.#heap.length - 1);
    return event;
  }

  cancel(event: QueuedEvent): void {
    if (event.state !== 'waiting') return;
    event.state = 'cancelled';
    if (!event.background) this.#foreground--;
    this.#cancelled++;
    if (this.#cancelled >= MIN_CANCELLED && this.#cancelled > this.#heap.length / 2) this.#sweep();
  }

  /** Timers of protocols are nearly always cancelled long before their time: what they hold must not wait for it. */
  #sweep(): void {
    this.#heap = this.#heap.filter((event) => event.state === 'waiting').sort(inOrder);
    this.#cancelled = 0;
  }

  peek(): QueuedEvent | null {
    while (this.#heap[0]?.state === 'cancelled') {
      this.#removeTop();
      this.#cancelled--;
    }
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
    // Cancelling may sweep, which makes another heap; this one stays as it is.
    for (const event of this.#heap) if (matches(event.label)) event.cancel();
  }

  /** Returns a closure that puts the queue back as it is now, events cancelled or run since included. */
  checkpoint(): () => void {
    const waiting = this.#heap.filter((event) => event.state === 'waiting');
    const seq = this.#seq;
    const foreground = this.#foreground;
    return () => {
      for (const event of waiting) event.state = 'waiting';
      waiting.sort(inOrder);
      this.#heap = [...waiting];
      this.#cancelled = 0;
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
