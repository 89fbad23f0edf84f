/** Tables as `iptables-save -c` prints them, each line with what this packet had to do with it so far. */
import type { NetfilterView, TableName, TableView } from '../store/views.ts';
import type { JourneyStep } from './model.ts';

type Counter = NetfilterView['counters'] extends ReadonlyMap<number, infer C> ? C : never;

export interface SaveLine {
  readonly text: string;
  readonly fate: 'plain' | 'failed' | 'hit' | 'now';
}

/** One table, with its counters as `netfilter` has them. */
export function saveLines(
  { ruleset, counters, policyCounters }: NetfilterView,
  name: TableName,
  steps: readonly JourneyStep[],
  index: number,
): readonly SaveLine[] {
  const fates = fatesOf(steps, index);
  const chains = [...ruleset[name].chains.values()];
  return [
    { text: `*${name}`, fate: 'plain' },
    ...chains.map((chain): SaveLine => ({
      text: `:${chain.name} ${chain.policy ?? '-'} ${brackets(policyCounters.get(`${name}/${chain.name}`))}`,
      fate: 'plain',
    })),
    ...chains.flatMap((chain) =>
      chain.rules.map(({ id, text }, i): SaveLine => ({
        text: `${brackets(counters.get(id))} ${text}`,
        fate: fates.get(`${chain.name} ${i + 1}`) ?? 'plain',
      })),
    ),
    { text: 'COMMIT', fate: 'plain' },
  ];
}

/** All tables that hold a rule, as the tool lists a whole namespace. */
export function saveAll(netfilter: NetfilterView): readonly SaveLine[] {
  return Object.values(netfilter.ruleset)
    .filter(({ chains }: TableView) => [...chains.values()].some(({ rules }) => rules.length > 0))
    .flatMap(({ name }) => saveLines(netfilter, name, [], -1));
}

/** `[packets:bytes]`. */
function brackets(counter: Counter | undefined): string {
  return `[${counter?.packets ?? 0}:${counter?.bytes ?? 0}]`;
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
