/**
 * The strip as a slider: one tick per decision, scrubbed by pointer and keyboard. The needle is moved by the player's frames;
 * React draws it again only when the step changes.
 */
import {
  memo,
  useEffect,
  useMemo,
  useRef,
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  type RefObject,
} from 'react';
import { useTranslation } from 'react-i18next';
import { useSaid, useTranslate } from '../chains/Say.tsx';
import { setPlayback } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { AppStore } from '../store/store.ts';
import { isBreakpoint } from './breakpoints.ts';
import { goTo, stepBack, stepForward } from './commands.ts';
import { factOf } from './facts.ts';
import { groupName } from './group-name.ts';
import type { JourneyModel } from './model.ts';
import { playerOf } from './playback.ts';
import { indexAt, labelsOf, spansOf, ticksOf, tickX } from './timeline.geom.ts';
import type { Motion } from './timing.ts';
import { useScale } from '../kit/useScale.ts';
import { useSize } from './useSize.ts';
import styles from './JourneyTimeline.module.css';

/** The needle's head: beneath the names, above the ticks. */
const HEAD = 19;
const BASE = 44;
const HEIGHT = 68;

export function TimelineStrip({ journey }: { readonly journey: JourneyModel }): ReactElement {
  const { t } = useTranslation();
  const said = useSaid();
  const store = useAppStore();
  const scale = useScale();
  const ref = useRef<HTMLDivElement>(null);
  const width = useSize(ref).width / scale;
  const index = useApp((state) => Math.min(state.playback.index, journey.steps.length - 1));
  const step = journey.steps[index];
  const count = journey.steps.length;
  useFocusIfLost(ref, journey);
  return (
    <div className={styles.strip}>
      <div
        ref={ref}
        className={styles.slider}
        role="slider"
        tabIndex={0}
        aria-label={t('journey.play.timeline')}
        aria-valuemin={1}
        aria-valuemax={count}
        aria-valuenow={index + 1}
        aria-valuetext={
          step === undefined ? undefined : t('journey.play.value', { number: index + 1, count, fact: said(factOf(step)) })
        }
        onKeyDown={(event) => onKey(event, store)}
        onPointerDown={(event) => scrub(event, store, count)}
        onPointerMove={(event) =>
          event.currentTarget.hasPointerCapture(event.pointerId) ? scrub(event, store, count) : undefined
        }
      >
        {width === 0 ? null : (
          <svg width={width * scale} height={HEIGHT * scale} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden>
            <Spans journey={journey} width={width} />
            <Ticks journey={journey} width={width} index={index} />
            <Labels journey={journey} width={width} index={index} />
            <Breaks journey={journey} width={width} />
            <Needle count={count} width={width} />
          </svg>
        )}
      </div>
      <p className={styles.caption}>{t('journey.play.explain')}</p>
    </div>
  );
}

/** What sent the packet may be gone with its mode, and the focus with it: then it comes here, where the arrows step. */
function useFocusIfLost(ref: RefObject<HTMLElement | null>, journey: JourneyModel): void {
  useEffect(() => {
    // A dialog gives the focus back in a frame of its own.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        if (document.activeElement === document.body) ref.current?.focus({ preventScroll: true });
      });
    });
    return () => cancelAnimationFrame(frame);
  }, [ref, journey]);
}

/** The slider's own keys; everything else is the page's. */
function onKey(event: KeyboardEvent, store: AppStore): void {
  const step = { ArrowUp: stepForward, PageUp: stepForward, ArrowDown: stepBack, PageDown: stepBack }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  step(store, event.key.startsWith('Page') ? 'hop' : undefined);
}

function scrub(event: PointerEvent<HTMLDivElement>, store: AppStore, count: number): void {
  const box = event.currentTarget.getBoundingClientRect();
  event.currentTarget.setPointerCapture(event.pointerId);
  const index = indexAt(event.clientX - box.left, count, box.width);
  if (index !== store.getState().playback.index) goTo(store, index);
  else if (store.getState().playback.playing) setPlayback(store, { playing: false });
}

interface PartProps {
  readonly journey: JourneyModel;
  readonly width: number;
}

const Spans = memo(function Spans({ journey, width }: PartProps): ReactElement {
  const t = useTranslate();
  return (
    <g>
      {spansOf(journey, width).map(({ group, x, width: length, name }) => (
        <g key={group.from} className={group.kind === 'pod' ? styles.pod : styles.machine}>
          <path d={`M${x} 49h${length}`} />
          {name === null ? null : (
            <text x={name.anchor === 'start' ? x + 1 : x + length} y={62} textAnchor={name.anchor}>
              {name.short ? group.node : groupName(group, t)}
            </text>
          )}
        </g>
      ))}
    </g>
  );
});

function Ticks({ journey, width, index }: PartProps & { readonly index: number }): ReactElement {
  const ticks = useMemo(() => ticksOf(journey, width), [journey, width]);
  const stroke = Math.max(0.8, Math.min(3.4, (width / Math.max(1, ticks.length)) * 0.5));
  return (
    <g strokeWidth={stroke}>
      {ticks.map(({ index: at, x, height, kind }) => (
        <path
          key={at}
          d={`M${x.toFixed(1)} ${BASE}v-${height}`}
          className={`${styles[kind]} ${at > index ? styles.ahead : ''}`}
        />
      ))}
    </g>
  );
}

function Labels({ journey, width, index }: PartProps & { readonly index: number }): ReactElement {
  const { t } = useTranslation();
  const labels = useMemo(() => labelsOf(journey, width), [journey, width]);
  return (
    <g>
      {labels.map(({ index: at, x, anchor, key, params }) => (
        <text key={at} x={x} y={11} textAnchor={anchor} className={at === index ? styles.labelNow : styles.label}>
          {t(key, params)}
        </text>
      ))}
    </g>
  );
}

function Breaks({ journey, width }: PartProps): ReactElement {
  const breakpoints = useApp((state) => state.playback.breakpoints);
  const places = journey.steps.filter((step) => breakpoints.some((breakpoint) => isBreakpoint(breakpoint, step)));
  return (
    <g className={styles.breakpoint}>
      {places.map(({ index }) => (
        <circle key={index} cx={tickX(index, journey.steps.length, width)} cy={BASE + 5} r={3} />
      ))}
    </g>
  );
}

function Needle({ count, width }: { readonly count: number; readonly width: number }): ReactElement {
  const ref = useRef<SVGGElement>(null);
  const store = useAppStore();
  useEffect(() => {
    const player = playerOf(store);
    const place = ({ from, to, progress }: Motion): void => {
      const x = tickX(from, count, width) + (tickX(to, count, width) - tickX(from, count, width)) * progress;
      ref.current?.setAttribute('transform', `translate(${x.toFixed(2)} 0)`);
    };
    place(player.motion);
    return player.subscribe(place);
  }, [store, count, width]);
  return (
    <g ref={ref} className={styles.needle}>
      <path d={`M0 ${HEAD}V49`} />
      <circle cy={HEAD} r={4.5} />
    </g>
  );
}
