/** The files, each with how it stands to the cluster; renaming happens in place. */
import { useState, type KeyboardEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../kit/Icon.tsx';
import { VerdictMark } from '../kit/VerdictMark.tsx';
import { fileStatus, nameFault } from '../store/files.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { ManifestFile } from '../store/state.ts';
import { openFile, renameFile } from './file-actions.ts';
import styles from './FileList.module.css';

export function FileList(): ReactElement {
  const { t } = useTranslation();
  const files = useApp((state) => state.files);
  const active = useApp((state) => state.activeFile);
  return (
    <ul className={styles.files} aria-label={t('editor.files')}>
      {files.map((file) => (
        <li key={file.name}>{file.name === active ? <ActiveFile file={file} /> : <OtherFile file={file} />}</li>
      ))}
    </ul>
  );
}

function OtherFile({ file }: { readonly file: ManifestFile }): ReactElement {
  const store = useAppStore();
  return (
    <button type="button" className={styles.file} onClick={() => openFile(store, file.name)}>
      <Icon name="file" size={14} />
      <span className={styles.name}>{file.name}</span>
      <Status file={file} />
    </button>
  );
}

/** The open file: a double click or F2 makes its name a field. */
function ActiveFile({ file }: { readonly file: ManifestFile }): ReactElement {
  const { t } = useTranslation();
  const [renaming, setRenaming] = useState(false);
  if (renaming) return <RenameField file={file} onDone={() => setRenaming(false)} />;
  return (
    <button
      type="button"
      className={`${styles.file} ${styles.active}`}
      aria-current="true"
      title={t('editor.renameHint')}
      onDoubleClick={() => setRenaming(true)}
      onKeyDown={(event) => {
        if (event.key === 'F2') setRenaming(true);
      }}
    >
      <Icon name="file" size={14} />
      <span className={styles.name}>{file.name}</span>
      <Status file={file} />
    </button>
  );
}

function Status({ file }: { readonly file: ManifestFile }): ReactElement {
  const { t } = useTranslation();
  const log = useApp((state) => state.log);
  const status = fileStatus(file, log);
  return (
    <span className={styles.status}>
      {status === 'applied' ? <VerdictMark verdict="accept" size={12} /> : null}
      {t(`editor.status.${status}`)}
    </span>
  );
}

function RenameField({ file, onDone }: { readonly file: ManifestFile; readonly onDone: () => void }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const files = useApp((state) => state.files);
  const [name, setName] = useState(file.name);
  const fault = nameFault(name, file.name, files);
  const commit = (): void => {
    if (fault === null && name !== file.name) renameFile(store, file.name, name);
    onDone();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && fault === null) commit();
    if (event.key === 'Escape') onDone();
  };
  return (
    <span className={styles.rename}>
      <input
        autoFocus
        aria-label={t('editor.newName')}
        aria-invalid={fault !== null}
        spellCheck={false}
        value={name}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={commit}
      />
      {fault === null ? null : <span role="alert">{t(`editor.nameFault.${fault}`)}</span>}
    </span>
  );
}
