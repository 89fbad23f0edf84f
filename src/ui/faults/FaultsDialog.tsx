/** All faults of the session: what is broken, what was repaired, and one more to find. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../kit/Button.tsx';
import { ModalDialog } from '../kit/ModalDialog.tsx';
import { openDialog } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import { hideFault, repairAll } from './fault-actions.ts';
import { FaultRow } from './FaultRow.tsx';
import styles from './Faults.module.css';

export function FaultsDialog(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const isOpen = useApp((state) => state.dialog === 'faults');
  const faults = useApp((state) => state.snapshot.faults);
  const close = (): void => openDialog(store, null);
  const told = faults.some(({ active, fault }) => active && fault !== null);
  return (
    <ModalDialog label={t('faults.title')} isOpen={isOpen} onClose={close} width="wide">
      <header className={styles.head}>
        <h2>{t('faults.title')}</h2>
        <IconButton icon="close" label={t('app.close')} onPress={close} />
      </header>
      <div className={styles.body}>
        {faults.length === 0 ? <p>{t('faults.none')}</p> : null}
        <ul className={styles.list} aria-live="polite">
          {faults.map((view) => (
            <FaultRow key={view.id} view={view} />
          ))}
        </ul>
        <p className={styles.hint}>{t('faults.hideAbout')}</p>
        <div className={styles.buttons}>
          <Button icon="search" onPress={() => hideFault(store)}>
            {t('faults.hide')}
          </Button>
          {told ? <Button onPress={() => repairAll(store)}>{t('faults.repairAll')}</Button> : null}
        </div>
      </div>
    </ModalDialog>
  );
}
