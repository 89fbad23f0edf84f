/** Breaking and repairing, as functions of the store: menus, dialog and palette all call these. */
import type { Fault } from '../../cluster/faults/fault.ts';
import { addToast, runCommand } from '../store/actions.ts';
import type { AppStore } from '../store/store.ts';
import { activeFaults } from './faults-at.ts';
import { faultSaid } from './fault-words.ts';

export function breakThing(store: AppStore, fault: Fault): void {
  runCommand(store, { kind: 'fault', fault }, (result) => {
    if (result.ok) told(store, 'faults.broken', fault);
    else refused(store, result.errors);
  });
}

/** Takes a fault out by the commands it lists. */
export function repair(store: AppStore, id: number): void {
  const fault = store.getState().snapshot.faults.find((each) => each.id === id)?.fault ?? null;
  runCommand(store, { kind: 'repair', id }, (result) => {
    if (!result.ok) refused(store, result.errors);
    else if (fault !== null) told(store, 'faults.repairedToast', fault);
  });
}

export function repairAll(store: AppStore): void {
  for (const { id, fault } of activeFaults(store.getState().snapshot))
    if (fault !== null) runCommand(store, { kind: 'repair', id });
}

/** Hides a fault that shows, another each time. */
export function hideFault(store: AppStore): void {
  const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
  runCommand(store, { kind: 'random-fault', seed }, (result) => {
    if (!result.ok) refused(store, result.errors);
  });
}

export function reveal(store: AppStore, id: number): void {
  runCommand(store, { kind: 'reveal', id });
}

function told(store: AppStore, key: 'faults.broken' | 'faults.repairedToast', fault: Fault): void {
  addToast(store, { tone: 'done', title: { key, values: {} }, detail: faultSaid(fault), action: 'whatChanged' });
}

function refused(store: AppStore, errors: readonly { readonly message: string }[]): void {
  const detail = errors.map(({ message }) => message).join('\n');
  addToast(store, { tone: 'failed', title: { key: 'faults.refused', values: {} }, detail, action: null });
}
