/** Cluster zoom: what a row of cells stands for; and whether each Pod is ready, or which are behind one Service. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ChoiceField } from '../../kit/ChoiceField.tsx';
import { Segmented } from '../../kit/Segmented.tsx';
import { select } from '../../store/actions.ts';
import { useApp, useAppStore } from '../../store/context.ts';
import { foldRowsBy, type FoldBy } from '../scene/layout-memory.ts';
import { layoutStoreOf } from './layout-store.ts';
import { serviceOf, type MapScene } from './useMapScene.ts';
import styles from './Topology.module.css';

const READY = 'ready';
const FOLDS: readonly FoldBy[] = ['owner', 'namespace', 'nothing'];

export interface ClusterToolsProps {
  readonly map: Pick<MapScene, 'world' | 'memory'>;
  /** `wide`: rows are chosen by a switch; `middle`: from a list; `small`: only what is shown. */
  readonly size: 'wide' | 'middle' | 'small';
}

export function ClusterTools({ map: { world, memory }, size }: ClusterToolsProps): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const service = useApp((state) => serviceOf(state.selection));
  const choices = [
    { id: READY, text: t('topology.ready') },
    ...world.services.map(({ key, name }) => ({ id: key, text: t('topology.endpointsOf', { name }) })),
  ];
  const shown = world.services.find((each) => each.key === service);
  const choose = (id: string): void => select(store, id === READY ? null : { kind: 'object', key: id });
  const folds = FOLDS.map((id) => ({ id, label: t(`topology.foldBy.${id}`) }));
  const fold = (by: FoldBy): void => layoutStoreOf(store.getState().cluster).setState((old) => foldRowsBy(old, by), true);
  const label = t('topology.foldBy.label');
  return (
    <>
      {size === 'small' ? null : <ToolLabel text={label} />}
      {size === 'small' ? null : size === 'wide' ? (
        <Segmented label={label} value={memory.foldBy} options={folds} onChange={fold} />
      ) : (
        <ChoiceField
          compact
          label={label}
          value={memory.foldBy}
          groups={[{ title: '', choices: folds.map(({ id, label: text }) => ({ id, text })) }]}
          onChange={(id) => fold(FOLDS.find((each) => each === id) ?? 'owner')}
        />
      )}
      {size === 'small' ? null : <ToolLabel text={t('topology.show')} />}
      <ChoiceField
        compact
        label={t('topology.show')}
        value={shown?.key ?? READY}
        groups={[{ title: '', choices }]}
        onChange={choose}
      />
    </>
  );
}

/** For the eye; the control beside it says the same to screen readers. */
function ToolLabel({ text }: { readonly text: string }): ReactElement {
  return (
    <span className={styles.toolLabel} aria-hidden="true">
      {text}
    </span>
  );
}
