/** `kubectl get events --all-namespaces`, newest first. */
import { useMemo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { TextButton } from '../kit/Button.tsx';
import { Icon } from '../kit/Icon.tsx';
import { select } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import { instantText } from '../store/instant.ts';
import styles from './Tables.module.css';

const MOST = 500;

export function Events(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const events = useApp((state) => state.snapshot.events);
  const objects = useApp((state) => state.snapshot.objects);
  const rows = useMemo(() => events.slice(-MOST).reverse(), [events]);
  if (rows.length === 0) return <p className={styles.none}>{t('dock.noEvents')}</p>;
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={t('dock.events')}>
      <table>
        <thead>
          <tr>
            {['at', 'type', 'reason', 'object', 'message', 'source'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((event, index) => (
            <tr key={`${event.at} ${index}`} className={event.type === 'Warning' ? styles.warning : ''}>
              <td>{instantText(event.at)}</td>
              <td>
                <span className={styles.type}>
                  {event.type === 'Warning' ? <Icon name="warning" size={12} /> : null}
                  {event.type}
                </span>
              </td>
              <td>{event.reason}</td>
              <td>
                <TextButton
                  isDisabled={!objects.has(event.object)}
                  onPress={() => select(store, { kind: 'object', key: event.object })}
                >
                  {event.object}
                </TextButton>
              </td>
              <td className={styles.message}>{event.message}</td>
              <td className={styles.faint}>{event.source}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
