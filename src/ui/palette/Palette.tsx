/** The command palette: one line of text finds objects, devices, chains, rules, manifests, scenarios and commands. */
import { useMemo, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Autocomplete } from 'react-aria-components/Autocomplete';
import { Input } from 'react-aria-components/Input';
import { Header, ListBox, ListBoxItem, ListBoxSection } from 'react-aria-components/ListBox';
import { SearchField } from 'react-aria-components/SearchField';
import type { Ref } from '../../cluster/snapshot.ts';
import { useCommands } from '../commands/context.ts';
import { keyText } from '../commands/keys.ts';
import type { AppCommand } from '../commands/command.ts';
import { breakThing } from '../faults/fault-actions.ts';
import { Icon } from '../kit/Icon.tsx';
import { ModalDialog } from '../kit/ModalDialog.tsx';
import { VerdictMark } from '../kit/VerdictMark.tsx';
import { openFile } from '../manifests/file-actions.ts';
import { openDialog, openScenario, select, showChain } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { AppStore } from '../store/store.ts';
import { clusterEntries, entry, faultEntries, search, type Entry, type EntryAction } from './entries.ts';
import styles from './Palette.module.css';

export function Palette(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const isOpen = useApp((state) => state.dialog === 'palette');
  return (
    <ModalDialog label={t('app.palette.label')} isOpen={isOpen} onClose={() => openDialog(store, null)} width="wide">
      <PaletteBody />
    </ModalDialog>
  );
}

function useEntries(): readonly Entry[] {
  const { t } = useTranslation();
  const store = useAppStore();
  const commands = useCommands();
  const snapshot = useApp((state) => state.snapshot);
  const files = useApp((state) => state.files);
  const scenarios = useApp((state) => state.scenarios);
  const lang = useApp((state) => state.lang);
  return useMemo(() => {
    const state = store.getState();
    const plain = (text: string) => ({ kind: 'plain', text }) as const;
    return [
      ...commands
        .filter((command) => command.id !== 'palette' && command.enabled(state))
        .map((command) =>
          entry({
            id: command.id,
            group: 'commands',
            text: t(command.label),
            about: plain(command.key === null ? '' : keyText(command.key)),
            action: { kind: 'command', id: command.id },
          }),
        ),
      ...scenarios.map((each) =>
        entry({
          id: each.id,
          group: 'scenarios',
          text: each.title[lang],
          icon: 'layers',
          about: plain(''),
          action: { kind: 'scenario', id: each.id },
        }),
      ),
      ...files.map((file) =>
        entry({
          id: file.name,
          group: 'files',
          text: file.name,
          icon: 'file',
          about: plain(''),
          action: { kind: 'file', name: file.name },
        }),
      ),
      ...clusterEntries(snapshot),
      ...faultEntries(snapshot, ({ key, values }) => t(key, values)),
    ];
  }, [commands, files, lang, scenarios, snapshot, store, t]);
}

function run(store: AppStore, commands: readonly AppCommand[], action: EntryAction): void {
  openDialog(store, null);
  switch (action.kind) {
    case 'select':
      select(store, action.ref);
      break;
    case 'chain':
      select(store, chainRef(action));
      showChain(store, action);
      break;
    case 'file':
      openFile(store, action.name);
      break;
    case 'scenario':
      void openScenario(store, action.id);
      break;
    case 'break':
      breakThing(store, action.fault);
      break;
    case 'command':
      commands.find((command) => command.id === action.id)?.run(store);
  }
}

function chainRef({ node, table, chain, rule }: Extract<EntryAction, { kind: 'chain' }>): Ref {
  const at = { node, netns: 'root', table, chain };
  return rule === null ? { kind: 'chain', ...at } : { kind: 'rule', ...at, number: rule };
}

function PaletteBody(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const commands = useCommands();
  const entries = useEntries();
  const [query, setQuery] = useState('');
  const found = useMemo(() => search(entries, query), [entries, query]);
  const groups = useMemo(() => grouped(found), [found]);
  const onAction = (id: string): void => {
    const chosen = found.find((each) => idOf(each) === id);
    if (chosen !== undefined) run(store, commands, chosen.action);
  };
  return (
    <Autocomplete inputValue={query} onInputChange={setQuery}>
      <SearchField className={styles.field ?? ''} aria-label={t('app.palette.label')} autoFocus>
        <Icon name="search" />
        <Input className={styles.input ?? ''} placeholder={t('app.palette.placeholder')} />
        <kbd>esc</kbd>
      </SearchField>
      <ListBox
        aria-label={t('app.palette.label')}
        className={styles.list ?? ''}
        onAction={(id) => onAction(String(id))}
        renderEmptyState={() => <p className={styles.none}>{t('app.palette.none')}</p>}
      >
        {groups.map(({ title, entries: rows }) => (
          <ListBoxSection key={title.key} id={title.key}>
            <Header className={styles.title ?? ''}>
              {title.group === 'rules' ? t('app.palette.rules', { node: title.node }) : t(`app.palette.${title.group}`)}
            </Header>
            {rows.map((row) => (
              <Row key={idOf(row)} row={row} query={query} />
            ))}
          </ListBoxSection>
        ))}
      </ListBox>
    </Autocomplete>
  );
}

function Row({ row, query }: { readonly row: Entry; readonly query: string }): ReactElement {
  const { t } = useTranslation();
  const { about } = row;
  const said =
    about.kind === 'chain'
      ? t('app.palette.chain', { table: about.table })
      : about.kind === 'rule'
        ? t('app.palette.rule', { number: about.number, target: about.target })
        : about.text;
  return (
    <ListBoxItem id={idOf(row)} textValue={`${row.text} ${said} ${row.haystack}`} className={styles.row ?? ''}>
      {row.verdict === null ? <Icon name={row.icon ?? 'chevronRight'} size={14} /> : <VerdictMark verdict={row.verdict} />}
      <span className={row.mono ? styles.mono : ''}>
        <Marked text={row.text} query={query} />
      </span>
      <span className={row.group === 'commands' ? styles.key : styles.about}>
        <Marked text={said} query={query} />
      </span>
    </ListBoxItem>
  );
}

/** The text with the first word of the query set bold. */
function Marked({ text, query }: { readonly text: string; readonly query: string }): ReactElement {
  const word = query.trim().split(/\s+/)[0]?.toLowerCase() ?? '';
  const at = word === '' ? -1 : text.toLowerCase().indexOf(word);
  if (at < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <b>{text.slice(at, at + word.length)}</b>
      {text.slice(at + word.length)}
    </>
  );
}

function idOf(row: Entry): string {
  return `${row.group} ${row.id}`;
}

interface Group {
  readonly title: { readonly key: string; readonly group: Entry['group']; readonly node: string };
  readonly entries: Entry[];
}

function grouped(entries: readonly Entry[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const each of entries) {
    const node = each.group === 'rules' ? each.node : '';
    const key = `${each.group} ${node}`;
    const group = groups.get(key) ?? { title: { key, group: each.group, node }, entries: [] };
    group.entries.push(each);
    groups.set(key, group);
  }
  return [...groups.values()];
}
