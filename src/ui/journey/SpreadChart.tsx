/** Measured against expected for many sends: a chart, and the same numbers as a table. */
import { useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Spread } from '../../cluster/cluster-api.ts';
import { useSaid, useTranslate } from '../chains/Say.tsx';
import { TextButton } from '../kit/Button.tsx';
import { useApp } from '../store/context.ts';
import { keepStart, ui11 } from '../topology/scene/text.geom.ts';
import { journeySnapshot } from './current.ts';
import { podNodeOf } from './place.ts';
import { inShort, shareKey, shareSentence, shortBackend, type Share } from './share.ts';
import { spreadRows, spreadScale, type SpreadRow, type SpreadScale } from './spread.geom.ts';
import { useScale } from '../kit/useScale.ts';
import { useSize } from './useSize.ts';
import styles from './Outcomes.module.css';

interface NamedRow extends SpreadRow {
  readonly share: Share;
}

export function SpreadChart({ spread }: { readonly spread: Spread }): ReactElement {
  const t = useTranslate();
  const [asTable, setAsTable] = useState(false);
  const rows = spreadRows(spread.count, spread.rows).flatMap((row, i): readonly NamedRow[] => {
    const share = spread.rows[i]?.share;
    return share === undefined ? [] : [{ ...row, share }];
  });
  return (
    <figure className={styles.spread}>
      <figcaption className={styles.head}>
        <b>{t('journey.spread.title', { count: spread.count })}</b>
        <TextButton onPress={() => setAsTable(!asTable)}>
          {t(asTable ? 'journey.spread.chart' : 'journey.spread.table', {})}
        </TextButton>
      </figcaption>
      {asTable ? <SpreadTable rows={rows} /> : <Chart rows={rows} />}
    </figure>
  );
}

/** Numbers as they are, with one decimal where there is one. */
function useNumber(): (value: number) => string {
  const { i18n } = useTranslation();
  return (value) => new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 }).format(value);
}

const ROW = 44;
const NAMES = 128;

function Chart({ rows }: { readonly rows: readonly NamedRow[] }): ReactElement {
  const t = useTranslate();
  const number = useNumber();
  const scale = useScale();
  const ref = useRef<HTMLDivElement>(null);
  const width = useSize(ref).width / scale;
  const axis = spreadScale(rows);
  const x = (count: number): number => NAMES + axis.at(count) * Math.max(40, width - NAMES - 14);
  const bottom = 18 + rows.length * ROW;
  const first = rows[0];
  const same = first !== undefined && rows.every((row) => row.expected === first.expected);
  return (
    <div ref={ref}>
      <svg
        className={styles.chart}
        width={width * scale}
        height={(bottom + 24) * scale}
        viewBox={`0 0 ${width} ${bottom + 24}`}
        role="img"
        aria-label={t('journey.spread.grey', {})}
      >
        {same ? (
          <text x={x(first.expected)} y={12} textAnchor="middle" className={styles.quiet}>
            {t('journey.spread.expected', { count: number(first.expected) })}
          </text>
        ) : null}
        {rows.map((row, i) => (
          <ChartRow key={shareKey(row.share)} row={row} y={18 + i * ROW} x={x} />
        ))}
        <Axis axis={axis} x={x} y={bottom} />
      </svg>
      <p className={styles.note}>{t('journey.spread.grey', {})}</p>
    </div>
  );
}

function ChartRow({
  row,
  y,
  x,
}: {
  readonly row: NamedRow;
  readonly y: number;
  readonly x: (count: number) => number;
}): ReactElement {
  const t = useTranslate();
  const said = useSaid();
  const number = useNumber();
  const { destination, backend } = row.share;
  const snapshot = useApp(journeySnapshot);
  const node = destination === null ? null : podNodeOf(snapshot, destination.slice(0, destination.lastIndexOf(':')));
  const name = destination ?? (backend === null ? said(shareSentence(row.share)) : shortBackend(backend));
  const second = backend === null ? said(shareSentence(row.share)) : [shortBackend(backend), node ?? []].flat().join(' · ');
  const who = [destination, backend ?? said(shareSentence(row.share)), node].filter((each) => each !== null).join(' ');
  const left = row.measured < row.expected;
  const middle = y + 18;
  return (
    <g>
      <title>{t('journey.spread.row', { who, measured: number(row.measured), expected: number(row.expected) })}</title>
      <text x={0} y={y + 16} className={styles.name}>
        {name}
      </text>
      <text x={0} y={y + 31} className={styles.quiet}>
        {destination === null ? '' : keepStart(second, NAMES - 4, ui11)}
      </text>
      <rect
        x={x(row.low)}
        y={middle - 9}
        width={Math.max(1, x(row.high) - x(row.low))}
        height={18}
        rx={2}
        className={styles.range}
      />
      <path d={`M${x(row.expected)} ${middle - 13}v26`} className={styles.expected} />
      <path d={`M${x(row.expected)} ${middle}H${x(row.measured)}`} className={styles.difference} />
      <circle cx={x(row.measured)} cy={middle} r={5} className={styles.dot} />
      <text
        x={x(row.measured) + (left ? -9 : 9)}
        y={middle - 7}
        textAnchor={left ? 'end' : 'start'}
        className={styles.measured}
      >
        {number(row.measured)}
      </text>
    </g>
  );
}

function Axis({
  axis,
  x,
  y,
}: {
  readonly axis: SpreadScale;
  readonly x: (count: number) => number;
  readonly y: number;
}): ReactElement {
  const number = useNumber();
  const [first = 0] = axis.ticks;
  const last = axis.ticks.at(-1) ?? first;
  return (
    <g>
      <path d={`M${x(first)} ${y}H${x(last)}`} className={styles.axis} />
      {axis.ticks.map((tick) => (
        <g key={tick}>
          <path d={`M${x(tick)} ${y}v4`} className={styles.axis} />
          <text x={x(tick)} y={y + 17} textAnchor="middle" className={styles.tick}>
            {number(tick)}
          </text>
        </g>
      ))}
    </g>
  );
}

function SpreadTable({ rows }: { readonly rows: readonly NamedRow[] }): ReactElement {
  const t = useTranslate();
  const said = useSaid();
  const number = useNumber();
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">{t('journey.spread.destination', {})}</th>
          <th scope="col">{t('journey.spread.measured', {})}</th>
          <th scope="col">{t('journey.spread.expectedColumn', {})}</th>
          <th scope="col">{t('journey.spread.range', {})}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={shareKey(row.share)}>
            <th scope="row" title={row.share.backend ?? undefined}>
              {inShort(row.share).backend ?? said(shareSentence(row.share))}
            </th>
            <td>{number(row.measured)}</td>
            <td>{number(row.expected)}</td>
            <td>
              {number(row.low)}–{number(row.high)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
