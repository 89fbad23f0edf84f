/** The selected thing: facts, one plain sentence, who made it, how to see it on a real node, what can be done with it. */
import { useMemo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Ref } from '../../cluster/snapshot.ts';
import { Say } from '../chains/Say.tsx';
import { sentence } from '../chains/sentence.ts';
import { TextButton } from '../kit/Button.tsx';
import { FaultsHere } from '../faults/FaultsHere.tsx';
import { ToolLine } from '../faults/ToolLine.tsx';
import { Icon } from '../kit/Icon.tsx';
import { RealCommand } from '../kit/RealCommand.tsx';
import { select } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import { Actions } from './Actions.tsx';
import { describe } from './describe.ts';
import type { Description, FactList, Part } from './description.ts';
import { MadeBy } from './MadeBy.tsx';
import { NodeSysctls } from './NodeSysctls.tsx';
import styles from './Inspector.module.css';

export function Selected({ selection }: { readonly selection: Ref }): ReactElement {
  const { t } = useTranslation();
  const snapshot = useApp((state) => state.snapshot);
  const description = useMemo(() => describe(snapshot, selection), [snapshot, selection]);
  if (description === null) return <p className={styles.gone}>{t('inspector.gone')}</p>;
  return (
    <div className={styles.inspector}>
      <Described description={description} />
      <FaultsHere selection={selection} />
      {selection.kind === 'node' ? <NodeSysctls node={selection.node} /> : null}
      <Line selection={selection} />
      <MadeBy selection={selection} />
      {description.command === null ? null : (
        <section>
          <h3>{t('inspector.realNode')}</h3>
          <RealCommand text={description.command} />
        </section>
      )}
      <Actions description={description} selection={selection} />
    </div>
  );
}

/** A shell on what is selected, where it is a machine or a namespace. */
function Line({ selection }: { readonly selection: Ref }): ReactElement | null {
  if (selection.kind === 'node') return <ToolLine key={selection.node} node={selection.node} netns="root" />;
  if (selection.kind !== 'netns') return null;
  return <ToolLine key={`${selection.node} ${selection.netns}`} node={selection.node} netns={selection.netns} />;
}

function Described({ description }: { readonly description: Description }): ReactElement {
  const { t } = useTranslation();
  const { icon, kind, kindText, place, title, facts, lists, note } = description;
  return (
    <>
      <header className={styles.head}>
        <Icon name={icon} size={14} />
        <span>{t(kind, { kind: kindText })}</span>
        <span className={styles.place}>
          <Parts parts={place} />
        </span>
      </header>
      <h2 className={styles.title}>{title}</h2>
      <dl className={styles.facts}>
        {facts.map((each, index) => (
          <div key={`${each.name} ${index}`}>
            <dt>{each.name}</dt>
            <dd>
              <Parts parts={each.parts} />
            </dd>
          </div>
        ))}
      </dl>
      {note === null ? null : (
        <p className={styles.note}>
          <Say sentence={sentence(note.key, note.values)} />
        </p>
      )}
      {lists.map((list) => (
        <List key={list.title} list={list} />
      ))}
    </>
  );
}

const MOST_ROWS = 60;

function List({ list }: { readonly list: FactList }): ReactElement {
  const { t } = useTranslation();
  return (
    <section>
      <h3>{t(list.title)}</h3>
      <ul className={styles.rows}>
        {list.rows.slice(0, MOST_ROWS).map((parts, index) => (
          <li key={index}>
            <Parts parts={parts} />
          </li>
        ))}
        {list.rows.length > MOST_ROWS ? <li>{t('inspector.moreRows', { count: list.rows.length - MOST_ROWS })}</li> : null}
      </ul>
    </section>
  );
}

function Parts({ parts }: { readonly parts: readonly Part[] }): ReactElement {
  const store = useAppStore();
  return (
    <>
      {parts.map((part, index) =>
        typeof part === 'string' ? (
          part
        ) : (
          <TextButton key={index} onPress={() => select(store, part.ref)}>
            {part.text}
          </TextButton>
        ),
      )}
    </>
  );
}
