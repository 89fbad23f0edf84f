/** How much data the client sends: nothing typed is an ordinary small request. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_PROBE_BYTES } from '../../cluster/commands.ts';
import { LineField } from '../kit/LineField.tsx';

export interface SizeFieldProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
}

export function SizeField({ text, onChange }: SizeFieldProps): ReactElement {
  const { t } = useTranslation();
  const invalid = readSize(text) === null;
  return (
    <LineField
      label={t('send.size')}
      value={text}
      onChange={onChange}
      mono
      inputMode="numeric"
      placeholder={t('send.sizeSmall')}
      invalid={invalid}
    >
      {invalid ? <small>{t('send.badSize', { count: MAX_PROBE_BYTES })}</small> : null}
    </LineField>
  );
}

/** The probe's part that was typed; null where it is no size. */
export function readSize(text: string): { readonly bytes?: number } | null {
  const typed = text.trim();
  if (typed === '') return {};
  return /^\d{1,5}$/.test(typed) && Number(typed) <= MAX_PROBE_BYTES ? { bytes: Number(typed) } : null;
}
