/** How the flow ended when nobody answered: the outcome, where the packet died, and the kernel's reason in plain words. */
import type { ReactElement } from 'react';
import { Say, useSaid, useTranslate } from '../chains/Say.tsx';
import { sentence } from '../chains/sentence.ts';
import { TextButton } from '../kit/Button.tsx';
import { VerdictMark } from '../kit/VerdictMark.tsx';
import { useAppStore } from '../store/context.ts';
import { goTo } from './commands.ts';
import { deathOf } from './death.ts';
import type { JourneyModel } from './model.ts';
import { outcomeVerdict } from './verdict.ts';
import styles from './Banner.module.css';

export function Banner({ journey }: { readonly journey: JourneyModel }): ReactElement | null {
  const t = useTranslate();
  const said = useSaid();
  const store = useAppStore();
  const { outcome, dropped } = journey.trace;
  if (outcome === 'reply') return null;
  const death = deathOf(journey);
  const outcomeText = t(`journey.outcome.${outcome}`, { backend: '' });
  return (
    <div className={styles.banner} role="status">
      <VerdictMark verdict={outcomeVerdict(outcome)} size={16} />
      <div>
        <b>
          {death === null
            ? outcomeText
            : t(outcome === 'loop' ? 'journey.banner.lastSeen' : 'journey.banner.died', {
                outcome: outcomeText,
                place: death.place,
              })}
        </b>
        {death === null ? null : (
          <p>
            <code>{death.reason}</code> {said(sentence(`journey.reason.${death.reason}`))}
          </p>
        )}
        {outcome === 'loop' && death === null ? (
          <p>
            <Say sentence={sentence('journey.banner.loop')} />
          </p>
        ) : null}
        {dropped > 0 ? <p>{t('journey.banner.cut', { count: dropped })}</p> : null}
        {journey.attempts > 1 ? <p>{t('journey.banner.attempts', { count: journey.attempts })}</p> : null}
        {death === null ? null : (
          <TextButton onPress={() => goTo(store, death.index)}>
            {t('journey.banner.show', { number: death.index + 1 })}
          </TextButton>
        )}
      </div>
    </div>
  );
}
