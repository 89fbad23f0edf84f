/** Cluster zoom: whether each Pod is ready, or which are behind one Service; and what the cells' colours mean. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ChoiceField } from '../../kit/ChoiceField.tsx';
import { select } from '../../store/actions.ts';
import { useApp, useAppStore } from '../../store/context.ts';
import type { World } from '../scene/world.ts';
import { serviceOf } from './useMapScene.ts';
import styles from './Topology.module.css';

const READY = 'ready';

export function ShowEndpoints({ world }: { readonly world: World }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const service = useApp((state) => serviceOf(state.selection));
  const choices = [
    { id: READY, text: t('topology.ready') },
    ...world.services.map(({ key, name }) => ({ id: key, text: t('topology.endpointsOf', { name }) })),
  ];
  const shown = world.services.find((each) => each.key === service);
  const choose = (id: string): void => select(store, id === READY ? null : { kind: 'object', key: id });
  return (
    <>
      <ChoiceField
        compact
        label={t('topology.show')}
        value={shown?.key ?? READY}
        groups={[{ title: '', choices }]}
        onChange={choose}
      />
      <ul className={styles.legend}>
        {shown === undefined ? (
          <>
            <Key tone="lit" text={t('topology.legend.ready')} />
            <Key tone="daemon" text={t('topology.legend.system')} />
          </>
        ) : (
          <>
            <Key tone="lit" text={t('topology.legend.endpoint', { name: shown.name })} />
            <Key tone="rest" text={t('topology.legend.other')} />
          </>
        )}
        <Key tone="bad" text={t('topology.legend.bad')} />
      </ul>
    </>
  );
}

function Key({ tone, text }: { readonly tone: 'lit' | 'rest' | 'daemon' | 'bad'; readonly text: string }): ReactElement {
  return (
    <li>
      <svg width="13" height="13" viewBox="0 0 13 13" aria-hidden="true">
        <rect x="2" y="2" width="9" height="9" className={styles[tone]} />
      </svg>
      {text}
    </li>
  );
}
