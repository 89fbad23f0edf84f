/**
 * The chains a table was walked through: columns by depth, a line from each matched jump to the chain it opened, rules with
 * their fate, and beside them in words what the numbers in the rules mean. Where all columns have no room, those the packet
 * has come through stand one above another, each with the rule that took it on; the rule it stands at is always seen.
 */
import { useLayoutEffect, useMemo, useRef, type ReactElement, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { failedNotes } from '../chains/rule-note.ts';
import { RuleRow, type RowTone } from '../chains/RuleRow.tsx';
import { ruleWords } from '../chains/rule-text.ts';
import { Say } from '../chains/Say.tsx';
import { sentence, type Sentence } from '../chains/sentence.ts';
import { VerdictMark, type Verdict } from '../kit/VerdictMark.tsx';
import { useApp, useAppStore } from '../store/context.ts';
import { goTo } from './commands.ts';
import { journeySnapshot } from './current.ts';
import { Jumps } from './Jumps.tsx';
import { foldedChain, foldedColumns } from './shelf-fit.ts';
import { shelfChains, type GapRow, type RuleRow as Row, type ShelfChain } from './shelf.ts';
import { shelfNotes } from './shelf-notes.ts';
import type { JourneyStep } from './model.ts';
import { podNodeOf } from './place.ts';
import type { Chain } from './trace-types.ts';
import { useScale } from '../kit/useScale.ts';
import { useSize } from './useSize.ts';
import { ruleVerdict } from './verdict.ts';
import { drawText, endpointsOf, ruleProbability } from './why.ts';
import styles from './Shelf.module.css';

export interface ShelfProps {
  readonly label: string;
  readonly steps: readonly JourneyStep[];
  readonly index: number;
  readonly chainOf: (name: string) => Chain | null;
}

export function Shelf({ label, steps, index, chainOf }: ShelfProps): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const size = useSize(scroller);
  const scale = useScale();
  const low = size.height < LOW * scale;
  const chains = useMemo(() => shelfChains(steps, index, chainOf, low), [steps, index, chainOf, low]);
  const depth = Math.max(0, ...chains.map((chain) => chain.depth));
  const columns = Array.from({ length: depth + 1 }, (_, i) => chains.filter((chain) => chain.depth === i)).filter(
    (column) => column.length > 0,
  );
  const folded = foldedColumns(columns, size.width / scale);
  const snapshot = useApp(journeySnapshot);
  const notes = shelfNotes(chains, steps, index, chainOf, (address) => podNodeOf(snapshot, address));
  useCurrentInView(scroller, index, `${folded} ${size.width} ${size.height}`);
  return (
    <div ref={scroller} className={styles.scroller} role="region" aria-label={label} tabIndex={0}>
      <div className={styles.shelf}>
        <Jumps chains={chains} />
        {folded === 0 ? null : (
          <div className={styles.column}>
            {columns
              .slice(0, folded)
              .flat()
              .map((chain) => (
                <ChainBox key={chain.id} chain={foldedChain(chain)} chainOf={chainOf} note={null} />
              ))}
          </div>
        )}
        {columns.slice(folded).map((column, i) => (
          <div key={i} className={styles.column}>
            {column.map((chain) => (
              <ChainBox key={chain.id} chain={chain} chainOf={chainOf} note={notes.get(chain.id) ?? null} />
            ))}
            {i === 0 && folded === 0 && !low ? <Legend chains={chains} /> : null}
          </div>
        ))}
      </div>
    </div>
  );
}

/** Under this height, in px of plain type, rules that were not reached are counted and the legend goes. */
const LOW = 210;

/** The rule the walk stands at is seen, with the room around it that the columns have. */
function useCurrentInView(scroller: RefObject<HTMLDivElement | null>, index: number, layout: string): void {
  useLayoutEffect(() => {
    const view = scroller.current;
    const current = view?.querySelector('[aria-current="step"]') ?? [...(view?.querySelectorAll('[data-chain]') ?? [])].at(-1);
    if (view === null || current === undefined) return;
    const seen = view.getBoundingClientRect();
    const box = current.getBoundingClientRect();
    const chain = (current.closest('[data-chain]') ?? current).getBoundingClientRect();
    view.scrollBy(
      shift([seen.left + PAD, seen.left + view.clientWidth - PAD], [chain.left, chain.right], chain.left),
      shift([seen.top + PAD, seen.top + view.clientHeight - PAD], [box.top, box.bottom], chain.top),
    );
  }, [scroller, index, layout]);
}

/** Air around what is scrolled to. */
const PAD = 10;

type Range = readonly [number, number];

/** How far to scroll so that a range is inside a view: as far back as its whole allows, else just so far. */
function shift([from, to]: Range, [start, end]: Range, whole: number): number {
  if (end - whole <= to - from) return whole < from ? whole - from : Math.max(0, end - to);
  return start < from ? start - from : Math.max(0, end - to);
}

interface ChainBoxProps {
  readonly chain: ShelfChain;
  readonly chainOf: (name: string) => Chain | null;
  readonly note: Sentence | null;
}

function ChainBox({ chain, chainOf, note }: ChainBoxProps): ReactElement {
  const { t } = useTranslation();
  const last = chain.rows.findLast(
    (row): row is Row => row.kind === 'rule' && row.state !== 'notReached' && row.state !== 'ahead',
  );
  return (
    <>
      <section className={styles.chain} data-chain={chain.id} aria-label={chain.name}>
        <h3 className={styles.name}>
          {chain.name}
          {chain.count !== null && chain.count > 2 && last !== undefined ? (
            <span className={styles.place}>{t('chains.ruleOf', { number: last.rule.number, count: chain.count })}</span>
          ) : null}
        </h3>
        {chain.rows.length === 0 ? <p className={styles.gap}>{t('chains.emptyChain')}</p> : null}
        {chain.rows.map((row) =>
          row.kind === 'gap' ? (
            <Gap key={`gap ${row.from}`} row={row} />
          ) : (
            <ShelfRule key={row.rule.number} chain={chain} row={row} loaded={chainOf(chain.name)} />
          ),
        )}
      </section>
      {note === null ? null : (
        <p className={styles.note}>
          <Say sentence={note} />
        </p>
      )}
    </>
  );
}

function Gap({ row }: { readonly row: GapRow }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const { step, count, now } = row;
  if (step === null) return <p className={styles.gap}>{t('chains.notReachedMore', { count })}</p>;
  return (
    <button
      type="button"
      className={`${styles.gap} ${now ? styles.gapNow : ''}`}
      aria-current={now ? 'step' : undefined}
      onClick={() => goTo(store, step.index)}
    >
      <VerdictMark verdict="unmatched" />
      {t('chains.triedMore', { count })}
    </button>
  );
}

function ShelfRule({
  chain,
  row,
  loaded,
}: {
  readonly chain: ShelfChain;
  readonly row: Row;
  readonly loaded: Chain | null;
}): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const { step, rule, state, now, failed } = row;
  const said = notesOf(chain.name, row, loaded);
  return (
    <RuleRow
      text={rule.text}
      verdict={verdictOfRow(row)}
      tone={toneOf(row)}
      current={now}
      failed={state === 'failed' || state === 'now' ? (failed?.text ?? null) : null}
      why={
        said.length === 0
          ? null
          : said.map((each, i) => (
              <span key={i}>
                {i === 0 ? '' : t('chains.join')}
                <Say sentence={each} />
              </span>
            ))
      }
      onPress={step === null ? null : () => goTo(store, step.index)}
      mark={`${chain.id} ${rule.number}`}
    />
  );
}

function verdictOfRow({ state, matched, failed }: Row): Verdict {
  if (state === 'ahead' || state === 'notReached') return 'notReached';
  if (matched !== null) return ruleVerdict(matched);
  return failed === null ? 'notReached' : 'unmatched';
}

function toneOf({ state, matched, failed }: Row): RowTone {
  if (state !== 'ahead' && (matched?.verdict === 'DROP' || matched?.verdict === 'REJECT')) return 'dropped';
  return state === 'now' && failed !== null ? 'failed' : state;
}

function notesOf(chainName: string, { state, rule, failed, matched }: Row, loaded: Chain | null): readonly Sentence[] {
  if (state === 'ahead') return [];
  if (state === 'notReached') return [sentence('chains.notReached')];
  if (failed !== null) return failedNotes(chainName, rule.text, failed);
  if (matched === null) return [];
  if (matched.draw !== null)
    return [sentence('chains.drew', { value: drawText(matched.draw.value), probability: ruleProbability(matched) })];
  if (ruleWords(rule.text).matches.length > 0) return [];
  if (matched.toChain?.startsWith('KUBE-SEP-') === true)
    return [sentence(endpointsOf(loaded) > 1 ? 'chains.lastEndpoint' : 'chains.onlyEndpoint')];
  return matched.verdict === 'JUMP' ? [sentence('chains.always')] : [];
}

const LEGEND: readonly (readonly [Verdict, 'jump' | 'accept' | 'rewrite' | 'return' | 'no' | 'todo'])[] = [
  ['jump', 'jump'],
  ['accept', 'accept'],
  ['rewrite', 'rewrite'],
  ['return', 'return'],
  ['unmatched', 'no'],
  ['notReached', 'todo'],
];

/** What the marks mean that stand on the shelf now. */
function Legend({ chains }: { readonly chains: readonly ShelfChain[] }): ReactElement {
  const { t } = useTranslation();
  const shown = new Set(
    chains.flatMap(({ rows }) =>
      rows.map((row): Verdict => (row.kind === 'rule' ? verdictOfRow(row) : row.step === null ? 'notReached' : 'unmatched')),
    ),
  );
  return (
    <ul className={styles.legend} aria-label={t('chains.legend.label')}>
      {LEGEND.filter(([verdict]) => shown.has(verdict)).map(([verdict, key]) => (
        <li key={key}>
          <VerdictMark verdict={verdict} />
          {t(`chains.legend.${key}`)}
        </li>
      ))}
    </ul>
  );
}
