/** Cluster zoom in a journey: the numbers along the path, and what each stands for; a press goes to that step. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from 'react-aria-components/Button';
import { goTo } from '../../journey/commands.ts';
import { useApp, useAppStore } from '../../store/context.ts';
import type { PathPlace } from '../packet/places.ts';
import styles from './Topology.module.css';

export function PlaceBadges({ places }: { readonly places: readonly PathPlace[] }): ReactElement {
  return (
    <g>
      {places.map(({ at, index }, i) => (
        <g key={index} className="badge place">
          <circle cx={at.x} cy={at.y} r={9} />
          <text x={at.x} y={at.y + 4} textAnchor="middle">
            {i + 1}
          </text>
        </g>
      ))}
    </g>
  );
}

export function PlaceList({ places }: { readonly places: readonly PathPlace[] }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const here = useApp((state) => places.findLastIndex(({ index }) => index <= state.playback.index));
  return (
    <ol className={styles.places} aria-label={t('topology.pathPlaces')}>
      {places.map(({ kind, node, who, index }, i) => (
        <li key={index}>
          <Button
            className={styles.place ?? ''}
            {...(i === here ? { 'aria-current': 'step' as const } : {})}
            onPress={() => goTo(store, index)}
          >
            <span className={styles.number}>{i + 1}</span>
            {t(`topology.pathPlace.${kind}`, { node, who })}
          </Button>
        </li>
      ))}
    </ol>
  );
}
