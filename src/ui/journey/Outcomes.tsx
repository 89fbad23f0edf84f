/** Beside the one sampled walk: every end the same packet could come to, and what many sends measure. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Say, useSaid, useTranslate } from '../chains/Say.tsx';
import { TextButton } from '../kit/Button.tsx';
import { VerdictMark } from '../kit/VerdictMark.tsx';
import { isPast, measureThroughput, sendMany } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import { SPREAD_COUNT } from './commands.ts';
import { inShort, isEqual, percent, shareInShort, shareKey, shareSentence, type Share } from './share.ts';
import { outcomeVerdict } from './verdict.ts';
import { SpreadChart } from './SpreadChart.tsx';
import { Throughput } from './Throughput.tsx';
import styles from './Outcomes.module.css';

export function Outcomes(): ReactElement | null {
  const t = useTranslate();
  const store = useAppStore();
  const journey = useApp((state) => state.journey);
  const past = useApp(isPast);
  if (journey === null) return null;
  const { outcomes, spread, throughput, result } = journey;
  const { spec } = result;
  const count = outcomes?.shares.length ?? 0;
  return (
    <section className={styles.outcomes} aria-label={t('journey.outcomes.title', {})}>
      <header className={styles.head}>
        <b>{t('journey.outcomes.title', {})}</b>
        <span className={styles.count}>
          {outcomes === null
            ? t('journey.outcomes.notComputed', {})
            : count === 1
              ? t('journey.outcomes.one', {})
              : t('journey.outcomes.many', { count })}
        </span>
        {past ? null : (
          <span className={styles.actions}>
            {spec.protocol === 'icmp' ? null : (
              <TextButton onPress={() => measureThroughput(store)}>{t('journey.throughput.measure', {})}</TextButton>
            )}
            <TextButton onPress={() => sendMany(store, SPREAD_COUNT)}>
              {t('journey.outcomes.send', { count: SPREAD_COUNT })}
            </TextButton>
          </span>
        )}
      </header>
      {outcomes === null ? null : (
        <ul className={styles.list}>
          {outcomes.shares.map((share) => (
            <ShareRow key={shareKey(share)} share={share} alone={count === 1} />
          ))}
        </ul>
      )}
      {outcomes !== null && isEqual(outcomes.shares) && spread === null ? (
        <p className={styles.note}>{t('journey.outcomes.equal', {})}</p>
      ) : null}
      {outcomes !== null && outcomes.unexplored > 0 ? <Unexplored probability={outcomes.unexplored} /> : null}
      {throughput === null ? null : <Throughput result={throughput} />}
      {spread === null ? null : <SpreadChart spread={spread} />}
    </section>
  );
}

function Unexplored({ probability }: { readonly probability: number }): ReactElement {
  const { t, i18n } = useTranslation();
  return <p className={styles.note}>{t('journey.outcomes.unexplored', { percent: percent(probability, i18n.language) })}</p>;
}

function ShareRow({ share, alone }: { readonly share: Share; readonly alone: boolean }): ReactElement {
  const { t, i18n } = useTranslation();
  const said = useSaid();
  return (
    <li className={alone ? styles.alone : styles.share}>
      <code className={styles.percent}>{percent(share.probability, i18n.language)}</code>
      <span className={styles.bar} aria-hidden>
        <i style={{ width: `${share.probability * 100}%` }} />
      </span>
      <VerdictMark verdict={outcomeVerdict(share.outcome)} />
      <span className={styles.who} title={said(shareSentence(share))}>
        <Say sentence={alone ? shareSentence(inShort(share)) : shareInShort(share)} />
      </span>
      <code className={styles.sees}>
        {share.backendSaw === null ? (share.destination ?? '') : t('journey.outcomes.sees', { ip: share.backendSaw.ip })}
      </code>
    </li>
  );
}
