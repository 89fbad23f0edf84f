/**
 * What a hook did with a packet, indented beneath its line: the rules met, in the order they were tried and as deep as the chains were
 * entered; what was not matched, and why; what connection tracking knew and what was rewritten.
 */
import { expandRun } from '../../cluster/explain.ts';
import type { FailedMatch, TraceStep } from '../../net/trace/trace.ts';

/** Runs longer than this are one line. */
const SHOWN_RUN = 4;

type RuleStep = Extract<TraceStep, { kind: 'nf.rule' | 'nf.run' | 'nf.end' | 'ct' | 'nat' }>;

export function isRuleStep(step: TraceStep): step is RuleStep {
  return (
    step.kind === 'nf.rule' || step.kind === 'nf.run' || step.kind === 'nf.end' || step.kind === 'ct' || step.kind === 'nat'
  );
}

/** The lines of one step, without the hop's own indent; none where there is nothing to say. */
export function ruleLines(step: RuleStep): readonly string[] {
  switch (step.kind) {
    case 'ct':
      return ctLines(step);
    case 'nat':
      return [
        line(
          '',
          0,
          `${step.manip} ${step.from.addr}:${step.from.port} becomes ${step.to.addr}:${step.to.port}${step.rule === null ? ', as conntrack remembers' : ''}`,
        ),
      ];
    case 'nf.end':
      return step.policy === 'DROP' ? [line(step.table, step.depth, `${step.chain}: policy DROP`)] : [];
    case 'nf.rule': {
      const name = `${step.rule.chain} ${step.rule.number}`;
      const words = ruleWords(step.rule.text, step.rule.chain);
      const draw = step.draw === null ? '' : ` (drew ${step.draw.value.toFixed(3)})`;
      const text = step.matched ? `${name}  ${words}${draw}` : `${name}  not matched: ${failedWords(step.failed)}`;
      return [line(step.rule.table, step.depth, text)];
    }
    case 'nf.run':
      return runLines(step);
  }
}

function line(table: string, depth: number, text: string): string {
  return `${table.padEnd(7)} ${'  '.repeat(depth)}${text}`;
}

function runLines(step: Extract<TraceStep, { kind: 'nf.run' }>): readonly string[] {
  const { table, chain, from, count, depth } = step;
  if (count > SHOWN_RUN)
    return [line(table, depth, `${chain.name} ${from} to ${from + count - 1}  ${count} rules not matched`)];
  return expandRun(step).map(({ number, failed }) =>
    line(table, depth, `${chain.name} ${number}  not matched: ${failedWords(failed)}`),
  );
}

/** The rule without the chain it is in. */
function ruleWords(text: string, chain: string): string {
  const prefix = `-A ${chain} `;
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

function failedWords(failed: FailedMatch | null): string {
  if (failed === null || failed.property === '') return 'does not apply';
  return `${failed.property} is ${failed.packet}, the rule wants ${failed.text}`;
}

const CT_WORDS = {
  new: 'a new connection',
  found: 'a known connection',
  confirmed: 'the connection is kept',
  invalid: 'fits no connection',
  untracked: 'not tracked',
  related: 'about a known connection',
  full: 'no room for another connection',
} as const;

function ctLines(step: Extract<TraceStep, { kind: 'ct' }>): readonly string[] {
  return [line('', 0, `conntrack: ${CT_WORDS[step.op]}${step.op === 'confirmed' ? '' : `, ${step.state}`}`)];
}
