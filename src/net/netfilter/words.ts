/**
 * Words of a command: how iptables-restore and a shell split lines, and how `iptables-save` quotes strings.
 */

/**
 * The words of one iptables-restore line (xshared.c add_param_to_argv): blanks separate, double quotes group, a backslash
 * inside quotes takes the next character as it is, and a closing quote ends the word; at the end of the line it takes the line break with it.
 */
export function restoreWords(line: string): string[] {
  const words: string[] = [];
  const length = line.length;
  let i = 0;
  while (i < length) {
    const code = line.charCodeAt(i);
    if (code === 32 || code === 9) {
      i++;
      continue;
    }
    let start = i;
    while (i < length) {
      const c = line.charCodeAt(i);
      if (c === 32 || c === 9 || c === 34) break;
      i++;
    }
    if (i >= length || line.charCodeAt(i) !== 34) {
      words.push(line.slice(start, i));
      continue;
    }
    let word = line.slice(start, i);
    start = ++i;
    for (;;) {
      const c = i < length ? line.charCodeAt(i) : 34;
      if (c === 34) break;
      if (c === 92) {
        word += line.slice(start, i);
        start = ++i;
      }
      i++;
    }
    words.push(word + line.slice(start, i) + (i < length ? '' : '\n'));
    i++;
  }
  return words;
}

/** The words of a shell command: single and double quotes, backslashes. Null when a quote stays open. */
export function shellWords(text: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (c === "'") {
      const end = text.indexOf("'", i + 1);
      if (end < 0) return null;
      word = (word ?? '') + text.slice(i + 1, end);
      i = end;
    } else if (c === '"') {
      word ??= '';
      for (i++; text[i] !== '"'; i++) {
        if (i >= text.length) return null;
        if (text[i] === '\\' && /["\\$`]/.test(text[i + 1] ?? '')) i++;
        word += text[i] ?? '';
      }
    } else if (c === '\\') {
      i++;
      word = (word ?? '') + (text[i] ?? '');
    } else if (/\s/.test(c)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + c;
  }
  if (word !== null) words.push(word);
  return words;
}

/** The same text in memory of its own: a part cut from a long restore text would keep all of that alive. */
export function owned(text: string): string {
  return ` ${text}`.slice(1);
}

const PLAIN = /^[-_0-9A-Za-z]+$/;

/** A string as `iptables-save` prints it (libxtables xtables_save_string). */
export function savedString(text: string): string {
  return PLAIN.test(text) ? text : `"${text.replace(/["\\']/g, '\\$&')}"`;
}
