/** How many things are broken on purpose: in the header while there are any, and the way to the list of them. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button as AriaButton } from 'react-aria-components/Button';
import { Chip } from '../kit/Chip.tsx';
import { openDialog } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import styles from './FaultCount.module.css';

export function FaultCount(): ReactElement | null {
  const { t } = useTranslation();
  const store = useAppStore();
  const count = useApp((state) => state.snapshot.faults.filter(({ active }) => active).length);
  if (count === 0) return null;
  return (
    <AriaButton className={styles.count ?? ''} onPress={() => openDialog(store, 'faults')}>
      <Chip kind="drop">{t('faults.count', { count })}</Chip>
    </AriaButton>
  );
}
