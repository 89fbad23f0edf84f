/** The menu that breaks the selected thing: one entry for each way there is. */
import { useMemo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Ref } from '../../cluster/snapshot.ts';
import { Button } from '../kit/Button.tsx';
import { MenuButton } from '../kit/MenuButton.tsx';
import { useApp, useAppStore } from '../store/context.ts';
import { breakThing } from './fault-actions.ts';
import { offerSaid } from './fault-words.ts';
import { offersFor } from './offers.ts';

export function BreakMenu({ selection, thing }: { readonly selection: Ref; readonly thing: string }): ReactElement | null {
  const { t } = useTranslation();
  const store = useAppStore();
  const snapshot = useApp((state) => state.snapshot);
  const offers = useMemo(() => offersFor(snapshot, selection), [snapshot, selection]);
  if (offers.length === 0) return null;
  const choices = offers.map((fault, index) => {
    const { key, values } = offerSaid(fault);
    return { id: String(index), text: t(key, values) };
  });
  return (
    <MenuButton
      label={t('faults.breakHere', { thing })}
      placement="bottom start"
      choices={choices}
      onChoose={(id) => {
        const fault = offers[Number(id)];
        if (fault !== undefined) breakThing(store, fault);
      }}
    >
      {(trigger) => (
        <Button tone="danger" icon="warning" aria-label={t('faults.breakHere', { thing })} {...trigger}>
          {t('faults.break')}
        </Button>
      )}
    </MenuButton>
  );
}
