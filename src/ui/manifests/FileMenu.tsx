/** New file, and the menu of what can be done with files. */
import { lazy, Suspense, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../kit/Button.tsx';
import { MenuButton } from '../kit/MenuButton.tsx';
import { keyText } from '../commands/keys.ts';
import { redo, undo } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { Label } from '../i18n/label.ts';
import { addFile, canApply, deleteFromCluster, downloadFile, importFiles, removeFile } from './file-actions.ts';

const RenameDialog = lazy(async () => ({ default: (await import('./RenameDialog.tsx')).RenameDialog }));

const ITEMS = ['rename', 'import', 'download', 'delete', 'remove'] as const;
type Item = (typeof ITEMS)[number];

const LABELS: Readonly<Record<Item, Label>> = {
  rename: 'editor.menu.rename',
  import: 'editor.menu.import',
  download: 'editor.menu.download',
  delete: 'editor.menu.delete',
  remove: 'editor.menu.remove',
};

export function FileMenu(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const chooser = useRef<HTMLInputElement>(null);
  const [renaming, setRenaming] = useState(false);
  const active = useApp((state) => state.activeFile);
  const applicable = useApp(canApply);
  const isDisabled = (item: Item): boolean => (item !== 'import' && active === '') || (item === 'delete' && !applicable);
  const run = (item: Item): void => {
    if (item === 'rename') setRenaming(true);
    if (item === 'import') chooser.current?.click();
    if (item === 'download') downloadFile(store);
    if (item === 'delete') deleteFromCluster(store);
    if (item === 'remove') removeFile(store, active);
  };
  return (
    <>
      <UndoButtons />
      <IconButton icon="add" label={t('editor.add')} onPress={() => addFile(store, '')} />
      <MenuButton
        label={t('editor.more')}
        placement="bottom end"
        choices={ITEMS.map((item) => ({ id: item, text: t(LABELS[item]), disabled: isDisabled(item) }))}
        onChoose={(id) => {
          const item = ITEMS.find((each) => each === id);
          if (item !== undefined) run(item);
        }}
      >
        {(trigger) => <IconButton icon="more" label={t('editor.more')} {...trigger} />}
      </MenuButton>
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        accept=".yaml,.yml,.json,text/*"
        onChange={(event) => {
          void importFiles(store, event.target.files ?? []);
          event.target.value = '';
        }}
      />
      <Suspense>{renaming ? <RenameDialog name={active} onClose={() => setRenaming(false)} /> : null}</Suspense>
    </>
  );
}

function UndoButtons(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const canUndo = useApp((state) => state.log.length >= 0 && state.cluster.engine?.canUndo() === true);
  const canRedo = useApp((state) => state.log.length >= 0 && state.cluster.engine?.canRedo() === true);
  return (
    <>
      <IconButton
        icon="undo"
        label={t('commands.undo')}
        shortcut={keyText('mod+z')}
        isDisabled={!canUndo}
        onPress={() => undo(store)}
      />
      <IconButton
        icon="redo"
        label={t('commands.redo')}
        shortcut={keyText('mod+shift+z')}
        isDisabled={!canRedo}
        onPress={() => redo(store)}
      />
    </>
  );
}
