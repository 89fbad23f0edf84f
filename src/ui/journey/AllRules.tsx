/** Every rule of the chains the packet entered, met or not: columns whose rows exist only where one looks. */
import { useMemo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ruleWords } from '../chains/rule-text.ts';
import { RuleText } from '../chains/RuleText.tsx';
import { VerdictMark, type Verdict } from '../kit/VerdictMark.tsx';
import { useAppStore } from '../store/context.ts';
import { goTo } from './commands.ts';
import { shelfChains, type ShelfChain } from './shelf.ts';
import type { JourneyStep } from './model.ts';
import type { Chain } from './trace-types.ts';
import { useScale } from '../kit/useScale.ts';
import { ruleVerdict } from './verdict.ts';
import { Windowed } from './Windowed.tsx';
import styles from './AllRules.module.css';

export interface AllRulesProps {
  readonly label: string;
  readonly steps: readonly JourneyStep[];
  readonly index: number;
  readonly chainOf: (name: string) => Chain | null;
}

export function AllRules({ label, steps, index, chainOf }: AllRulesProps): ReactElement {
  const chains = useMemo(() => shelfChains(steps, index, chainOf), [steps, index, chainOf]);
  return (
    <div className={styles.columns} role="region" aria-label={label} tabIndex={0}>
      {chains.map((chain) => (
        <WholeChain key={chain.id} chain={chain} rules={chainOf(chain.name)?.rules ?? []} index={index} />
      ))}
    </div>
  );
}

/** Columns as wide as their longest rule among the first ones, within reason: 6 px a sign. */
function widthFor(name: string, rules: Chain['rules']): number {
  const longest = Math.max(name.length, ...rules.slice(0, 200).map(({ text }) => shownLength(text)));
  return Math.min(560, Math.max(180, longest * 6.2 + 72));
}

function shownLength(text: string): number {
  const { matches, target, targetOptions } = ruleWords(text);
  return [...matches, '-j', target ?? '', targetOptions].join(' ').length;
}

interface Fate {
  readonly verdict: Verdict;
  readonly index: number | null;
  readonly failed: string | null;
}

/** What became of each rule, by number; a run counts for all its rules. */
function fatesOf(chain: ShelfChain, index: number): (number: number) => Fate {
  const untouched: Fate = { verdict: 'notReached', index: null, failed: null };
  const fates = new Map<number, Fate>();
  const runs: { from: number; to: number; fate: Fate }[] = [];
  for (const row of chain.rows) {
    if (row.step === null || row.step.index > index) continue;
    if (row.kind === 'gap')
      runs.push({
        from: row.from,
        to: row.from + row.count - 1,
        fate: { verdict: 'unmatched', index: row.step.index, failed: null },
      });
    else
      fates.set(row.rule.number, {
        verdict: row.matched === null ? 'unmatched' : ruleVerdict(row.matched),
        index: row.step.index,
        failed: row.failed?.text ?? null,
      });
  }
  return (number) => fates.get(number) ?? runs.find(({ from, to }) => from <= number && number <= to)?.fate ?? untouched;
}

function WholeChain({
  chain,
  rules,
  index,
}: {
  readonly chain: ShelfChain;
  readonly rules: Chain['rules'];
  readonly index: number;
}): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const scale = useScale();
  const heights = useMemo(() => rules.map(() => Math.round(26 * scale)), [rules, scale]);
  const fateOf = useMemo(() => fatesOf(chain, index), [chain, index]);
  const last = chain.rows.findLast((row) => row.step !== null && row.step.index <= index);
  const follow = last === undefined ? null : (last.kind === 'rule' ? last.rule.number : last.from) - 1;
  return (
    <section className={styles.chain} style={{ width: widthFor(chain.name, rules) * scale }} aria-label={chain.name}>
      <h3>
        {chain.name}
        <span>{rules.length}</span>
      </h3>
      <Windowed
        label={t('chains.table', { table: chain.name })}
        className={styles.rules}
        heights={heights}
        follow={follow}
        row={(i) => {
          const rule = rules[i];
          const fate = fateOf(i + 1);
          if (rule === undefined) return null;
          const at = fate.index;
          const inside = (
            <>
              <code className={styles.number}>{i + 1}</code>
              <VerdictMark verdict={fate.verdict} size={12} />
              <span className={styles.text}>
                <RuleText text={rule.text} failed={fate.failed} target="inline" />
              </span>
            </>
          );
          const className = `${styles.rule} ${at === index ? styles.now : fate.verdict === 'notReached' || fate.verdict === 'unmatched' ? styles.quiet : styles.hit}`;
          return at === null ? (
            <div className={className} title={rule.text}>
              {inside}
            </div>
          ) : (
            <button
              type="button"
              className={className}
              title={rule.text}
              aria-current={at === index ? 'step' : undefined}
              onClick={() => goTo(store, at)}
            >
              {inside}
            </button>
          );
        }}
      />
    </section>
  );
}
