/**
 * The numbers a namespace has for the others it shares a cable with (net/core/net_namespace.c peernet2id_alloc): the lowest free one, given
 * when the first such cable is laid, free again once the other namespace is gone. Seen as `link-netnsid` in `ip link`, `ip netns list-id`.
 */
import type { Netns } from './netns.ts';

export class NetnsIds {
  readonly #ids = new Map<Netns, number>();

  /** The number of a namespace; null for one that was never met. */
  idOf(netns: Netns): number | null {
    return this.#ids.get(netns) ?? null;
  }

  meet(netns: Netns): void {
    if (this.#ids.has(netns)) return;
    const taken = new Set(this.#ids.values());
    let id = 0;
    while (taken.has(id)) id++;
    this.#ids.set(netns, id);
  }

  /** The namespace is gone. */
  forget(netns: Netns): void {
    this.#ids.delete(netns);
  }
}

/** A cable has been laid between the two. */
export function introduceNetns(a: Netns, b: Netns): void {
  if (a === b) return;
  a.netnsIds.meet(b);
  b.netnsIds.meet(a);
}
