/** Right in a journey: what is shown, every step of it, the present step in full, and all ends it could have come to. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProbeSpec } from '../../cluster/commands.ts';
import { Say } from '../chains/Say.tsx';
import { sentence } from '../chains/sentence.ts';
import { Segmented } from '../kit/Segmented.tsx';
import { useApp, useAppStore } from '../store/context.ts';
import type { Playback } from '../store/state.ts';
import { Banner } from './Banner.tsx';
import { showFilter } from './commands.ts';
import { currentJourney, currentStep } from './current.ts';
import { HopList } from './HopList.tsx';
import { Outcomes } from './Outcomes.tsx';
import { Past } from './Past.tsx';
import { StepDetail } from './StepDetail.tsx';
import styles from './JourneySide.module.css';

const FILTERS: readonly Playback['filter'][] = ['request', 'reply', 'arp', 'all'];

export function JourneySide(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const shown = useApp(currentJourney);
  const step = useApp(currentStep);
  const spec = useApp((state) => state.journey?.result.spec ?? null);
  const filter = useApp((state) => state.playback.filter);
  if (shown === null || spec === null) return <p className={styles.empty}>{t('journey.empty.none')}</p>;
  return (
    <div className={styles.side} data-keys="stage">
      <header className={styles.head}>
        <h2 className={styles.title}>
          <Say sentence={sentence('journey.title', { from: placeName(spec.from), to: targetName(spec) })} />
        </h2>
        <Segmented
          label={t('journey.filter.label')}
          value={filter}
          options={FILTERS.map((id) => ({ id, label: t(`journey.filter.${id}`) }))}
          onChange={(next) => showFilter(store, next)}
        />
      </header>
      <Past />
      <Banner journey={shown} />
      {shown.steps.length === 0 ? <p className={styles.empty}>{t(`journey.empty.${filter}`)}</p> : <HopList journey={shown} />}
      {step === null ? null : <StepDetail step={step} />}
      <Outcomes />
    </div>
  );
}

/** As the command line spells it: `node/class`, `pod/client`, `external`. */
function placeName(place: ProbeSpec['from']): string {
  if (place.kind === 'external') return 'external';
  return place.kind === 'node'
    ? `node/${place.name}`
    : `pod/${place.namespace === 'default' ? '' : `${place.namespace}/`}${place.name}`;
}

function targetName({ to, port, protocol }: ProbeSpec): string {
  const suffix = protocol === 'icmp' ? '' : `:${port}`;
  switch (to.kind) {
    case 'svc':
      return `${to.namespace === 'default' ? '' : `${to.namespace}/`}${to.name}${suffix}`;
    case 'place':
      return `${placeName(to.place)}${suffix}`;
    case 'address':
      return `${to.address}${suffix}`;
  }
}
