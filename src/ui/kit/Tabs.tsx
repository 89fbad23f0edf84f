/**
 * Tabs over a region: the strip is here, the panel is what the caller draws for the selected one. One tab is in the tab order;
 * arrows, Home and End select (the ARIA practices' tabs with automatic activation).
 */
import { useId, useRef, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';
import styles from './Tabs.module.css';

export interface TabOption<T extends string> {
  readonly id: T;
  readonly label: ReactNode;
}

export interface TabsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly TabOption<T>[];
  readonly onChange: (value: T) => void;
  /** Stands at the end of the strip. */
  readonly aside?: ReactNode;
  /** The selected tab's panel. */
  readonly children: ReactNode;
}

export function Tabs<T extends string>({ label, value, options, onChange, aside, children }: TabsProps<T>): ReactElement {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = optionAt(event.key, options, value);
    if (next === undefined) return;
    event.preventDefault();
    onChange(next.id);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };
  return (
    <div className={styles.tabs}>
      <div className={styles.strip}>
        <div ref={list} role="tablist" aria-label={label} className={styles.list} onKeyDown={onKeyDown}>
          {options.map((option) => (
            <button
              key={option.id}
              type="button"
              role="tab"
              id={`${id}${option.id}`}
              data-tab={option.id}
              aria-selected={option.id === value}
              aria-controls={option.id === value ? `${id}panel` : undefined}
              tabIndex={option.id === value ? 0 : -1}
              className={styles.tab}
              onClick={() => onChange(option.id)}
            >
              {option.label}
            </button>
          ))}
        </div>
        {aside === undefined ? null : <div className={styles.aside}>{aside}</div>}
      </div>
      <div
        key={value}
        role="tabpanel"
        id={`${id}panel`}
        aria-labelledby={`${id}${value}`}
        tabIndex={0}
        className={styles.panel}
      >
        {children}
      </div>
    </div>
  );
}

/** The tab a key goes to: around the ends. */
function optionAt<T extends string>(key: string, options: readonly TabOption<T>[], value: T): TabOption<T> | undefined {
  const at = options.findIndex((option) => option.id === value);
  switch (key) {
    case 'ArrowRight':
      return options[(at + 1) % options.length];
    case 'ArrowLeft':
      return options.at(at - 1);
    case 'Home':
      return options[0];
    case 'End':
      return options.at(-1);
    default:
      return undefined;
  }
}
