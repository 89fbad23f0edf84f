/**
 * The chains a table was walked through: columns by depth, a line from each matched jump to the chain it opened, rules with
 * their fate, and beside them in words what the numbers in the rules mean.
 */
import { useMemo, type ReactElement } from 'react';
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
import { shelfChains, type GapRow, type RuleRow as Row, type ShelfChain } from './shelf.ts';
import { shelfNotes } from './shelf-notes.ts';
import type { JourneyStep } from './model.ts';
import { podNodeOf } from './place.ts';
import type { Chain } from './trace-types.ts';
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
  const chains = useMemo(() => shelfChains(steps, index, chainOf), [steps, index, chainOf]);
  const depth = Math.max(0, ...chains.map((chain) => chain.depth));
  const columns = Array.from({ length: depth + 1 }, (_, i) => chains.filter((chain) => chain.depth === i)).filter(
    (column) => column.length > 0,
  );
  const snapshot = useApp(journeySnapshot);
  const notes = shelfNotes(chains, steps, index, chainOf, (address) => podNodeOf(snapshot, address));
  return (
    <div className={styles.scroller} role="region" aria-label={label} tabIndex={0}>
      <div className={styles.shelf}>
        <Jumps chains={chains} />
        {columns.map((column, i) => (
          <div key={i} className={styles.column}>
            {column.map((chain) => (
              <ChainBox key={chain.id} chain={chain} chainOf={chainOf} note={notes.get(chain.id) ?? null} />
            ))}
            {i === 0 ? <Legend /> : null}
          </div>
        ))}
      </div>
    </div>
  );
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

function Legend(): ReactElement {
  const { t } = useTranslation();
  return (
    <ul className={styles.legend} aria-label={t('chains.legend.label')}>
      {LEGEND.map(([verdict, key]) => (
        <li key={key}>
          <VerdictMark verdict={verdict} />
          {t(`chains.legend.${key}`)}
        </li>
      ))}
    </ul>
  );
}
