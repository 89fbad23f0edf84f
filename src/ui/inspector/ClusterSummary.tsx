/** Nothing is selected: the cluster in numbers and its owners; with no Pods at all, the way to start. */
import { useMemo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../kit/Button.tsx';
import { VerdictMark } from '../kit/VerdictMark.tsx';
import { exportScript } from '../manifests/export-script.ts';
import { select } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import { summarise, type Summary } from './summary.ts';
import styles from './ClusterSummary.module.css';

export function ClusterSummary(): ReactElement {
  const { t } = useTranslation();
  const snapshot = useApp((state) => state.snapshot);
  const summary = useMemo(() => summarise(snapshot), [snapshot]);
  return (
    <div className={styles.summary}>
      <dl className={styles.numbers}>
        <div>
          <dd>{summary.nodes}</dd>
          <dt>{t('inspector.nodes', { count: summary.nodes })}</dt>
        </div>
        <div>
          <dd>{summary.pods}</dd>
          <dt>{t('inspector.podCount', { count: summary.pods })}</dt>
        </div>
        <div>
          <dd>{summary.services}</dd>
          <dt>{t('inspector.serviceCount', { count: summary.services })}</dt>
        </div>
      </dl>
      <Owners summary={summary} />
      <dl className={styles.ranges}>
        <dt>{t('inspector.underlay')}</dt>
        <dd>{snapshot.subnets.join(', ')}</dd>
        <dt>{t('inspector.podRange')}</dt>
        <dd>{snapshot.clusterCIDR}</dd>
        <dt>{t('inspector.serviceRange')}</dt>
        <dd>{snapshot.serviceCIDR}</dd>
      </dl>
      {summary.notReady.map((node) => (
        <p key={node} className={styles.fault}>
          <VerdictMark verdict="drop" size={16} />
          {t('inspector.notReady', { node })}
        </p>
      ))}
      <p className={styles.hint}>{t('inspector.hint')}</p>
      <Export />
    </div>
  );
}

/** The way from here to a real kernel. */
function Export(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  return (
    <section className={styles.export}>
      <Button icon="download" onPress={() => void exportScript(store)}>
        {t('commands.exportScript')}
      </Button>
      <p>{t('inspector.exportHint')}</p>
    </section>
  );
}

function Owners({ summary }: { readonly summary: Summary }): ReactElement | null {
  const { t } = useTranslation();
  const store = useAppStore();
  const most = summary.owners[0]?.pods ?? 0;
  if (most === 0) return null;
  return (
    <section>
      <h3>{t('inspector.owners')}</h3>
      <ul className={styles.owners}>
        {summary.owners.slice(0, 40).map((owner) => (
          <li key={owner.key}>
            <button type="button" onClick={() => select(store, { kind: 'object', key: owner.key })}>
              <b>{owner.name}</b>
              <span>{owner.kind}</span>
              <i className={styles.track}>
                <i className={styles.bar} style={{ width: `${(100 * owner.pods) / most}%` }} />
              </i>
              <span className={styles.count}>{owner.pods}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
