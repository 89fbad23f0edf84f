/**
 * Beneath the map in a journey: the namespace whose hooks were opened on the map; else the frame while it crosses a device or
 * the wire, and netfilter of the namespace it is in.
 */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../store/context.ts';
import { currentJourney, currentStep } from './current.ts';
import { FrameStage } from './FrameStage.tsx';
import type { JourneyStep } from './model.ts';
import { NetfilterStage } from './NetfilterStage.tsx';
import styles from './Stage.module.css';

const ON_A_LINK = new Set<string>(['wire', 'encap', 'decap', 'dev.tx', 'dev.rx']);

export function JourneyStage(): ReactElement {
  const { t } = useTranslation();
  const journey = useApp(currentJourney);
  const step = useApp(currentStep);
  const open = useApp((state) => state.openHook);
  if (journey === null || step === null) return <p className={styles.empty}>{t('journey.empty.none')}</p>;
  if (open !== null) return <NetfilterStage journey={journey} step={step} open={open} />;
  return showsFrame(step) ? (
    <FrameStage journey={journey} step={step} />
  ) : (
    <NetfilterStage journey={journey} step={step} open={null} />
  );
}

function showsFrame({ step, after }: JourneyStep): boolean {
  return ON_A_LINK.has(step.kind) || after.l3.kind === 'arp';
}
