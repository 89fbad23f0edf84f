/**
 * Every decision of the walk in order, grouped by namespace and indented by chain. The hook the packet is in is open, the
 * others are one line each until asked for.
 */
import { useMemo, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Say, useSaid, useTranslate } from '../chains/Say.tsx';
import { sentence, type Sentence } from '../chains/sentence.ts';
import { VerdictMark } from '../kit/VerdictMark.tsx';
import { useApp, useAppStore } from '../store/context.ts';
import { goTo } from './commands.ts';
import { factOf } from './facts.ts';
import type { HookSummary, JourneyGroup } from './groups.ts';
import { groupName } from './group-name.ts';
import { hopRows, rowOfStep, type HookItem, type HopRow } from './hop-rows.ts';
import type { JourneyModel, JourneyStep } from './model.ts';
import { hexMark, ttlOf } from './packet-text.ts';
import { useScale } from '../kit/useScale.ts';
import { verdictOf } from './verdict.ts';
import { Windowed } from './Windowed.tsx';
import styles from './HopList.module.css';

export function HopList({ journey }: { readonly journey: JourneyModel }): ReactElement {
  const { t } = useTranslation();
  const index = useApp((state) => state.playback.index);
  const scale = useScale();
  // Hooks the user opened or closed against the rule that the current one is open; keyed by their first step.
  const [asked, setAsked] = useState<{ readonly journey: JourneyModel; readonly open: ReadonlyMap<number, boolean> }>({
    journey,
    open: new Map(),
  });
  const open = asked.journey === journey ? asked.open : NONE;
  const rows = useMemo(
    () => hopRows(journey, (item) => open.get(item.from) ?? (item.from <= index && index <= item.to)),
    [journey, open, index],
  );
  const heights = useMemo(
    () => rows.map((row) => Math.round((row.kind === 'hook' || row.kind === 'step' ? 24 : 28) * scale)),
    [rows, scale],
  );
  const toggle = (item: HookItem, isOpen: boolean): void =>
    setAsked({ journey, open: new Map([...open, [item.from, !isOpen]]) });
  return (
    <Windowed
      label={t('journey.list.label')}
      className={styles.list}
      heights={heights}
      follow={rowOfStep(rows, index)}
      row={(i) => {
        const row = rows[i];
        return row === undefined ? null : <Row row={row} index={index} onToggle={toggle} />;
      }}
    />
  );
}

const NONE: ReadonlyMap<number, boolean> = new Map();

interface RowProps {
  readonly row: HopRow;
  readonly index: number;
  readonly onToggle: (item: HookItem, open: boolean) => void;
}

function Row({ row, index, onToggle }: RowProps): ReactElement {
  switch (row.kind) {
    case 'group':
      return <GroupRow group={row.group} />;
    case 'question':
      return (
        <h3 className={styles.question}>
          <code>{row.text}</code>
        </h3>
      );
    case 'hook':
      return <HookRow item={row.item} open={row.open} index={index} onToggle={onToggle} />;
    case 'step':
      return <StepRow step={row.step} indent={row.indent} index={index} />;
  }
}

function GroupRow({ group }: { readonly group: JourneyGroup }): ReactElement {
  const t = useTranslate();
  return (
    <h3 className={styles.group}>
      <i className={styles[group.kind]} />
      {groupName(group, t)}
      {group.attempt > 1 ? (
        <span className={styles.attempt}>{t('journey.group.attempt', { attempt: group.attempt })}</span>
      ) : null}
      <span className={styles.range}>{t(rangeKey(group), { from: group.from + 1, to: group.to + 1 })}</span>
    </h3>
  );
}

function rangeKey({ from, to }: JourneyGroup): 'journey.group.step' | 'journey.group.twoSteps' | 'journey.group.steps' {
  return from === to ? 'journey.group.step' : to === from + 1 ? 'journey.group.twoSteps' : 'journey.group.steps';
}

interface HookRowProps {
  readonly item: HookItem;
  readonly open: boolean;
  readonly index: number;
  readonly onToggle: (item: HookItem, open: boolean) => void;
}

function HookRow({ item, open, index, onToggle }: HookRowProps): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const tables = item.tables.join(', ');
  const here = item.from <= index && index <= item.to;
  const isNow = open ? index === item.from : here;
  const count = item.to - item.from + 1;
  return (
    <div className={`${styles.row} ${styles.hook} ${tone(item.from, index, isNow)}`}>
      <button
        type="button"
        className={styles.main}
        aria-current={isNow ? 'step' : undefined}
        onClick={() => goTo(store, open ? item.from : item.notable)}
      >
        <span className={styles.no}>{item.from + 1}</span>
        <span>{item.hook}</span>
        <code>{tables}</code>
        {open ? null : (
          <span className={styles.sum}>
            <Say sentence={summarySentence(item.summary)} />
          </span>
        )}
      </button>
      <button
        type="button"
        className={styles.more}
        aria-expanded={open}
        aria-label={t(open ? 'journey.hookLine.close' : 'journey.hookLine.open', { hook: item.hook, tables })}
        onClick={() => onToggle(item, open)}
      >
        {t('journey.hookLine.steps', { count })}
      </button>
    </div>
  );
}

function summarySentence(summary: HookSummary): Sentence {
  switch (summary.kind) {
    case 'nat':
      return sentence(summary.manip === 'source' ? 'journey.hookLine.source' : 'journey.hookLine.destination', {
        addr: summary.addr,
      });
    case 'dropped':
      return summary.number === null
        ? sentence('journey.hookLine.policy')
        : sentence('journey.hookLine.dropped', { chain: summary.chain });
    case 'rejected':
      return sentence('journey.hookLine.rejected', { chain: summary.chain });
    case 'accepted':
      return sentence('journey.hookLine.accepted', { chain: summary.chain });
    case 'marked':
      return sentence('journey.hookLine.marked', { mark: hexMark(summary.mark) });
    case 'nothing':
      return sentence('journey.hookLine.nothing');
    case 'empty':
      return sentence('journey.hookLine.empty');
  }
}

function tone(from: number, index: number, isNow: boolean): string {
  if (isNow) return styles.now ?? '';
  return from > index ? (styles.next ?? '') : '';
}

function StepRow({
  step,
  indent,
  index,
}: {
  readonly step: JourneyStep;
  readonly indent: number;
  readonly index: number;
}): ReactElement {
  const store = useAppStore();
  const said = useSaid();
  const isNow = step.index === index;
  const fact = factOf(step);
  return (
    <div className={`${styles.row} ${tone(step.index, index, isNow)}`}>
      <button
        type="button"
        className={styles.main}
        aria-current={isNow ? 'step' : undefined}
        title={said(fact)}
        onClick={() => goTo(store, step.index)}
      >
        <span className={styles.no}>{step.index + 1}</span>
        {Array.from({ length: indent }, (_, i) => (
          <span key={i} className={styles.guide} />
        ))}
        <VerdictMark verdict={verdictOf(step)} size={12} />
        <span className={styles.fact}>
          <Say sentence={fact} />
        </span>
        <Aside step={step} />
      </button>
    </div>
  );
}

/** The ttl, at devices: there it is what tcpdump would show. */
function Aside({ step }: { readonly step: JourneyStep }): ReactElement | null {
  const { t } = useTranslation();
  const isDevice = step.step.kind === 'dev.rx' || step.step.kind === 'dev.tx';
  const ttl = ttlOf(step.after.l3);
  return isDevice && ttl !== null ? <span className={styles.aside}>{t('journey.list.ttl', { ttl })}</span> : null;
}
