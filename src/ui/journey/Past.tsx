/** Says that the cluster has changed since the packet was sent, and sends it again. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { TextButton } from '../kit/Button.tsx';
import { isPast, sendAgain } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import styles from './Banner.module.css';

export function Past(): ReactElement | null {
  const { t } = useTranslation();
  const store = useAppStore();
  const past = useApp(isPast);
  if (!past) return null;
  return (
    <p className={styles.past} role="status">
      {t('journey.past.text')} <TextButton onPress={() => sendAgain(store)}>{t('journey.past.again')}</TextButton>
    </p>
  );
}
