/** The manifests: files, the editor, what is wrong with the text, and Apply with what it would change. */
import { lazy, Suspense, useMemo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { afterFirstPicture } from '../app/first-picture.ts';
import { Button } from '../kit/Button.tsx';
import { keyText } from '../commands/keys.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { ManifestFile } from '../store/state.ts';
import { activeFile, addFile, applyFile, canApply, isTooLong } from './file-actions.ts';
import { FileList } from './FileList.tsx';
import { FileMenu } from './FileMenu.tsx';
import { problemsOf } from './problems.ts';
import { ProblemPanel } from './ProblemPanel.tsx';
import { WouldChange } from './WouldChange.tsx';
import styles from './Manifests.module.css';

const Editor = lazy(async () => {
  const { Editor: component } = await afterFirstPicture(() => import('../editor/Editor.tsx'));
  return { default: component };
});

export function Manifests(): ReactElement {
  const { t } = useTranslation();
  const file = useApp(activeFile);
  return (
    <div className={styles.manifests}>
      <div className={styles.bar}>
        <h2>{t('app.regions.manifests')}</h2>
        <FileMenu />
      </div>
      <FileList />
      {file === null ? <NoFile /> : <OpenFile key={file.name} file={file} />}
    </div>
  );
}

function OpenFile({ file }: { readonly file: ManifestFile }): ReactElement {
  const preview = useApp((state) => state.preview);
  const refusal = useApp((state) => state.refusal);
  const problems = useMemo(() => problemsOf(file, preview, refusal), [file, preview, refusal]);
  return (
    <>
      <div className={styles.editor}>
        <Suspense fallback={<pre className={styles.plain}>{file.text.slice(0, 20_000)}</pre>}>
          <Editor file={file} problems={problems} />
        </Suspense>
      </div>
      <ProblemPanel file={file} problems={problems} tooLong={isTooLong(file)} />
      <ApplyBar file={file} />
    </>
  );
}

function ApplyBar({ file }: { readonly file: ManifestFile }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const enabled = useApp(canApply);
  const nothing = useApp(
    ({ preview }) =>
      preview !== null &&
      preview.text === file.text &&
      preview.file === file.name &&
      preview.result.errors.length === 0 &&
      preview.result.changes.every((change) => change.verb === 'unchanged'),
  );
  return (
    <div className={styles.apply}>
      <WouldChange file={file} />
      <Button tone={nothing ? 'plain' : 'primary'} isDisabled={!enabled || nothing} onPress={() => applyFile(store)}>
        {t('editor.apply')} <kbd>{keyText('mod+Enter')}</kbd>
      </Button>
    </div>
  );
}

function NoFile(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  return (
    <div className={styles.none}>
      <p>{t('editor.noFile')}</p>
      <Button onPress={() => addFile(store, '')}>{t('app.emptyPaste')}</Button>
    </div>
  );
}
