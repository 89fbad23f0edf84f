/** Over a map without Pods of the user's: what can be done now. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../kit/Button.tsx';
import { addFile } from '../manifests/file-actions.ts';
import { openScenario, showSheetTab } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import { isSystemNamespace } from '../topology/scene/world.ts';
import styles from './EmptyHint.module.css';

/** Pods of kube-system, kube-flannel and their like are part of the cluster itself. */
function hasPods(snapshot: ClusterSnapshot): boolean {
  return [...snapshot.objects.values()].some(
    ({ object }) => object.kind === 'Pod' && !isSystemNamespace(object.metadata.namespace),
  );
}

export function EmptyHint(): ReactElement | null {
  const { t } = useTranslation();
  const store = useAppStore();
  const empty = useApp((state) => !hasPods(state.snapshot));
  const nodes = useApp((state) => state.snapshot.nodes.length);
  const first = useApp((state) => state.scenarios[0]);
  const lang = useApp((state) => state.lang);
  if (!empty) return null;
  const paste = (): void => {
    addFile(store, '');
    showSheetTab(store, 'manifests');
  };
  return (
    <aside className={styles.hint}>
      <h2>{t('app.emptyTitle', { count: nodes })}</h2>
      <p>{t('app.emptyText')}</p>
      <div className={styles.buttons}>
        {first === undefined ? null : (
          <Button tone="primary" onPress={() => void openScenario(store, first.id)}>
            {t('app.emptyOpen', { title: first.title[lang] })}
          </Button>
        )}
        <Button onPress={paste}>{t('app.emptyPaste')}</Button>
      </div>
    </aside>
  );
}
