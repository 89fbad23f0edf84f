/**
 * What tcpdump would print at the step's device of the whole conversation; a line goes to its step, and the capture can be saved.
 * On the wire, where nobody can listen, it is the device that sent the packet there.
 */
import { useEffect, useMemo, useRef, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProbeResult } from '../../cluster/cluster-api.ts';
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
  const tap = useMemo(() => (trace === null ? null : tapOf(trace, step)), [trace, step]);
  const lines = useMemo(() => (trace === null || tap === null ? [] : captureText(trace, tap)), [trace, tap]);
  const current = lineAt(lines, step.step.seq);
  const shown = useRef<HTMLLIElement>(null);
  useEffect(() => shown.current?.scrollIntoView({ block: 'nearest' }), [current]);
  if (trace === null || tap === null) return <p className={styles.capture}>{t('journey.frame.noCapture')}</p>;
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
          <li key={line.seq} ref={line === current ? shown : null} aria-current={line === current ? 'step' : undefined}>
            <button type="button" onClick={() => goToTraceStep(store, line.seq)}>
              {line.text}
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Null before the packet has met a device. */
function tapOf(trace: ProbeResult['trace'], { at, step }: JourneyStep): Tap | null {
  if (at.device !== null) return { node: at.node, netns: at.netns, dev: at.device };
  const sent = trace.steps.findLast((each) => each.seq < step.seq && each.kind === 'dev.tx' && each.packetId === step.packetId);
  return sent?.kind === 'dev.tx' ? { node: sent.node, netns: sent.netns, dev: sent.dev.name } : null;
}

/** The packet that crossed the device last, at that step or before. */
function lineAt(lines: readonly CaptureLine[], seq: number): CaptureLine | undefined {
  return lines.findLast((line) => line.seq <= seq);
}
