/** A labelled line of text that offers a list. */
import type { ReactElement, ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { ComboBox } from 'react-aria-components/ComboBox';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Popover } from 'react-aria-components/Popover';
import type { ChoiceFieldProps } from './ChoiceField.tsx';
import { Choices } from './choices.tsx';
import { Icon } from './Icon.tsx';
import styles from './Field.module.css';

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
