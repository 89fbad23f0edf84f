/** Asks for a file's new name, and says why one will not do. */
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../kit/Button.tsx';
import { LineField } from '../kit/LineField.tsx';
import { ModalDialog } from '../kit/ModalDialog.tsx';
import { nameFault } from '../store/files.ts';
import { useApp, useAppStore } from '../store/context.ts';
import { renameFile } from './file-actions.ts';
import styles from './RenameDialog.module.css';

interface RenameDialogProps {
  readonly name: string;
  readonly onClose: () => void;
}

export function RenameDialog({ name, onClose }: RenameDialogProps): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const files = useApp((state) => state.files);
  const [wanted, setWanted] = useState(name);
  const fault = nameFault(wanted, name, files);
  return (
    <ModalDialog label={t('editor.menu.rename')} isOpen onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (fault !== null) return;
          if (wanted !== name) renameFile(store, name, wanted);
          onClose();
        }}
      >
        <LineField autoFocus label={t('editor.newName')} value={wanted} onChange={setWanted} invalid={fault !== null}>
          {fault === null ? null : <small role="alert">{t(`editor.nameFault.${fault}`)}</small>}
        </LineField>
        <div className={styles.buttons}>
          <Button tone="primary" type="submit" isDisabled={fault !== null}>
            {t('editor.menu.rename')}
          </Button>
          <Button onPress={onClose}>{t('app.cancel')}</Button>
        </div>
      </form>
    </ModalDialog>
  );
}
