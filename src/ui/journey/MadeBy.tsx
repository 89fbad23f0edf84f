/** Who made the state a step read, with the manifest line behind it where the user wrote one. */
import { useMemo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { MadeByStep } from '../../cluster/snapshot.ts';
import { TextButton } from '../kit/Button.tsx';
import { select, showSource } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { JourneyStep } from './model.ts';
import { refOf } from './place.ts';

export function MadeBy({ step }: { readonly step: JourneyStep }): ReactElement | null {
  const { t } = useTranslation();
  const cluster = useApp((state) => state.cluster);
  const snapshot = useApp((state) => state.snapshot);
  // What made a thing can change with the cluster, so it is asked again with every snapshot.
  const chain = useMemo(() => {
    const ref = refOf(step);
    return ref === null || snapshot.version < 0 ? [] : cluster.madeBy(ref);
  }, [cluster, snapshot, step]);
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
