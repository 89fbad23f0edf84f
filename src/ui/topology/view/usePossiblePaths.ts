/** The ways the packet could have taken instead, while they are still open: before its destination was chosen. */
import { useMemo } from 'react';
import { useApp } from '../../store/context.ts';
import { possiblePaths, type PossiblePath } from '../packet/path-lines.ts';
import { chosenAt } from '../packet/ways.ts';
import { takenShare } from './taken.ts';
import type { MapScene } from './useMapScene.ts';

const NONE: readonly PossiblePath[] = [];

/** More lines than this are a tangle that says nothing; the list of outcomes has them all. */
const MANY = 12;

export function usePossiblePaths({ scene, walk, journey, world }: MapScene): readonly PossiblePath[] {
  const shares = useApp((state) => state.journey?.outcomes?.shares ?? null);
  const result = useApp((state) => state.journey?.result ?? null);
  const chosen = useMemo(() => (journey === null ? -1 : chosenAt(journey)), [journey]);
  const open = useApp((state) => state.playback.index < chosen && state.playback.filter === 'request');
  return useMemo(() => {
    if (!open || shares === null || result === null || journey === null || walk === null) return NONE;
    if (shares.length < 2 || shares.length > MANY) return NONE;
    return possiblePaths({ scene, world, journey, walk, taken: takenShare(result) }, shares);
  }, [scene, walk, journey, world, shares, result, open]);
}
