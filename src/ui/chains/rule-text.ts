/**
 * An iptables-save line taken apart for reading: its matches one by one, so that the failed one can be underlined, and its
 * target. Words stay as the tool prints them; `-m comment` and the `-m tcp` that only repeats `-p tcp` are left out.
 */
export interface RuleWords {
  /** `-d 10.99.25.192/32`, `-p tcp`, `-m conntrack`, `--ctstate INVALID`; a `!` stands with its option. */
  readonly matches: readonly string[];
  /** The word after -j or -g; null for a rule that only counts. */
  readonly target: string | null;
  readonly goto: boolean;
  /** What follows the target: `--to-destination 10.244.1.2:80`. */
  readonly targetOptions: string;
  readonly comment: string | null;
}

/** A failed match's words: `! -s 10.244.0.0/16` is {negated, option: '-s', value: '10.244.0.0/16'}. */
export interface MatchWords {
  readonly negated: boolean;
  readonly option: string;
  readonly value: string;
}

/** The Service a rule of kube-proxy is about, from its comment. */
export interface CommentedService {
  readonly namespace: string;
  readonly service: string;
  /** The port's name; null when it has none. */
  readonly port: string | null;
}

const IMPLIED = new Set(['-m comment', '-m tcp', '-m udp', '-m icmp']);

/** Splits as a shell would: blanks part words, double quotes hold them together, a backslash takes the next sign as it is. */
export function splitWords(line: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  let quoted = false;
  let started = false;
  for (let i = 0; i < line.length; i++) {
    const sign = line[i] ?? '';
    if (sign === '\\') word += line[++i] ?? '';
    else if (sign === '"') [quoted, started] = [!quoted, true];
    else if (sign !== ' ' || quoted) word += sign;
    else if (word !== '' || started) {
      words.push(word);
      [word, started] = ['', false];
    }
  }
  return word === '' && !started ? words : [...words, word];
}

export function ruleWords(line: string): RuleWords {
  const words = splitWords(line);
  const begin = words[0] === '-A' || words[0] === '-I' ? 2 : 0;
  const jump = words.findIndex((word, i) => i >= begin && (word === '-j' || word === '-g'));
  const options = optionGroups(words.slice(begin, jump === -1 ? undefined : jump));
  const comment = options.find((option) => option.startsWith('--comment '))?.slice('--comment '.length) ?? null;
  return {
    matches: options.filter((option) => !IMPLIED.has(option) && !option.startsWith('--comment ')),
    target: jump === -1 ? null : (words[jump + 1] ?? null),
    goto: words[jump] === '-g',
    targetOptions: jump === -1 ? '' : words.slice(jump + 2).join(' '),
    comment,
  };
}

/** Puts each option with its `!` and its values. */
function optionGroups(words: readonly string[]): readonly string[] {
  const groups: string[][] = [];
  for (const word of words) {
    const last = groups.at(-1);
    const opens = word === '!' || (word.startsWith('-') && last?.at(-1) !== '!');
    if (last === undefined || opens) groups.push([word]);
    else last.push(word);
  }
  return groups.map((group) => group.join(' '));
}

export function matchWords(text: string): MatchWords {
  const words = splitWords(text);
  const at = words.findIndex((word) => word.startsWith('-') && word !== '-m');
  const option = words[at] ?? '';
  return {
    negated: words.includes('!'),
    option,
    value:
      at === -1
        ? words.filter((word) => word !== '!').join(' ')
        : words
            .slice(at + 1)
            .filter((word) => word !== '!')
            .join(' '),
  };
}

/** Whether `failed` (a trace's words of the failed match) is or contains this match of the rule. */
export function isFailedMatch(match: string, failed: string): boolean {
  return (
    failed !== '' && (match === failed || (failed.startsWith('-m ') && failed.endsWith(match) && !match.startsWith('-m ')))
  );
}

const SERVICE_COMMENT = /^([a-z0-9.-]+)\/([a-z0-9.-]+?)(?::([a-z0-9-]+))?(?:\s|$)/;

export function commentedService(comment: string | null): CommentedService | null {
  const found = comment === null ? null : SERVICE_COMMENT.exec(comment);
  if (found?.[1] === undefined || found[2] === undefined) return null;
  return { namespace: found[1], service: found[2], port: found[3] ?? null };
}
