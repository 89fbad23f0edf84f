/**
 * Right in a journey: what is shown, every step of it, the present step in full, and all ends it could have come to. Where the
 * panel is low, as beneath the projector's map, one of the three at a time.
 */
import { useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { placeText } from '../../cluster/command-title.ts';
import type { ProbeSpec } from '../../cluster/commands.ts';
import { useWide } from '../app/useWide.ts';
import { Say } from '../chains/Say.tsx';
import { sentence, type Sentence } from '../chains/sentence.ts';
import { Segmented } from '../kit/Segmented.tsx';
import { Tabs } from '../kit/Tabs.tsx';
import { useApp, useAppStore } from '../store/context.ts';
import type { Playback } from '../store/state.ts';
import { Banner } from './Banner.tsx';
import { showFilter } from './commands.ts';
import { currentJourney, currentStep } from './current.ts';
import { HopList } from './HopList.tsx';
import { Lookup } from './Lookup.tsx';
import type { JourneyModel, JourneyStep } from './model.ts';
import { Outcomes } from './Outcomes.tsx';
import { Past } from './Past.tsx';
import { StepDetail } from './StepDetail.tsx';
import { useScale } from '../kit/useScale.ts';
import { useSize } from './useSize.ts';
import styles from './JourneySide.module.css';

const FILTERS: readonly Playback['filter'][] = ['request', 'reply', 'arp', 'all'];
const LOOKUP_FILTERS: readonly Playback['filter'][] = ['dns', ...FILTERS];

/** Under this height, in px of plain type, list, step and outcomes have no room one over another. */
const LOW = 400;

export function JourneySide(): ReactElement {
  const { t } = useTranslation();
  const shown = useApp(currentJourney);
  const step = useApp(currentStep);
  const spec = useApp((state) => state.journey?.result.spec ?? null);
  const scale = useScale();
  const ref = useRef<HTMLDivElement>(null);
  const { height } = useSize(ref);
  const title = spec === null ? null : sentence('journey.title', { from: placeText(spec.from), to: targetName(spec) });
  return (
    <div ref={ref} className={styles.side} data-keys="stage">
      {shown === null || title === null ? (
        <p className={styles.empty}>{t('journey.empty.none')}</p>
      ) : height > 0 && height < LOW * scale ? (
        <Low journey={shown} step={step} title={title} />
      ) : (
        <>
          <header className={styles.head}>
            <h2 className={styles.title}>
              <Say sentence={title} />
            </h2>
            <Filter />
          </header>
          <Past />
          <Banner journey={shown} />
          <Lookup />
          <Steps journey={shown} />
          {step === null ? null : <StepDetail step={step} />}
          <Outcomes />
        </>
      )}
    </div>
  );
}

interface LowProps {
  readonly journey: JourneyModel;
  readonly step: JourneyStep | null;
  readonly title: Sentence;
}

type Part = 'steps' | 'step' | 'outcomes';

function Low({ journey, step, title }: LowProps): ReactElement {
  const { t } = useTranslation();
  const asked = useApp((state) => state.journey?.throughput ?? state.journey?.spread ?? null);
  // A phone's stage is another tab away: the list alone says where the packet is.
  const [part, setPart] = useState<Part>(useWide() ? 'step' : 'steps');
  const [seen, setSeen] = useState(asked);
  if (asked !== seen) {
    // What was just asked for is shown.
    setSeen(asked);
    if (asked !== null) setPart('outcomes');
  }
  return (
    <>
      <h2 className={styles.hidden}>
        <Say sentence={title} />
      </h2>
      <Tabs
        label={t('app.regions.side')}
        value={part}
        onChange={setPart}
        options={[
          { id: 'steps', label: t('journey.list.label') },
          { id: 'step', label: t('journey.detail.step', { number: (step?.index ?? 0) + 1 }) },
          { id: 'outcomes', label: t('journey.outcomes.title') },
        ]}
      >
        <div className={styles.part}>
          {part === 'outcomes' ? (
            <Outcomes />
          ) : (
            <>
              <Past />
              <Banner journey={journey} />
              {part === 'steps' ? <Lookup /> : null}
            </>
          )}
          {part === 'steps' ? (
            <>
              <div className={styles.filter}>
                <Filter />
              </div>
              <Steps journey={journey} />
            </>
          ) : null}
          {part === 'step' && step !== null ? <StepDetail step={step} /> : null}
        </div>
      </Tabs>
    </>
  );
}

function Filter(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const filter = useApp((state) => state.playback.filter);
  const named = useApp((state) => state.journey?.result.spec.to.kind === 'name');
  return (
    <Segmented
      label={t('journey.filter.label')}
      value={filter}
      options={(named ? LOOKUP_FILTERS : FILTERS).map((id) => ({ id, label: t(`journey.filter.${id}`) }))}
      onChange={(next) => showFilter(store, next)}
    />
  );
}

function Steps({ journey }: Pick<LowProps, 'journey'>): ReactElement {
  const { t } = useTranslation();
  return journey.steps.length === 0 ? (
    <p className={styles.empty}>{t(`journey.empty.${journey.filter}`)}</p>
  ) : (
    <HopList journey={journey} />
  );
}

function targetName({ to, port, protocol }: ProbeSpec): string {
  const suffix = protocol === 'icmp' ? '' : `:${port}`;
  switch (to.kind) {
    case 'svc':
      return `${to.namespace === 'default' ? '' : `${to.namespace}/`}${to.name}${suffix}`;
    case 'place':
      return `${placeText(to.place)}${suffix}`;
    case 'address':
      return `${to.address}${suffix}`;
    case 'name':
      return `${to.name}${suffix}`;
  }
}
