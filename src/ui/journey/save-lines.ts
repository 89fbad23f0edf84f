/** A table's iptables-save lines, each with what this packet had to do with it so far. */
import type { TableView } from '../store/views.ts';
import type { JourneyStep } from './model.ts';

export interface SaveLine {
  readonly text: string;
  readonly fate: 'plain' | 'failed' | 'hit' | 'now';
}

export function saveLines(table: TableView, steps: readonly JourneyStep[], index: number): readonly SaveLine[] {
  const fates = fatesOf(steps, index);
  const chains = [...table.chains.values()];
  return [
    { text: `*${table.name}`, fate: 'plain' },
    ...chains.map(({ name, policy }): SaveLine => ({ text: `:${name} ${policy ?? '-'} [0:0]`, fate: 'plain' })),
    ...chains.flatMap(({ name, rules }) =>
      rules.map(({ text }, i): SaveLine => ({ text, fate: fates.get(`${name} ${i + 1}`) ?? 'plain' })),
    ),
    { text: 'COMMIT', fate: 'plain' },
  ];
}

function fatesOf(steps: readonly JourneyStep[], index: number): ReadonlyMap<string, SaveLine['fate']> {
  const fates = new Map<string, SaveLine['fate']>();
  for (const { step, expanded, index: at } of steps) {
    if (at > index) continue;
    const mark = (chain: string, number: number, fate: SaveLine['fate']): void =>
      void fates.set(`${chain} ${number}`, at === index ? 'now' : fate);
    if (expanded !== null) mark(expanded.rule.chain, expanded.rule.number, 'failed');
    else if (step.kind === 'nf.rule') mark(step.rule.chain, step.rule.number, step.matched ? 'hit' : 'failed');
    else if (step.kind === 'nf.run') for (let i = 0; i < step.count; i++) mark(step.chain.name, step.from + i, 'failed');
  }
  return fates;
}
