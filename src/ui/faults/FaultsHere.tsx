/** The faults of the selected thing, each with its repair. */
import { useMemo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Ref } from '../../cluster/snapshot.ts';
import { useApp } from '../store/context.ts';
import { FaultRow } from './FaultRow.tsx';
import { faultsAt } from './faults-at.ts';
import styles from './Faults.module.css';

export function FaultsHere({ selection }: { readonly selection: Ref }): ReactElement | null {
  const { t } = useTranslation();
  const snapshot = useApp((state) => state.snapshot);
  const here = useMemo(() => faultsAt(snapshot, selection), [snapshot, selection]);
  if (here.length === 0) return null;
  return (
    <section>
      <h3>{t('faults.here')}</h3>
      <ul className={styles.list}>
        {here.map((view) => (
          <FaultRow key={view.id} view={view} />
        ))}
      </ul>
    </section>
  );
}
