/** The ways the packet could have taken instead, while they are still open: before its destination was chosen. */
import { useMemo } from 'react';
import { useApp } from '../../store/context.ts';
import { possiblePaths, type PossiblePath } from '../packet/path-lines.ts';
import type { MapScene } from './useMapScene.ts';

const NONE: readonly PossiblePath[] = [];

export function usePossiblePaths({ scene, walk, journey, world }: MapScene): readonly PossiblePath[] {
  const shares = useApp((state) => state.journey?.outcomes?.shares ?? null);
  const taken = useApp((state) => state.journey?.result.backend ?? null);
  const chosenAt = useMemo(() => journey?.steps.find((step) => step.nat?.manip === 'destination')?.index ?? -1, [journey]);
  const open = useApp((state) => state.playback.index < chosenAt && state.playback.filter === 'request');
  return useMemo(() => {
    const from = walk?.stops[0]?.anchor ?? null;
    if (!open || shares === null || shares.length < 2 || from === null) return NONE;
    const places = new Map(
      world.nodes.flatMap((node) => node.pods.map((pod) => [pod.name, `netns/${node.view.name}/${pod.id}`] as const)),
    );
    const pods = shares.flatMap(({ backend }, i) => {
      const anchor = backend === null ? undefined : places.get(backend.slice(backend.lastIndexOf('/') + 1));
      return anchor === undefined || backend === taken ? [] : [{ number: i + 1, anchor }];
    });
    return possiblePaths(scene, from, pods);
  }, [scene, walk, world, shares, taken, open]);
}
