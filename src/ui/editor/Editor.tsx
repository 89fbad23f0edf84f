/** The YAML editor of one file: a thin bridge between the store and CodeMirror. Loaded on demand. */
import { useEffect, useMemo, useRef, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ManifestError } from '../../api/manifest-error.ts';
import { setFileText } from '../manifests/file-actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { ManifestFile } from '../store/state.ts';
import { createEditor, type EditorHandle, type EditorShown } from './create-editor.ts';
import { kubernetes } from './kubernetes.ts';
import { usePhrases } from './usePhrases.ts';
import styles from './Editor.module.css';

export interface EditorProps {
  readonly file: ManifestFile;
  readonly problems: readonly ManifestError[];
}

export function Editor({ file, problems }: EditorProps): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorHandle>(null);
  const ranges = useApp((state) => state.highlight);
  const target = useApp((state) => state.editorTarget);
  const phrases = usePhrases();
  const label = t('editor.label', { file: file.name });
  const { name, text } = file;
  const made = useMemo(() => ranges.filter((range) => range.file === name), [ranges, name]);
  const shown = useMemo<EditorShown>(() => ({ text, problems, made, label, phrases }), [text, problems, made, label, phrases]);
  const latest = useRef(shown);

  useEffect(() => {
    if (host.current === null) return;
    editor.current = createEditor({
      host: host.current,
      shown: latest.current,
      onChange: (next) => setFileText(store, name, next),
      language: kubernetes(),
    });
    return () => {
      editor.current?.destroy();
      editor.current = null;
    };
  }, [name, store]);

  useEffect(() => {
    latest.current = shown;
    editor.current?.update(shown);
  }, [shown]);

  useEffect(() => {
    if (target !== null && target.range.file === name) editor.current?.goTo(target.range);
  }, [target, name]);

  return <div ref={host} className={styles.editor} data-testid="editor" />;
}
