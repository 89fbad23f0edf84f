/** One rule on the shelf: its mark, its words, and why it did not match or what it came to. */
import type { ReactElement, ReactNode } from 'react';
import { VerdictMark, type Verdict } from '../kit/VerdictMark.tsx';
import { RuleText } from './RuleText.tsx';
import styles from './RuleRow.module.css';

/** How a row stands to the packet. */
export type RowTone = 'failed' | 'hit' | 'now' | 'ahead' | 'notReached' | 'dropped';

export interface RuleRowProps {
  readonly text: string;
  readonly verdict: Verdict;
  readonly tone: RowTone;
  /** Marks the rule the walk stands at, whatever came of it. */
  readonly current: boolean;
  readonly failed: string | null;
  readonly why: ReactNode;
  readonly onPress: (() => void) | null;
  /** Found again by the lines between chains. */
  readonly mark?: string;
}

export function RuleRow({ text, verdict, tone, current, failed, why, onPress, mark }: RuleRowProps): ReactElement {
  const matched = tone === 'hit' || tone === 'now' || tone === 'dropped';
  const inside = (
    <>
      <VerdictMark verdict={verdict} />
      <span>
        <RuleText text={text} failed={failed} target={matched && failed === null ? 'below' : 'brief'} />
        {why === null ? null : <span className={styles.why}>{why}</span>}
      </span>
    </>
  );
  const className = `${styles.rule} ${styles[tone]} ${current ? styles.current : ''}`;
  if (onPress === null) {
    return (
      <div className={className} data-rule={mark}>
        {inside}
      </div>
    );
  }
  return (
    <button type="button" className={className} aria-current={current ? 'step' : undefined} data-rule={mark} onClick={onPress}>
      {inside}
    </button>
  );
}
