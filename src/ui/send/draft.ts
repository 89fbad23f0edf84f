/** What the send form starts with: the last probe, with the ends the caller knows put in. */
import type { Place, ProbeSpec, Target } from '../../cluster/commands.ts';
import type { AppState } from '../store/state.ts';
import { isSystem, portsOf, sources, targets } from './ends.ts';

interface Ends {
  readonly from?: Place | null;
  readonly to?: Target | null;
}

/** Null where the cluster has nowhere to send from or to. */
function firstEnds(state: AppState): { readonly from: Place; readonly to: Target } | null {
  const from = sources(state.snapshot)[0]?.value;
  const to = targets(state.snapshot).find((end) => !isSystem(end))?.value;
  return from === undefined || to === undefined ? null : { from, to };
}

/** An end of the last probe, while there is such an end; what was typed, an address or a host name, always is one. */
function still<T extends Place | Target>(choices: readonly { readonly value: T }[], end: T | undefined): T | undefined {
  if (end?.kind === 'address' || end?.kind === 'name') return end;
  const wanted = JSON.stringify(end);
  return choices.some(({ value }) => JSON.stringify(value) === wanted) ? end : undefined;
}

/** A whole probe for the form; undefined in a cluster without nodes. */
export function defaultProbe(state: AppState, ends: Ends = {}): ProbeSpec | undefined {
  const kept = state.sendDraft;
  const first = firstEnds(state);
  const from = ends.from ?? still(sources(state.snapshot), kept?.from) ?? first?.from;
  const to = ends.to ?? still(targets(state.snapshot), kept?.to) ?? first?.to;
  if (from === undefined || to === undefined) return undefined;
  const sameTarget = kept !== null && JSON.stringify(kept.to) === JSON.stringify(to);
  if (sameTarget) return { ...kept, from, to };
  const port = portsOf(state.snapshot, to, from)[0];
  return { from, to, port: port?.port ?? 80, protocol: port?.protocol ?? 'tcp' };
}
