/** Tabs over a region: the strip is here, the panel is what the caller draws for the selected one. */
import type { ReactElement, ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from 'react-aria-components/Tabs';
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
  return (
    <AriaTabs
      className={styles.tabs ?? ''}
      selectedKey={value}
      onSelectionChange={(key) => {
        const chosen = options.find((option) => option.id === key);
        if (chosen !== undefined) onChange(chosen.id);
      }}
    >
      <div className={styles.strip}>
        <TabList aria-label={label} className={styles.list ?? ''}>
          {options.map((option) => (
            <Tab key={option.id} id={option.id} className={styles.tab ?? ''}>
              {option.label}
            </Tab>
          ))}
        </TabList>
        {aside === undefined ? null : <div className={styles.aside}>{aside}</div>}
      </div>
      <TabPanel key={value} id={value} className={styles.panel ?? ''}>
        {children}
      </TabPanel>
    </AriaTabs>
  );
}
