/** A labelled choice from a list. */
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components/Button';
import { Label } from 'react-aria-components/Label';
import { Popover } from 'react-aria-components/Popover';
import { Select, SelectValue } from 'react-aria-components/Select';
import { Choices, type ChoiceGroup } from './choices.tsx';
import { Icon } from './Icon.tsx';
import styles from './Field.module.css';

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
