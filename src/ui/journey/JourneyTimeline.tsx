/** At the bottom in a journey: play, step, speed, and the strip with one tick per decision. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton, TextButton } from '../kit/Button.tsx';
import { Segmented } from '../kit/Segmented.tsx';
import { setPlayback } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { Playback } from '../store/state.ts';
import { stepBack, stepForward, togglePlay } from './commands.ts';
import { currentJourney } from './current.ts';
import { TimelineStrip } from './TimelineStrip.tsx';
import styles from './JourneyTimeline.module.css';

export function JourneyTimeline(): ReactElement {
  const { t } = useTranslation();
  const journey = useApp(currentJourney);
  const usable = journey !== null && journey.steps.length > 0;
  return (
    <div className={styles.timeline} data-keys="stage">
      <div className={styles.controls} role="group" aria-label={t('journey.play.label')}>
        <Buttons disabled={!usable} />
        <Position count={journey?.steps.length ?? 0} />
      </div>
      {usable ? <TimelineStrip journey={journey} /> : <p className={styles.caption}>{t('journey.empty.none')}</p>}
    </div>
  );
}

function Buttons({ disabled }: { readonly disabled: boolean }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const { playing, loop } = useApp((state) => state.playback);
  return (
    <div className={styles.row}>
      <IconButton
        tone="plain"
        icon="stepBack"
        label={t('journey.play.back')}
        shortcut="←"
        isDisabled={disabled}
        onPress={() => stepBack(store)}
      />
      <span className={styles.play}>
        <IconButton
          tone="primary"
          icon={playing ? 'pause' : 'play'}
          label={t(playing ? 'journey.play.pause' : 'journey.play.play')}
          shortcut="Space"
          isDisabled={disabled}
          onPress={() => togglePlay(store)}
        />
      </span>
      <IconButton
        tone="plain"
        icon="step"
        label={t('journey.play.forward')}
        shortcut="→"
        isDisabled={disabled}
        onPress={() => stepForward(store)}
      />
      <span className={`${styles.loop} ${loop ? styles.on : ''}`}>
        <IconButton
          icon="loop"
          label={t('journey.play.loop')}
          aria-pressed={loop}
          isDisabled={disabled}
          onPress={() => setPlayback(store, { loop: !loop })}
        />
      </span>
      <Speed />
    </div>
  );
}

const SPEEDS: readonly Playback['speed'][] = [0.5, 1, 2, 4];

function Speed(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const speed = useApp((state) => state.playback.speed);
  return (
    <select
      className={styles.speed}
      aria-label={t('journey.play.speed')}
      value={speed}
      onChange={(event) => {
        const chosen = SPEEDS.find((each) => String(each) === event.target.value);
        if (chosen !== undefined) setPlayback(store, { speed: chosen });
      }}
    >
      {SPEEDS.map((each) => (
        <option key={each} value={each}>
          {t('journey.play.times', { speed: each })}
        </option>
      ))}
    </select>
  );
}

function Position({ count }: { readonly count: number }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const { index, by, breakpoints } = useApp((state) => state.playback);
  return (
    <div className={styles.row}>
      <code className={styles.number}>{count === 0 ? '–' : Math.min(index + 1, count)}</code>
      <span className={styles.of}>{t('journey.play.position', { count })}</span>
      <Segmented
        label={t('journey.play.by')}
        value={by}
        options={(['hop', 'hook', 'rule'] as const).map((id) => ({ id, label: t(`journey.play.${id}`) }))}
        onChange={(next) => setPlayback(store, { by: next })}
      />
      {breakpoints.length === 0 ? null : (
        <span className={styles.breaks}>
          {t('journey.play.breakpoints', { count: breakpoints.length })}{' '}
          <TextButton onPress={() => setPlayback(store, { breakpoints: [] })}>{t('journey.play.clearBreakpoints')}</TextButton>
        </span>
      )}
    </div>
  );
}
