/** Says a sentence of the catalogue, with tool text in mono and values in bold. */
import { Fragment, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { pieces, plain, type Piece, type Sentence, type Translate } from './sentence.ts';

/** The catalogue's `t` in the shape sentences use. */
export function useTranslate(): Translate {
  const { t } = useTranslation();
  return (key, params) => t(key, params);
}

export function Say({ sentence }: { readonly sentence: Sentence }): ReactElement {
  const t = useTranslate();
  return (
    <>
      {pieces(t, sentence).map((piece, i) => (
        <Fragment key={i}>{look(piece)}</Fragment>
      ))}
    </>
  );
}

export function useSaid(): (sentence: Sentence) => string {
  const t = useTranslate();
  return (said) => plain(t, said);
}

function look({ text, style }: Piece): ReactElement | string {
  switch (style) {
    case 'm':
      return <code>{text}</code>;
    case 'b':
      return <b>{text}</b>;
    case 'i':
      return <i>{text}</i>;
    case 'plain':
      return text;
  }
}
