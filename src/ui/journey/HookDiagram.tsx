/** The hooks of one namespace and how far the packet has come through them, with a caret to the table on the shelf. */
import { useRef, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppStore } from '../store/context.ts';
import { goTo } from './commands.ts';
import { DIAGRAM_HEIGHT, fitDiagram, hookDiagram, MIDDLE, segmentStates, type HookBox } from './hook-diagram.geom.ts';
import type { HookPass, Met } from './hook-pass.ts';
import { useScale } from '../kit/useScale.ts';
import { useSize } from './useSize.ts';
import styles from './HookDiagram.module.css';

export interface HookDiagramProps {
  readonly pass: HookPass;
  /** Devices packets come in by here, shown where they start. */
  readonly devices: readonly string[];
  /** Height of the panel it stands in, with what is beneath it. */
  readonly room: number;
}

export function HookDiagram({ pass, devices, room }: HookDiagramProps): ReactElement {
  const { t } = useTranslation();
  const ref = useRef<HTMLDivElement>(null);
  const { width } = useSize(ref);
  const theme = useScale();
  const { folded, scale } = fitDiagram({ width, height: room }, theme, pass.hooks);
  const drawing = hookDiagram(width / scale, folded);
  const states = segmentStates(pass);
  return (
    <div className={styles.scroller} ref={ref} tabIndex={0}>
      <svg
        width={drawing.width * scale}
        height={DIAGRAM_HEIGHT * scale}
        viewBox={`0 0 ${drawing.width} ${DIAGRAM_HEIGHT}`}
        role="group"
        aria-label={t('journey.stage.diagram')}
      >
        {drawing.segments.map(({ id, path }) => (
          <path key={id} d={path} className={styles[states.get(id) ?? 'flow']} />
        ))}
        {drawing.hooks.map((box) => (
          <HookPlate key={box.hook} box={box} pass={pass} />
        ))}
        <Process x={drawing.process.x} width={drawing.process.width} name={pass.process} active={pass.process !== null} />
        {drawing.routes.map(({ x, again, above }) => (
          <g key={String(again)}>
            <path d={`M${x} ${MIDDLE - 9}l9 9l-9 9l-9 -9Z`} className={styles.diamond} />
            <text
              x={above ? x + (again ? -6 : 6) : x}
              y={above ? MIDDLE - 37 : MIDDLE + 26}
              textAnchor={above ? (again ? 'end' : 'start') : 'middle'}
              className={styles.small}
            >
              {t(again ? 'journey.stage.routeAgain' : 'journey.stage.route')}
            </text>
          </g>
        ))}
        <DevicesIn x={drawing.inX} devices={devices} iif={pass.iif} />
        <DeviceOut x={drawing.outX} oif={pass.oif} reached={pass.hooks.includes('POSTROUTING')} />
        <Caret drawing={drawing.hooks} pass={pass} />
      </svg>
    </div>
  );
}

interface PlateProps {
  readonly box: HookBox;
  readonly pass: HookPass;
}

function HookPlate({ box, pass }: PlateProps): ReactElement {
  const { t } = useTranslation();
  const state = pass.states.get(box.hook) ?? 'none';
  const first = pass.firstSteps.get(box.hook);
  const isFolded = box.tables.length === 0;
  const nameY = isFolded ? box.y + box.height / 2 + 4 : box.hook === 'FORWARD' ? box.y + 17 : box.y + 20;
  return (
    <g>
      <Press index={first} label={t('journey.stage.goHook', { hook: box.hook })}>
        <rect x={box.x} y={box.y} width={box.width} height={box.height} rx={6} className={plateClass(state)} />
        <text
          x={isFolded ? box.x + box.width / 2 : box.x + 10}
          y={nameY}
          textAnchor={isFolded ? 'middle' : 'start'}
          className={nameClass(state)}
        >
          {box.hook}
        </text>
      </Press>
      {box.tables.map(({ table, x, y, width, height }) => {
        const key = `${box.hook} ${table}`;
        const own = pass.tables.get(key) ?? 'none';
        const focused = pass.focus?.hook === box.hook && pass.focus.table === table && own !== 'next';
        return (
          <Press key={table} index={pass.firstSteps.get(key)} label={t('journey.stage.goTable', { hook: box.hook, table })}>
            <rect
              x={x}
              y={y}
              width={width}
              height={height}
              rx={4}
              className={focused ? styles.lit : own === 'none' || own === 'next' ? styles.plate : styles.past}
            />
            <text
              x={x + width / 2}
              y={y + height / 2 + 4}
              textAnchor="middle"
              className={focused ? styles.tableLit : own === 'none' || own === 'next' ? styles.table : styles.tablePast}
            >
              {table}
            </text>
          </Press>
        );
      })}
    </g>
  );
}

function plateClass(state: Met): string | undefined {
  return state === 'met' || state === 'current' ? styles.past : styles.plate;
}

function nameClass(state: Met): string | undefined {
  return state === 'met' || state === 'current' ? styles.hookPast : styles.hook;
}

interface PressProps {
  /** The step it leads to; undefined where the packet never is. */
  readonly index: number | undefined;
  readonly label: string;
  readonly children: ReactNode;
}

function Press({ index, label, children }: PressProps): ReactElement {
  const store = useAppStore();
  if (index === undefined) return <g>{children}</g>;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    goTo(store, index);
  };
  return (
    <g
      role="button"
      tabIndex={0}
      aria-label={label}
      className={styles.press}
      onClick={() => goTo(store, index)}
      onKeyDown={onKeyDown}
    >
      {children}
    </g>
  );
}

function Process({
  x,
  width,
  name,
  active,
}: {
  readonly x: number;
  readonly width: number;
  readonly name: string | null;
  readonly active: boolean;
}): ReactElement {
  const { t } = useTranslation();
  const text = name ?? t('journey.stage.process');
  const shown = text.length * 6.4 > width - 12 ? `${text.slice(0, Math.floor((width - 18) / 6.4))}…` : text;
  return (
    <g>
      <title>{text}</title>
      <rect x={x} y={MIDDLE - 17} width={width} height={34} rx={17} className={styles.process} />
      <text x={x + width / 2} y={MIDDLE + 4} textAnchor="middle" className={active ? styles.bold : styles.small}>
        {shown}
      </text>
    </g>
  );
}

/** The device it came in by; before that is known, what it could be, three names at most. */
function DevicesIn({
  x,
  devices,
  iif,
}: {
  readonly x: number;
  readonly devices: readonly string[];
  readonly iif: string | null;
}): ReactElement {
  const { t } = useTranslation();
  const [first, ...rest] = devices.slice(0, 3);
  const lines =
    iif !== null
      ? [t('journey.stage.fromDevice'), iif]
      : first === undefined
        ? []
        : [t('journey.stage.from', { devs: first }), ...rest];
  return (
    <g>
      {lines.map((line, i) => (
        <text
          key={line}
          x={x}
          y={MIDDLE + 4 + (i - (lines.length - 1) / 2) * 15}
          textAnchor="end"
          className={i === 1 && iif !== null ? styles.device : styles.small}
        >
          {iif === null && i < lines.length - 1 ? `${line},` : line}
        </text>
      ))}
    </g>
  );
}

function DeviceOut({
  x,
  oif,
  reached,
}: {
  readonly x: number;
  readonly oif: string | null;
  readonly reached: boolean;
}): ReactElement | null {
  const { t } = useTranslation();
  if (oif === null || !reached) return null;
  return (
    <g>
      <text x={x} y={MIDDLE - 4} className={styles.small}>
        {t('journey.stage.to')}
      </text>
      <text x={x} y={MIDDLE + 11} className={styles.device}>
        {oif}
      </text>
    </g>
  );
}

function Caret({ drawing, pass }: { readonly drawing: readonly HookBox[]; readonly pass: HookPass }): ReactElement | null {
  const { focus } = pass;
  const table = drawing.find((box) => box.hook === focus?.hook)?.tables.find((each) => each.table === focus?.table);
  // FORWARD stands above the line: a caret beneath it would point at another hook.
  if (table === undefined || focus === null || focus.hook === 'FORWARD') return null;
  const x = table.x + table.width / 2;
  return (
    <path d={`M${x - 9} ${DIAGRAM_HEIGHT}L${x} ${DIAGRAM_HEIGHT - 12}L${x + 9} ${DIAGRAM_HEIGHT}Z`} className={styles.caret} />
  );
}
