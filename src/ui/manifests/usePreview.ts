/** Keeps "what Apply would do" in step with the text: asked shortly after typing stops, and again when the cluster changes. */
import { useEffect } from 'react';
import { useApp, useAppStore } from '../store/context.ts';
import { activeFile, previewFile } from './file-actions.ts';

const TYPING_PAUSE_MS = 250;

export function usePreview(): void {
  const store = useAppStore();
  const text = useApp((state) => activeFile(state)?.text ?? '');
  const name = useApp((state) => state.activeFile);
  const log = useApp((state) => state.log);
  useEffect(() => {
    const timer = window.setTimeout(() => previewFile(store), TYPING_PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [store, text, name, log]);
}
