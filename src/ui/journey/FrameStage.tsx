/** The frame on a device or on the wire: its bytes to scale, what each header says, and which step decided it. */
import { useRef, useState, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Say } from '../chains/Say.tsx';
import { TextButton } from '../kit/Button.tsx';
import { Segmented } from '../kit/Segmented.tsx';
import { useApp, useAppStore } from '../store/context.ts';
import { CaptureView } from './CaptureView.tsx';
import { goTo } from './commands.ts';
import { journeySnapshot } from './current.ts';
import { frameBar } from './frame.geom.ts';
import { FrameBarView } from './FrameBarView.tsx';
import { frameParts, innerLines, outerLines, sealingStep, type HeaderLine } from './frame-parts.ts';
import type { JourneyModel, JourneyStep } from './model.ts';
import { machineOf, netnsOf, physicalLink } from './place.ts';
import { useScale } from '../kit/useScale.ts';
import { useSize } from './useSize.ts';
import stage from './Stage.module.css';
import styles from './FrameStage.module.css';

type View = 'headers' | 'tcpdump';

export function FrameStage({ journey, step }: { readonly journey: JourneyModel; readonly step: JourneyStep }): ReactElement {
  const { t } = useTranslation();
  const [view, setView] = useState<View>('headers');
  const ref = useRef<HTMLDivElement>(null);
  const scale = useScale();
  const width = useSize(ref).width / scale;
  const bar = frameBar(frameParts(step.after.eth, step.after.l3), width);
  const inner = bar.total - bar.outerBytes;
  const device = step.at.device;
  return (
    <div className={stage.stage} data-keys="stage" ref={ref}>
      <header className={stage.bar}>
        <h2>{device === null ? t('journey.frame.onWire') : t('journey.frame.label', { dev: device })}</h2>
        <p>
          {bar.sealedX === null
            ? t('journey.frame.plain', { total: bar.total })
            : t('journey.frame.carries', { outer: bar.outerBytes, inner })}
        </p>
        <Segmented
          label={t('journey.stage.view')}
          value={view}
          options={(['headers', 'tcpdump'] as const).map((id) => ({ id, label: t(`journey.frame.${id}`) }))}
          onChange={setView}
        />
      </header>
      <FrameBarView bar={bar} width={width} scale={scale} halves={view === 'headers'} />
      {view === 'tcpdump' ? <CaptureView step={step} /> : <Halves journey={journey} step={step} />}
    </div>
  );
}

function Halves({ journey, step }: { readonly journey: JourneyModel; readonly step: JourneyStep }): ReactElement {
  const { t } = useTranslation();
  const snapshot = useApp(journeySnapshot);
  const outside = outerLines(journey, step, snapshot);
  const inside = innerLines(journey, step, snapshot);
  const sealing = sealingStep(journey, step);
  const { l3 } = step.after;
  if (inside.length === 0) {
    return (
      <div className={styles.halves}>
        <Half title={t('journey.frame.whole')} lines={outside} sealed={false} />
      </div>
    );
  }
  const addressee = l3.kind === 'ipv4' ? machineOf(snapshot, l3.dst) : null;
  return (
    <div className={styles.halves}>
      <Half
        title={t('journey.frame.outside', { node: addressee ?? (l3.kind === 'ipv4' ? l3.dst : '') })}
        lines={outside}
        sealed={false}
      />
      <Half
        title={sealing === null ? t('journey.frame.insidePlain') : t('journey.frame.inside', { step: sealing.index + 1 })}
        lines={inside}
        sealed
      >
        {sealing === null ? null : <Mtu sealing={sealing} />}
      </Half>
    </div>
  );
}

interface HalfProps {
  readonly title: string;
  readonly lines: readonly HeaderLine[];
  readonly sealed: boolean;
  readonly children?: ReactNode;
}

function Half({ title, lines, sealed, children }: HalfProps): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  return (
    <section className={sealed ? styles.inside : styles.outside}>
      <h3>{title}</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('journey.frame.header')}</th>
            <th scope="col">{t('journey.frame.says')}</th>
            <th scope="col">{t('journey.frame.decidedBy')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ name, says, decidedBy }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <Say sentence={says} />
              </td>
              <td>
                {decidedBy.map(({ said, index }, i) => (
                  <span key={i}>
                    {i === 0 ? '' : ', '}
                    {index === null ? (
                      <Say sentence={said} />
                    ) : (
                      <TextButton onPress={() => goTo(store, index)}>
                        <Say sentence={said} />
                      </TextButton>
                    )}
                  </span>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {children}
    </section>
  );
}

/** What the envelope leaves of the underlay's MTU. */
function Mtu({ sealing }: { readonly sealing: JourneyStep }): ReactElement | null {
  const { t } = useTranslation();
  const snapshot = useApp(journeySnapshot);
  const netns = netnsOf(snapshot, sealing.at.node, sealing.at.netns);
  const tunnel = netns?.links.find((link) => link.name === sealing.at.device);
  const nic = physicalLink(netns);
  if (tunnel === undefined || nic === null) return null;
  const overhead = nic.mtu - tunnel.mtu;
  return (
    <div className={styles.mtu}>
      <svg viewBox={`0 0 ${nic.mtu} 14`} preserveAspectRatio="none" aria-hidden>
        <rect width={Math.max(0, overhead - 4)} height={14} className={styles.outerMtu} />
        <rect x={overhead} width={tunnel.mtu} height={14} className={styles.innerMtu} />
      </svg>
      <span>{overhead}</span>
      <span>{t('journey.frame.mtuInner', { mtu: tunnel.mtu })}</span>
      <span>{t('journey.frame.mtuOuter', { mtu: nic.mtu, dev: nic.name })}</span>
    </div>
  );
}
