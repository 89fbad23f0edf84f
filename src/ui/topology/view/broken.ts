/** The faults to be marked on the map, said in the language of the interface. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Ref } from '../../../cluster/snapshot.ts';
import { faultSaid } from '../../faults/fault-words.ts';
import { useApp } from '../../store/context.ts';
import type { BrokenThing } from '../scene/scene-builder.ts';

export function useBroken(): readonly BrokenThing[] {
  const { t } = useTranslation();
  const faults = useApp((state) => state.snapshot.faults);
  return useMemo(
    () =>
      faults.flatMap(({ active, at, fault }) => {
        if (!active || fault === null) return [];
        const { key, values } = faultSaid(fault);
        const label = t('faults.mark', { text: t(key, values) });
        return at.map((ref) => ({ at: [ref, ...around(ref)], label }));
      }),
    [faults, t],
  );
}

/** What the thing is in or on, from near to far. */
function around(ref: Ref): readonly Ref[] {
  if (!('node' in ref) || ref.kind === 'node') return [];
  const node: Ref = { kind: 'node', node: ref.node };
  if (!('netns' in ref)) return [node];
  const { netns } = ref;
  return [
    { kind: 'netns', node: ref.node, netns },
    ...(netns === 'root' ? [] : [{ kind: 'object', key: `Pod ${netns}` } as const]),
    node,
  ];
}
