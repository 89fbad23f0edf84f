/** A labelled line of text. */
import type { ReactElement, ReactNode } from 'react';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { TextField } from 'react-aria-components/TextField';
import styles from './Field.module.css';

export interface LineFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly invalid?: boolean;
  readonly mono?: boolean;
  readonly placeholder?: string;
  readonly autoFocus?: boolean;
  readonly inputMode?: 'text' | 'numeric';
  /** Beneath the field: what the value means, or what is wrong with it. */
  readonly children?: ReactNode;
}

export function LineField(props: LineFieldProps): ReactElement {
  const {
    label,
    value,
    onChange,
    invalid = false,
    mono = false,
    placeholder,
    autoFocus = false,
    inputMode = 'text',
    children,
  } = props;
  return (
    <TextField className={styles.field ?? ''} value={value} onChange={onChange} isInvalid={invalid} autoFocus={autoFocus}>
      <Label className={styles.label ?? ''}>{label}</Label>
      <Input
        className={`${styles.box} ${styles.text} ${mono ? styles.mono : ''} ${invalid ? styles.invalid : ''}`}
        inputMode={inputMode}
        spellCheck="false"
        autoComplete="off"
        {...(placeholder === undefined ? {} : { placeholder })}
      />
      {children}
    </TextField>
  );
}
