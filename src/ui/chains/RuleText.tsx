/** A rule as iptables prints it, readable: matches, then the target; the match that failed is underlined. */
import { Fragment, type ReactElement } from 'react';
import { isFailedMatch, ruleWords } from './rule-text.ts';
import styles from './RuleRow.module.css';

export interface RuleTextProps {
  readonly text: string;
  /** The words of the match that failed; null when none did. */
  readonly failed: string | null;
  /** Breaks before the target, as for rules that were taken. */
  readonly targetBelow: boolean;
}

export function RuleText({ text, failed, targetBelow }: RuleTextProps): ReactElement {
  const { matches, target, targetOptions, goto } = ruleWords(text);
  const bare = matches.length === 0;
  return (
    <>
      {matches.map((match, i) => (
        <Fragment key={i}>
          {i === 0 ? '' : ' '}
          {failed !== null && isFailedMatch(match, failed) ? <u>{match}</u> : match}
        </Fragment>
      ))}
      {target === null ? null : (
        <span className={targetBelow && !bare ? styles.below : undefined}>
          {bare ? '' : targetBelow ? '' : ` ${goto ? '-g' : '-j'} `}
          <span className={styles.target}>{target}</span>
          {targetOptions === '' ? '' : ` ${targetOptions}`}
        </span>
      )}
    </>
  );
}
