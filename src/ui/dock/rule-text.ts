/**
 * An iptables-save line taken apart into the columns of `iptables -nvL`. What has no column stays in the words of the line.
 */
import type { Verdict } from '../kit/VerdictMark.tsx';
import type { RuleView } from '../store/views.ts';

export interface RuleColumns {
  readonly target: string;
  readonly goto: boolean;
  readonly prot: string;
  readonly in: string;
  readonly out: string;
  readonly source: string;
  readonly destination: string;
  /** Matches that have no column, without comments. */
  readonly rest: string;
  /** What stands behind the target: `--to-destination 10.244.1.2:80`. */
  readonly options: string;
  readonly comment: string;
}

/** The words of a rule's line; a quoted text is one word, without its quotes. */
export function words(text: string): readonly string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '',
  );
}

const COLUMN_OF = {
  '-p': 'prot',
  '-i': 'in',
  '-o': 'out',
  '-s': 'source',
  '-d': 'destination',
  '-j': 'target',
  '-g': 'target',
} as const;

function isColumn(word: string): word is keyof typeof COLUMN_OF {
  return Object.hasOwn(COLUMN_OF, word);
}

export function ruleColumns(text: string): RuleColumns {
  const columns = { target: '', prot: 'all', in: '*', out: '*', source: '0.0.0.0/0', destination: '0.0.0.0/0' };
  const rest: string[] = [];
  const options: string[] = [];
  let comment = '';
  let goto = false;
  let negated = '';
  const list = words(text);
  // -A CHAIN comes first.
  for (let index = 2; index < list.length; index++) {
    const word = list[index] ?? '';
    const next = list[index + 1] ?? '';
    if (word === '!' && isColumn(next)) negated = '!';
    else if (isColumn(word)) {
      columns[COLUMN_OF[word]] = negated + next;
      goto ||= word === '-g';
      negated = '';
      index++;
    } else if (word === '-m' && next === 'comment') index++;
    else if (word === '--comment') {
      comment = next;
      index++;
    } else (columns.target === '' ? rest : options).push(word);
  }
  return { ...columns, goto, rest: rest.join(' '), options: options.join(' '), comment };
}

/** What a rule does, as its line says it: `KUBE-SVC-…`, `DNAT`, `MARK`; a dash for rules that only count. */
export function ruleTarget(rule: RuleView): string {
  const target = ruleColumns(rule.text).target;
  return target === '' ? '-' : target;
}

/** The mark of a rule's target. */
export function targetVerdict(rule: RuleView): Verdict {
  switch (rule.target?.kind) {
    case 'ACCEPT':
      return 'accept';
    case 'DROP':
      return 'drop';
    case 'REJECT':
      return 'reject';
    case 'RETURN':
      return 'return';
    case 'jump':
      return 'jump';
    case 'goto':
      return 'goto';
    case undefined:
      return 'notReached';
    default:
      return 'rewrite';
  }
}

/** The chain a rule sends packets to, or null. */
export function targetChain(rule: RuleView): string | null {
  const { target } = rule;
  return target !== null && (target.kind === 'jump' || target.kind === 'goto') ? target.chain : null;
}
