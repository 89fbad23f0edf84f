/** The scene of what the store shows. */
import { useMemo } from 'react';
import type { Ref } from '../../../cluster/snapshot.ts';
import { currentJourney } from '../../journey/current.ts';
import type { JourneyModel } from '../../journey/model.ts';
import { useApp } from '../../store/context.ts';
import type { AppState } from '../../store/state.ts';
import { walkOf, type Walk } from '../packet/stops.ts';
import { madeBy } from '../scene/ref-key.ts';
import { buildScene } from '../scene/scene.ts';
import type { Scene } from '../scene/scene-types.ts';
import { useRememberedWorld, type RememberedWorld } from './layout-store.ts';
import { useSceneWords } from './words.ts';

export interface MapScene extends RememberedWorld {
  readonly scene: Scene;
  /** The journey laid over the map; null while exploring. */
  readonly journey: JourneyModel | null;
  readonly walk: Walk | null;
}

function shownJourney(state: AppState): JourneyModel | null {
  return state.mode === 'journey' ? currentJourney(state) : null;
}

/** The Service whose endpoints are shown: the one selected. */
export function serviceOf(selection: Ref | null): string | null {
  return selection?.kind === 'object' && selection.key.startsWith('Service ') ? selection.key : null;
}

/** The programs at the ends of the journey that run on a node and not in a Pod. */
function processesOf(journey: JourneyModel | null): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { step, at } of journey?.steps ?? []) {
    if ((step.kind === 'socket.send' || step.kind === 'socket.deliver') && at.netns === 'root')
      found.set(at.node, step.process);
  }
  return found;
}

export function useMapScene(): MapScene {
  const remembered = useRememberedWorld();
  const words = useSceneWords();
  const zoom = useApp((state) => state.zoom);
  const level = useApp((state) => state.level);
  const diff = useApp((state) => state.lastDiff);
  const exploring = useApp((state) => state.mode === 'explore');
  const service = useApp((state) => serviceOf(state.selection));
  const journey = useApp(shownJourney);
  const { world, memory } = remembered;
  const news = useMemo(() => madeBy(exploring ? diff : null), [diff, exploring]);
  const processes = useMemo(() => processesOf(journey), [journey]);
  const scene = useMemo(
    () => buildScene(zoom, { world, memory, level, words, news, service, processes }),
    [zoom, world, memory, level, words, news, service, processes],
  );
  const walk = useMemo(
    () => (journey === null || journey.steps.length === 0 ? null : walkOf(scene, journey)),
    [scene, journey],
  );
  return { ...remembered, scene, journey: walk === null ? null : journey, walk };
}
