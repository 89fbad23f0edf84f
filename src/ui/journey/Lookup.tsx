/** What the client did to learn the address: each name it asked for and what came of it, and the file that told it to. */
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProbeResult } from '../../cluster/cluster-api.ts';
import { TextButton } from '../kit/Button.tsx';
import { useApp } from '../store/context.ts';
import styles from './Lookup.module.css';

type Resolution = NonNullable<ProbeResult['resolution']>;

export function Lookup(): ReactElement | null {
  const resolution = useApp((state) => state.journey?.result.resolution ?? null);
  if (resolution === null || resolution.source === 'literal') return null;
  return <LookupOf resolution={resolution} />;
}

function LookupOf({ resolution }: { readonly resolution: Resolution }): ReactElement {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const { name, asked, addresses, source, error, libc, resolvConf } = resolution;
  if (source === 'hosts')
    return (
      <section className={styles.lookup} aria-label={t('journey.lookup.title', { name })}>
        <p>{t('journey.lookup.hosts', { name, address: addresses.join(', ') })}</p>
      </section>
    );
  return (
    <section className={styles.lookup} aria-label={t('journey.lookup.title', { name })}>
      <ul>
        {asked.map((each, index) => (
          <li key={index}>
            <code>{each.name}</code>{' '}
            <b className={each.result === 'answered' ? undefined : styles.failed}>
              {each.result === 'answered' ? addresses.join(', ') : t(`journey.lookup.result.${each.result}`)}
            </b>
          </li>
        ))}
      </ul>
      {error === null ? null : <p>{t('journey.lookup.error', { error, libc })}</p>}
      <TextButton aria-expanded={shown} onPress={() => setShown(!shown)}>
        {t('journey.lookup.file')}
      </TextButton>
      {shown ? <pre>{resolvConf}</pre> : null}
    </section>
  );
}
