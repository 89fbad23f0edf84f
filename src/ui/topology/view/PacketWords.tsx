/** What the chip shows, said: a polite line for screen readers that follows the step. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { JourneyModel } from '../../journey/model.ts';
import { useApp } from '../../store/context.ts';
import { chipOf } from '../packet/chip.ts';
import styles from './Topology.module.css';

export function PacketWords({ journey }: { readonly journey: JourneyModel }): ReactElement | null {
  const { t } = useTranslation();
  const step = useApp((state) => journey.steps[Math.min(state.playback.index, journey.steps.length - 1)]);
  const playing = useApp((state) => state.playback.playing);
  if (step === undefined) return null;
  const { flag, source, destination, envelope, dead } = chipOf(step);
  const { node, netns, hook, device } = step.at;
  const place =
    netns === ''
      ? t('topology.packet.onWire')
      : [node, netns === 'root' ? '' : netns, hook ?? device ?? ''].filter((part) => part !== '').join(', ');
  const words: string[] = [t('topology.packet.at', { flag, source: source.now, destination: destination.now, place })];
  for (const { before, now } of [source, destination])
    if (before !== null) words.push(t('topology.packet.rewritten', { before, now }));
  if (envelope !== null) words.push(t('topology.packet.sealed', envelope));
  if (dead !== null) words.push(t('topology.packet.dead', dead));
  return (
    <p className={styles.said} role="status" aria-live={playing ? 'off' : 'polite'}>
      {words.join('. ')}
    </p>
  );
}
