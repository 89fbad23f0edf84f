/**
 * A sentence of the catalogue before it is said: its key and what goes into it. Made by pure functions, so that what the
 * interface explains can be tested without drawing it.
 *
 * `<m>` in a template marks text as a tool prints it, `<b>` a value to look at, `<i>` a quiet word. What goes into a template
 * is never read as markup.
 */
import type { Label } from '../i18n/label.ts';

export interface Sentence {
  readonly key: Label;
  readonly params: Readonly<Record<string, string | number>>;
  /** What the sentence is about, said before it: `http2: port 80 is not 6800`. */
  readonly about: string | null;
}

export function sentence(
  key: Label,
  params: Readonly<Record<string, string | number>> = {},
  about: string | null = null,
): Sentence {
  return { key, params, about };
}

/** i18next's `t`, as far as a sentence needs it. */
export type Translate = (key: Label, params: Readonly<Record<string, string | number>>) => string;

export interface Piece {
  readonly text: string;
  readonly style: 'plain' | 'm' | 'b' | 'i';
}

/** Texts are held apart by signs of the private use area, which no tool prints. */
const TAG = /<(\/?)([mbi])>/g;

/** The sentence in a language, cut where its look changes. */
export function pieces(t: Translate, said: Sentence): readonly Piece[] {
  const held: string[] = [];
  const params: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(said.params)) {
    // Numbers choose plural forms; texts are kept aside, so that a `<` in them stays a `<`.
    params[name] = typeof value === 'number' ? value : `\uE000${held.push(value) - 1}\uE001`;
  }
  const restore = (text: string): string => text.replace(/\uE000(\d+)\uE001/g, (_, i: string) => held[Number(i)] ?? '');
  const found: Piece[] = [];
  let style: Piece['style'] = 'plain';
  let from = 0;
  const text = t(said.key, params);
  const push = (to: number): void => {
    if (to > from) found.push({ text: restore(text.slice(from, to)), style });
  };
  for (const tag of text.matchAll(TAG)) {
    push(tag.index);
    style = tag[1] === '/' ? 'plain' : readStyle(tag[2]);
    from = tag.index + tag[0].length;
  }
  push(text.length);
  if (said.about === null) return found;
  const [before = '', after = ''] = t('journey.about', { subject: '\uE002', rest: '\uE003' }).split('\uE003');
  return [
    { text: before.replace('\uE002', said.about), style: 'plain' },
    ...found,
    ...(after === '' ? [] : [{ text: after, style: 'plain' as const }]),
  ];
}

function readStyle(letter: string | undefined): Piece['style'] {
  return letter === 'm' || letter === 'b' || letter === 'i' ? letter : 'plain';
}

/** The sentence as plain text, for labels and screen readers. */
export function plain(t: Translate, said: Sentence): string {
  return pieces(t, said)
    .map((piece) => piece.text)
    .join('');
}
