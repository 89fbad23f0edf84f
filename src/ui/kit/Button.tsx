/** Buttons: one primary action a region, the rest outlined or quiet; square ones carry an icon and need a label. */
import type { ReactElement, ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button';
import { Icon, type IconName } from './Icon.tsx';
import { Tip } from './Tip.tsx';
import styles from './Button.module.css';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style' | 'children'> {
  readonly tone?: 'plain' | 'primary' | 'quiet' | 'danger';
  readonly icon?: IconName;
  readonly children: ReactNode;
}

export function Button({ tone = 'plain', icon, children, ...props }: ButtonProps): ReactElement {
  return (
    <AriaButton {...props} className={`${styles.button} ${styles[tone]}`}>
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
    </AriaButton>
  );
}

export interface IconButtonProps extends Omit<AriaButtonProps, 'className' | 'style' | 'children' | 'aria-label'> {
  readonly icon: IconName;
  /** Said by screen readers and shown in the tooltip. */
  readonly label: string;
  /** The key that does the same, shown in the tooltip. */
  readonly shortcut?: string;
  readonly tone?: 'plain' | 'primary' | 'quiet';
}

export function IconButton({ icon, label, shortcut, tone = 'quiet', ...props }: IconButtonProps): ReactElement {
  return (
    <Tip text={label} shortcut={shortcut}>
      <AriaButton {...props} aria-label={label} className={`${styles.button} ${styles[tone]} ${styles.square}`}>
        <Icon name={icon} />
      </AriaButton>
    </Tip>
  );
}

/** A link in running text that selects or opens something here. */
export function TextButton({
  children,
  ...props
}: Omit<AriaButtonProps, 'className' | 'style' | 'children'> & { readonly children: ReactNode }): ReactElement {
  return (
    <AriaButton {...props} className={styles.link}>
      {children}
    </AriaButton>
  );
}
