/** Who made the state a step read, with the manifest line behind it where the user wrote one. */
import { useMemo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { madeByChain } from '../../cluster/made-by.ts';
import type { MadeByStep } from '../../cluster/snapshot.ts';
import { TextButton } from '../kit/Button.tsx';
import { select, showSource } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { JourneyStep } from './model.ts';
import { refOf, refToday } from './place.ts';

export function MadeBy({ step }: { readonly step: JourneyStep }): ReactElement | null {
  const { t } = useTranslation();
  const snapshot = useApp((state) => state.snapshot);
  // The cluster knows the makers of what it has now: a rule that moved is looked for, one that is gone has only its recorded maker.
  const chain = useMemo(() => {
    const ref = refOf(step);
    const today = ref === null ? null : refToday(ref, snapshot, ruleTextOf(step));
    return today === null ? [] : madeByChain(snapshot, today);
  }, [snapshot, step]);
  const maker = chain.at(-1)?.actor ?? actorOf(step);
  if (maker === null) return null;
  const source = chain.find((each) => each.source !== null);
  return (
    <>
      <dt>{t('journey.detail.madeBy')}</dt>
      <dd>
        {maker}
        <Source made={source} />
      </dd>
    </>
  );
}

function ruleTextOf({ step, expanded }: JourneyStep): string | null {
  if (expanded !== null) return expanded.rule.text;
  return step.kind === 'nf.rule' || step.kind === 'nat' ? (step.rule?.text ?? null) : null;
}

/** The maker recorded with the state itself. */
function actorOf({ step }: JourneyStep): string | null {
  if ('madeBy' in step) return step.madeBy.actor;
  return step.kind === 'route.lookup' ? (step.route?.madeBy.actor ?? null) : null;
}

function Source({ made }: { readonly made: MadeByStep | undefined }): ReactElement | null {
  const { t } = useTranslation();
  const store = useAppStore();
  const source = made?.source ?? null;
  if (source === null) return null;
  const open = (): void => {
    if (made?.ref !== undefined && made.ref !== null) select(store, made.ref);
    showSource(store, source);
  };
  return (
    <>
      {', '}
      <TextButton onPress={open}>{t('journey.detail.line', { file: source.file, line: source.line })}</TextButton>
    </>
  );
}
