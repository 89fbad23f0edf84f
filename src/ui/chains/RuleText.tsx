/** A rule as iptables prints it, readable: matches, then the target; the match that failed is underlined. */
import { Fragment, type ReactElement } from 'react';
import { isFailedMatch, ruleWords } from './rule-text.ts';
import styles from './RuleRow.module.css';

export interface RuleTextProps {
  readonly text: string;
  /** The words of the match that failed; null when none did. */
  readonly failed: string | null;
  /** Where the target stands: below for rules that were taken, inline, or left out where it is long and never mattered. */
  readonly target: 'below' | 'inline' | 'brief';
}

/** A target longer than this is a generated chain name. */
const LONG = 16;

export function RuleText({ text, failed, target: place }: RuleTextProps): ReactElement {
  const { matches, target, targetOptions, goto } = ruleWords(text);
  const bare = matches.length === 0;
  const below = place === 'below';
  const isLeftOut = target === null || (place === 'brief' && !bare && target.length > LONG);
  return (
    <>
      {matches.map((match, i) => (
        <Fragment key={i}>
          {i === 0 ? '' : ' '}
          <span className={styles.match}>{failed !== null && isFailedMatch(match, failed) ? <u>{match}</u> : match}</span>
        </Fragment>
      ))}
      {isLeftOut ? null : (
        <span className={below && !bare ? styles.below : undefined}>
          {bare ? '' : below ? '' : ` ${goto ? '-g' : '-j'} `}
          <span className={styles.target}>{target}</span>
          {targetOptions === '' ? '' : ` ${targetOptions}`}
        </span>
      )}
    </>
  );
}
