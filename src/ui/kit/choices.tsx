/** The list a choice opens, in titled groups. */
import type { ReactElement, ReactNode } from 'react';
import { Header, ListBox, ListBoxItem, ListBoxSection } from 'react-aria-components/ListBox';
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

export function Choices({ groups }: { readonly groups: readonly ChoiceGroup[] }): ReactElement {
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
