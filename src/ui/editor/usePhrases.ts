/** CodeMirror's own words, from the catalogue. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

export function usePhrases(): Readonly<Record<string, string>> {
  const { t } = useTranslation();
  return useMemo(
    () => ({
      Find: t('editor.search.find'),
      Replace: t('editor.search.replace'),
      next: t('editor.search.next'),
      previous: t('editor.search.previous'),
      all: t('editor.search.all'),
      'match case': t('editor.search.matchCase'),
      regexp: t('editor.search.regexp'),
      'by word': t('editor.search.byWord'),
      replace: t('editor.search.replaceOne'),
      'replace all': t('editor.search.replaceAll'),
      close: t('app.close'),
      Completions: t('editor.search.completions'),
      Diagnostics: t('editor.problems'),
    }),
    [t],
  );
}
