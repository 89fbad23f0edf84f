/** The client's own port, where it matters: nothing typed is a free one. A flow that conntrack knows is told by its ports. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { LineField } from '../kit/LineField.tsx';

export interface SportFieldProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
}

export function SportField({ text, onChange }: SportFieldProps): ReactElement {
  const { t } = useTranslation();
  const invalid = readSport(text) === null;
  return (
    <LineField
      label={t('send.sport')}
      value={text}
      onChange={onChange}
      mono
      inputMode="numeric"
      placeholder={t('send.sportAny')}
      invalid={invalid}
    >
      {invalid ? <small>{t('send.badPort')}</small> : null}
    </LineField>
  );
}

/** The probe's part that was typed; null where it is no port. */
export function readSport(text: string): { readonly sport?: number } | null {
  const typed = text.trim();
  if (typed === '') return {};
  const port = /^\d{1,5}$/.test(typed) ? Number(typed) : 0;
  return port >= 1 && port <= 65_535 ? { sport: port } : null;
}
