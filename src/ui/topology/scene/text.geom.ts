/**
 * How wide text is and how it is cut, without a DOM. The mono face is half-width (0.5 em a column, CJK one em), so its
 * widths are exact; the UI face is the reader's own, so its widths are an upper estimate from the widest of the stack.
 */

/** Widths of printable ASCII in 1/1000 em (Helvetica's, which the stack's faces are close to), from the space on. */
const ASCII_WIDTHS = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556,
  556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778,
  722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222,
  500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/** Noto Sans is the widest face of the stack. */
const WIDEST = 1.05;

function isFullWidth(code: number): boolean {
  return code >= 0x2e80 && code <= 0xffdc && !(code >= 0xff61 && code <= 0xff9f);
}

export function monoWidth(text: string, size: number): number {
  let columns = 0;
  for (const char of text) columns += isFullWidth(char.codePointAt(0) ?? 0) ? 2 : 1;
  return (columns * size) / 2;
}

export function uiWidth(text: string, size: number, weight: 'normal' | 'bold' = 'normal'): number {
  let thousandths = 0;
  for (const char of text) thousandths += charWidth(char);
  return (thousandths * size * WIDEST * (weight === 'bold' ? 1.06 : 1)) / 1000;
}

function charWidth(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (isFullWidth(code)) return 1000;
  return ASCII_WIDTHS[code - 32] ?? (char === '…' ? 1000 : 600);
}

export type Measure = (text: string) => number;

export const mono11: Measure = (text) => monoWidth(text, 11);
export const mono12: Measure = (text) => monoWidth(text, 12);
export const ui11: Measure = (text) => uiWidth(text, 11);
export const ui12b: Measure = (text) => uiWidth(text, 12, 'bold');
export const ui13b: Measure = (text) => uiWidth(text, 13, 'bold');

/** Cuts the start: Pod names of a ReplicaSet differ in their ends. */
export function keepEnd(text: string, width: number, measure: Measure): string {
  if (measure(text) <= width) return text;
  for (let from = 1; from < text.length; from++) {
    const cut = `…${text.slice(from)}`;
    if (measure(cut) <= width) return cut;
  }
  return '…';
}

/** Cuts the end: names that differ in their starts, and lists. */
export function keepStart(text: string, width: number, measure: Measure): string {
  if (measure(text) <= width) return text;
  for (let to = text.length - 1; to > 0; to--) {
    const cut = `${text.slice(0, to)}…`;
    if (measure(cut) <= width) return cut;
  }
  return '…';
}

/** A Pod's short name: `…-4kx2p` when an owner made it and its name ends in the five letters of one, else the whole. */
export function shortPodName(name: string, owned: boolean): string {
  const suffix = /-([a-z0-9]{5})$/.exec(name)?.[1];
  return owned && suffix !== undefined ? `…-${suffix}` : name;
}
