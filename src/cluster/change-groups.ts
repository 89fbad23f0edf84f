/**
 * Changes gathered by who made them and where, in the order they travel from the API to the kernels.
 */
import type { Provenance } from '../lib/provenance.ts';
import type { ChangeGroup, ChangeItem } from './snapshot.ts';

/** Collects items by actor and node, in the order of first appearance. */
export class ChangeGroups {
  readonly #byHand: boolean;
  readonly #groups = new Map<string, { actor: string; node: string | null; items: ChangeItem[] }>();

  /** `byHand`: what goes was taken away by the user. */
  constructor(byHand = false) {
    this.#byHand = byHand;
  }

  /** Who took away what `maker` had made. */
  removerOf(maker: string): string {
    return this.#byHand ? 'user' : maker;
  }

  add(actor: string, node: string | null, item: ChangeItem): void {
    const key = `${actor}\n${node ?? ''}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { actor, node, items: [] };
      this.#groups.set(key, group);
    }
    group.items.push(item);
  }

  list(): readonly ChangeGroup[] {
    const rank = (actor: string): number => {
      const index = ORDER.indexOf(actor.startsWith(CNI) ? CNI : actor);
      return index < 0 ? ORDER.length : index;
    };
    return [...this.#groups.values()].sort((a, b) => rank(a.actor) - rank(b.actor));
  }
}

/** Before the name of a network plugin. */
const CNI = 'CNI ';

/** As a change travels: from the API to the kernels. */
const ORDER = [
  'API server',
  'controllers',
  'scheduler',
  'kubelet',
  CNI,
  'flanneld',
  'kindnetd',
  'kubenet',
  'route controller',
  'weave',
  'weave-npc',
  'kube-proxy',
];

/** A maker as the list of changes calls it. */
export function actorName(provenance: Provenance): string {
  return provenance.action.startsWith('cmd') ? `${CNI}${provenance.actor}` : provenance.actor;
}
