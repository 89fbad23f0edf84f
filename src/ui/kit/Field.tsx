/** Form fields: a labelled choice from a list, a labelled line of text that may also offer a list. */
import type { ReactElement, ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { ComboBox } from 'react-aria-components/ComboBox';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Header, ListBox, ListBoxItem, ListBoxSection } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Select, SelectValue } from 'react-aria-components/Select';
import { TextField } from 'react-aria-components/TextField';
import { Icon } from './Icon.tsx';
import styles from './Field.module.css';

export interface Choice {
  readonly id: string;
  /** What is searched and read out. */
  readonly text: string;
  /** What is shown; the text when absent. */
  readonly face?: ReactNode;
}

export interface ChoiceGroup {
  readonly title: string;
  readonly choices: readonly Choice[];
}

function Choices({ groups }: { readonly groups: readonly ChoiceGroup[] }): ReactElement {
  return (
    <ListBox className={styles.list ?? ''}>
      {groups.map((group) => (
        <ListBoxSection key={group.title} id={group.title}>
          {group.title === '' ? null : <Header className={styles.header ?? ''}>{group.title}</Header>}
          {group.choices.map((choice) => (
            <ListBoxItem key={choice.id} id={choice.id} textValue={choice.text} className={styles.item ?? ''}>
              {choice.face ?? choice.text}
            </ListBoxItem>
          ))}
        </ListBoxSection>
      ))}
    </ListBox>
  );
}

export interface ChoiceFieldProps {
  readonly label: string;
  readonly value: string | null;
  readonly groups: readonly ChoiceGroup[];
  readonly onChange: (id: string) => void;
  /** Hides the label where the place says it already; screen readers still get it. */
  readonly compact?: boolean;
}

/** A choice from a list. */
export function ChoiceField({ label, value, groups, onChange, compact = false }: ChoiceFieldProps): ReactElement {
  return (
    <Select
      className={styles.field ?? ''}
      value={value}
      onChange={(key) => onChange(String(key))}
      {...(compact ? { 'aria-label': label } : {})}
    >
      {compact ? null : <Label className={styles.label ?? ''}>{label}</Label>}
      <Button className={`${styles.box} ${compact ? styles.compact : ''}`}>
        <SelectValue className={styles.value ?? ''} />
        <Icon name="chevronDown" size={14} />
      </Button>
      <Popover className={styles.popover ?? ''} offset={4}>
        <Choices groups={groups} />
      </Popover>
    </Select>
  );
}

export interface SearchChoiceFieldProps extends Omit<ChoiceFieldProps, 'compact'> {
  /** What was typed when it is none of the choices. */
  readonly onType?: (text: string) => void;
  readonly text: string;
  readonly invalid?: boolean;
  /** Stands before the text: the kind's chip. */
  readonly lead?: ReactNode;
}

/** A line of text that offers matching choices, and takes other text where `onType` is given. */
export function SearchChoiceField(props: SearchChoiceFieldProps): ReactElement {
  const { label, value, groups, onChange, onType, text, invalid = false, lead } = props;
  return (
    <ComboBox
      className={styles.field ?? ''}
      value={value}
      inputValue={text}
      onInputChange={(next) => onType?.(next)}
      onChange={(key) => {
        if (key !== null) onChange(String(key));
      }}
      allowsCustomValue={onType !== undefined}
      isInvalid={invalid}
      menuTrigger="focus"
    >
      <Label className={styles.label ?? ''}>{label}</Label>
      <div className={`${styles.box} ${invalid ? styles.invalid : ''}`}>
        {lead}
        <Input className={styles.input ?? ''} />
        <Button className={styles.opener ?? ''}>
          <Icon name="chevronDown" size={14} />
        </Button>
      </div>
      <Popover className={styles.popover ?? ''} offset={4}>
        <Choices groups={groups} />
      </Popover>
    </ComboBox>
  );
}

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
