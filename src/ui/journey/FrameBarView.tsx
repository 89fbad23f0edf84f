/** The bytes bar of the frame stage. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { FrameBar, PartBox } from './frame.geom.ts';
import styles from './FrameStage.module.css';

const HEIGHT = 150;
const PLAIN_HEIGHT = 106;

export interface FrameBarViewProps {
  readonly bar: FrameBar;
  readonly width: number;
  readonly scale: number;
  /** Halves stand beneath, to which the two parts of a sealed frame lead down. */
  readonly halves: boolean;
}

export function FrameBarView({ bar, width, scale, halves }: FrameBarViewProps): ReactElement | null {
  const { t } = useTranslation();
  if (width <= 40) return null;
  const { boxes, total, sealedX } = bar;
  const bracketed = halves && sealedX !== null;
  const height = bracketed ? HEIGHT : PLAIN_HEIGHT;
  const summary = boxes.map(({ part }) => `${part.name} ${t('journey.frame.bytes', { count: part.bytes })}`).join(', ');
  return (
    <svg
      className={styles.bar}
      width={width * scale}
      height={height * scale}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={summary}
    >
      {sealedX === null ? null : <rect x={8} y={28} width={width - 16} height={70} rx={6} className={styles.envelope} />}
      <rect
        x={(sealedX ?? 10) - 2}
        y={31}
        width={Math.max(1, width - 9 - (sealedX ?? 10))}
        height={64}
        rx={5}
        className={styles.packet}
      />
      {boxes.map((box) => (
        <Part key={`${box.part.name} ${box.offset}`} box={box} plain={sealedX === null} />
      ))}
      <text x={width - 14} y={22} textAnchor="end" className={styles.ruler}>
        {t('journey.frame.total', { count: total })}
      </text>
      {bracketed ? <Brackets x={sealedX} width={width} /> : null}
    </svg>
  );
}

function Part({ box: { part, x, width, offset }, plain }: { readonly box: PartBox; readonly plain: boolean }): ReactElement {
  const { t } = useTranslation();
  const inside = plain || part.sealed;
  const middle = x + width / 2;
  const name = part.name === 'data' ? t('journey.frame.data') : part.name;
  return (
    <g>
      <title>{`${name}, ${t('journey.frame.bytes', { count: part.bytes })}`}</title>
      <rect x={x} y={34} width={width} height={58} rx={3} className={inside ? styles.innerPart : styles.outerPart} />
      {width < name.length * 7 + 4 ? null : (
        <>
          <text x={middle} y={60} textAnchor="middle" className={inside ? styles.innerName : styles.outerName}>
            {name}
          </text>
          <text x={middle} y={77} textAnchor="middle" className={inside ? styles.innerSize : styles.outerSize}>
            {t('journey.frame.bytes', { count: part.bytes })}
          </text>
        </>
      )}
      {width < 22 ? null : (
        <text x={x + 1} y={22} className={styles.ruler}>
          {offset}
        </text>
      )}
    </g>
  );
}

/** From the bar's two parts to the two tables beneath. */
function Brackets({ x, width }: { readonly x: number; readonly width: number }): ReactElement {
  const half = (width - 24) / 2;
  const left = 12 + half - 12;
  return (
    <g>
      <path d={`M12 100V150H${left}C${left} 124 ${x - 4} 122 ${x - 4} 100Z`} className={styles.outerBracket} />
      <path d={`M${x} 100C${x} 124 ${left + 24} 122 ${left + 24} 150H${width - 12}V100Z`} className={styles.innerBracket} />
    </g>
  );
}
