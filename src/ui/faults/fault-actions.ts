/** Breaking and repairing, as functions of the store: menus, dialog and palette all call these. */
import type { Fault } from '../../cluster/faults/fault.ts';
import { addToast, runCommand } from '../store/actions.ts';
import type { AppStore } from '../store/store.ts';
import { activeFaults } from './faults-at.ts';
import { faultSaid } from './fault-words.ts';

export function breakThing(store: AppStore, fault: Fault): void {
  const result = runCommand(store, { kind: 'fault', fault });
  if (result.ok)
    addToast(store, {
      tone: 'done',
      title: { key: 'faults.broken', values: {} },
      detail: faultSaid(fault),
      action: 'whatChanged',
    });
  else refused(store, result.errors);
}

/** Takes a fault out by the commands it lists. */
export function repair(store: AppStore, id: number): void {
  const view = store.getState().snapshot.faults.find((each) => each.id === id);
  const result = runCommand(store, { kind: 'repair', id });
  if (!result.ok) refused(store, result.errors);
  else if (view?.fault !== null && view !== undefined)
    addToast(store, {
      tone: 'done',
      title: { key: 'faults.repairedToast', values: {} },
      detail: faultSaid(view.fault),
      action: 'whatChanged',
    });
}

export function repairAll(store: AppStore): void {
  for (const { id, fault } of activeFaults(store.getState().snapshot))
    if (fault !== null) runCommand(store, { kind: 'repair', id });
}

/** Hides a fault that shows, another each time. */
export function hideFault(store: AppStore): void {
  const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
  const result = runCommand(store, { kind: 'random-fault', seed });
  if (!result.ok) refused(store, result.errors);
}

export function reveal(store: AppStore, id: number): void {
  runCommand(store, { kind: 'reveal', id });
}

function refused(store: AppStore, errors: readonly { readonly message: string }[]): void {
  const detail = errors.map(({ message }) => message).join('\n');
  addToast(store, { tone: 'failed', title: { key: 'faults.refused', values: {} }, detail, action: null });
}
