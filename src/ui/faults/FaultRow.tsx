/** One fault: what is broken, since when, the lines that take it out, and the button that runs them. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { FaultView } from '../../cluster/snapshot.ts';
import { Button, TextButton } from '../kit/Button.tsx';
import { VerdictMark } from '../kit/VerdictMark.tsx';
import { select } from '../store/actions.ts';
import { useAppStore } from '../store/context.ts';
import { repair, reveal } from './fault-actions.ts';
import { faultSaid } from './fault-words.ts';
import styles from './Faults.module.css';

export function FaultRow({ view }: { readonly view: FaultView }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const { active, at, fault, id } = view;
  const said = fault === null ? { key: 'faults.hidden' as const, values: {} } : faultSaid(fault);
  const text = t(said.key, said.values);
  const ref = at[0];
  return (
    <li className={styles.row}>
      <VerdictMark verdict={active ? 'drop' : 'accept'} size={16} />
      <div className={styles.said}>
        {ref === undefined || !active ? (
          <span>{text}</span>
        ) : (
          <TextButton onPress={() => select(store, ref)}>{text}</TextButton>
        )}
        {active ? null : <span className={styles.state}>{t('faults.repairedAlready')}</span>}
        {active && fault === null ? <span className={styles.state}>{t('faults.hiddenThere')}</span> : null}
        {view.repair.map((line) => (
          <code key={line}>{line}</code>
        ))}
      </div>
      {active && fault !== null ? (
        <Button aria-label={`${t('faults.repair')}: ${text}`} onPress={() => repair(store, id)}>
          {t('faults.repair')}
        </Button>
      ) : null}
      {active && fault === null ? <Button onPress={() => reveal(store, id)}>{t('faults.reveal')}</Button> : null}
    </li>
  );
}
