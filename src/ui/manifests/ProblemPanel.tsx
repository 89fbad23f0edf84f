/** What is wrong with the text, in the API server's words; a line number goes to its line. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ManifestError } from '../../api/manifest-error.ts';
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import { TextButton } from '../kit/Button.tsx';
import { Icon } from '../kit/Icon.tsx';
import { VerdictMark } from '../kit/VerdictMark.tsx';
import { showSource } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { ManifestFile } from '../store/state.ts';
import { grouped, type ProblemGroup } from './problems.ts';
import styles from './ProblemPanel.module.css';

export interface ProblemPanelProps {
  readonly file: ManifestFile;
  readonly problems: readonly ManifestError[];
  readonly tooLong: boolean;
}

const MOST = 100;

export function ProblemPanel({ file, problems, tooLong }: ProblemPanelProps): ReactElement | null {
  const { t } = useTranslation();
  const refused = useApp(({ refusal }) => refusal !== null && refusal.file === file.name && refusal.text === file.text);
  if (tooLong) {
    const size = (file.text.length / 1_000_000).toFixed(1);
    return (
      <section className={styles.panel} role="alert">
        <p className={styles.head}>
          <VerdictMark verdict="drop" />
          <span>{t('editor.tooLong', { size })}</span>
        </p>
      </section>
    );
  }
  if (problems.length === 0) return null;
  return (
    <section className={styles.panel} aria-label={t('editor.problems')} aria-live="polite">
      {grouped(problems.slice(0, MOST)).map((group, index) => (
        <Group key={index} file={file} group={group} refused={refused} />
      ))}
      {problems.length > MOST ? (
        <p className={styles.more}>{t('editor.moreProblems', { count: problems.length - MOST })}</p>
      ) : null}
    </section>
  );
}

/** Nobody reaches the API server: what is wrong is not the text. */
function isAlone({ nodes }: ClusterSnapshot): boolean {
  return nodes.length > 0 && nodes.every(({ on, apiProblem }) => !on || apiProblem !== null);
}

interface GroupProps {
  readonly file: ManifestFile;
  readonly group: ProblemGroup;
  readonly refused: boolean;
}

function Group({ file, group, refused }: GroupProps): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const alone = useApp(({ snapshot }) => isAlone(snapshot));
  const isError = group.problems[0]?.severity === 'error';
  return (
    <div className={styles.group}>
      <p className={styles.head}>
        {isError ? (
          <VerdictMark verdict="drop" />
        ) : (
          <span className={styles.warning}>
            <Icon name="warning" size={14} />
          </span>
        )}
        <span>
          <b className={isError ? styles.error : ''}>
            {group.heading ?? (isError ? t(alone ? 'editor.unreachable' : 'editor.unreadable') : t('editor.notSimulated'))}
          </b>
          {isError ? (refused ? t('editor.nothingApplied') : '') : t('editor.acceptedOnly')}
        </span>
      </p>
      <ol>
        {group.problems.map((problem, index) => (
          <li key={index}>
            <TextButton
              aria-label={t('editor.goToLine', { line: problem.line })}
              onPress={() => showSource(store, { ...problem, file: file.name })}
            >
              {problem.line}
            </TextButton>
            <span>{problem.message}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
