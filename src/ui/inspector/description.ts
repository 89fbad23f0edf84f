/**
 * What the inspector says about a thing, as data: facts in the words tools print, one plain sentence, the command that would
 * show it on a real node. `describe.ts` makes it from a snapshot; components only draw it.
 */
import type { Ref } from '../../cluster/snapshot.ts';
import type { Place, Target } from '../../cluster/commands.ts';
import type { ContainerName } from '../../cluster/kill-container.ts';
import type { Label } from '../i18n/label.ts';
import type { IconName } from '../kit/Icon.tsx';
import type { Breakpoint } from '../store/state.ts';

/** A piece of a fact: plain text, or a link that selects something. */
export type Part = string | { readonly text: string; readonly ref: Ref };

export interface Fact {
  /** The tool's own word: `master`, `link/ether`, `clusterIP`. */
  readonly name: string;
  readonly parts: readonly Part[];
}

export interface FactList {
  readonly title: Label;
  readonly rows: readonly (readonly Part[])[];
}

export interface Note {
  readonly key: Label;
  readonly values: Readonly<Record<string, string | number>>;
}

export interface Description {
  readonly icon: IconName;
  readonly kind: Label;
  /** What the kind itself is called where the catalogue has no word: `EndpointSlice`. */
  readonly kindText: string;
  /** Where it is: a node, a namespace; empty where that says nothing. */
  readonly place: readonly Part[];
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly lists: readonly FactList[];
  readonly note: Note | null;
  /** Shows the thing on a real node. */
  readonly command: string | null;
  readonly breakpoint: Breakpoint | null;
  /** Where packets can start and end. */
  readonly from: Place | null;
  readonly to: Target | null;
  /** The container that can be killed: itself, or the pause container of a Pod. */
  readonly killable: ContainerName | null;
  /** The object that can be deleted, and the one that can be scaled. */
  readonly deletable: string | null;
  readonly scalable: { readonly object: string; readonly replicas: number } | null;
}

/** A description with only what the caller says; the rest is empty. */
export function described(said: Pick<Description, 'icon' | 'kind' | 'title'> & Partial<Description>): Description {
  return {
    kindText: '',
    place: [],
    facts: [],
    lists: [],
    note: null,
    command: null,
    breakpoint: null,
    from: null,
    to: null,
    killable: null,
    deletable: null,
    scalable: null,
    ...said,
  };
}

export function fact(name: string, ...parts: readonly (Part | null)[]): Fact {
  return { name, parts: parts.filter((part) => part !== null && part !== '') as readonly Part[] };
}

/** Leaves out facts that say nothing. */
export function facts(...all: readonly Fact[]): readonly Fact[] {
  return all.filter((each) => each.parts.length > 0);
}
