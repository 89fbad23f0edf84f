/** What tcpdump would print at the step's device of the whole conversation; a line goes to its step, and the capture can be saved. */
import { useMemo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { captureText, type CaptureLine, type Tap } from '../../cluster/capture.ts';
import { Button } from '../kit/Button.tsx';
import { useApp, useAppStore } from '../store/context.ts';
import { saveCapture } from './capture-file.ts';
import { goToTraceStep } from './commands.ts';
import type { JourneyStep } from './model.ts';
import styles from './FrameStage.module.css';

export function CaptureView({ step }: { readonly step: JourneyStep }): ReactElement | null {
  const { t } = useTranslation();
  const store = useAppStore();
  const trace = useApp((state) => state.journey?.result.trace ?? null);
  const { node, netns, device } = step.at;
  const tap = useMemo((): Tap | null => (device === null ? null : { node, netns, dev: device }), [node, netns, device]);
  const lines = useMemo(() => (trace === null || tap === null ? [] : captureText(trace, tap)), [trace, tap]);
  if (trace === null || tap === null) return <p className={styles.capture}>{t('journey.frame.noCapture')}</p>;
  const current = lineAt(lines, step.step.seq);
  return (
    <div className={styles.capture}>
      <header>
        <h3>{t('journey.frame.capture', { dev: tap.dev })}</h3>
        <Button icon="download" onPress={() => saveCapture(trace, tap)}>
          {t('journey.frame.savePcap')}
        </Button>
      </header>
      <ol aria-label={t('journey.frame.capture', { dev: tap.dev })}>
        {lines.map((line) => (
          <li key={line.seq} aria-current={line === current ? 'step' : undefined}>
            <button type="button" onClick={() => goToTraceStep(store, line.seq)}>
              {line.text}
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** The packet that crossed the device last, at that step or before. */
function lineAt(lines: readonly CaptureLine[], seq: number): CaptureLine | undefined {
  return lines.findLast((line) => line.seq <= seq);
}
