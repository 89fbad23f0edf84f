/** Saves the cluster as a shell script for a real Linux machine, and says what it is for. What writes scripts loads when asked for. */
import { download } from './download.ts';
import { addToast } from '../store/actions.ts';
import type { AppStore } from '../store/store.ts';

export async function exportScript(store: AppStore): Promise<void> {
  const { clusterScript } = await import('../../cluster/export/script.ts');
  const { scenario, snapshot } = store.getState();
  const name = `${scenario.id}.sh`;
  download(name, clusterScript(snapshot), 'application/x-sh');
  addToast(store, {
    tone: 'done',
    title: { key: 'app.scriptSaved', values: { name } },
    detail: { key: 'app.scriptUse', values: { name } },
    action: null,
  });
}
