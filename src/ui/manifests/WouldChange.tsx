/** "Apply would change …", in kubectl's words, before it is done. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApplyPreview } from '../../cluster/cluster-api.ts';
import { useApp } from '../store/context.ts';
import type { ManifestFile } from '../store/state.ts';
import { isTooLong } from './file-actions.ts';
import styles from './Manifests.module.css';

const SHOWN = 2;

export function WouldChange({ file }: { readonly file: ManifestFile }): ReactElement {
  const { t } = useTranslation();
  const preview = useApp((state) => state.preview);
  const current = preview !== null && preview.file === file.name && preview.text === file.text ? preview.result : null;
  return (
    <p className={styles.would} aria-live="polite" title={current === null ? undefined : inFull(current)}>
      {said()}
    </p>
  );

  function said(): string {
    if (isTooLong(file)) return t('editor.notRead');
    if (file.text.trim() === '') return t('editor.empty');
    if (current === null) return '';
    if (current.errors.length > 0) return t('editor.wouldFail', { count: current.errors.length });
    const moving = current.changes.filter((change) => change.verb !== 'unchanged');
    if (moving.length === 0) return t('editor.wouldNothing');
    const list = moving.slice(0, SHOWN).map(inShort).join('; ');
    return moving.length > SHOWN ? t('editor.wouldMore', { list, count: moving.length - SHOWN }) : t('editor.would', { list });
  }
}

type Change = ApplyPreview['changes'][number];

function inShort({ object, verb, fields }: Change): string {
  return verb === 'created' ? `+ ${object}` : `${object} ${fields.slice(0, SHOWN).join(', ')}`;
}

function inFull({ changes }: ApplyPreview): string {
  return changes
    .map(({ object, verb, fields }) => `${object} ${verb}${fields.length === 0 ? '' : `: ${fields.join(', ')}`}`)
    .join('\n');
}
