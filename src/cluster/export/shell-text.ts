/**
 * Text of a shell script that stays what it is meant to be, whatever names a scenario brings along: words are quoted where they must
 * be, and what is handed on between two marks cannot end itself.
 */

/** Ends every text handed to a tool; no tool's line begins so. */
const MARK = 'END';

/** A word of a command line. */
export function word(text: string): string {
  return /^[\w.,:/@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A command line. */
export function commandLine(...words: readonly (string | number)[]): string {
  return words.map((each) => word(String(each))).join(' ');
}

/** Text for a comment: on one line. */
export function comment(text: string): string {
  return `# ${text.replace(/\p{Cc}+/gu, ' ')}`.trimEnd();
}

/** True for a line that may be handed on: one line, and not the one that ends them all. */
export function isPlainLine(line: string): boolean {
  return line !== MARK && !/\p{Cc}/u.test(line.replaceAll('\t', ' '));
}

/** `command` with these lines as its standard input; nothing in them is the shell's. */
export function handedTo(command: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${command} <<'${MARK}'`, ...lines.filter(isPlainLine), MARK];
}
