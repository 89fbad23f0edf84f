/** What the cells of cluster zoom mean, in the corner of the map; in a journey the double line, too. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { MapScene } from './useMapScene.ts';
import styles from './Topology.module.css';

export function Legend({ map: { world, journey, walk, service } }: { readonly map: MapScene }): ReactElement {
  const { t } = useTranslation();
  const shown = world.services.find((each) => each.key === service);
  return (
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
      {journey !== null && walk?.legs.some((leg) => leg.sealed) === true ? (
        <li>
          <svg width="28" height="9" viewBox="0 0 28 9" aria-hidden="true" className="kh-map">
            <path d="M0 4.5H28" className="seal" />
            <path d="M0 4.5H28" className="seal-in" />
          </svg>
          {t('topology.legend.sealed')}
        </li>
      ) : null}
    </ul>
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
