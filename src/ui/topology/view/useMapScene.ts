/** The scene of what the store shows. */
import { useMemo } from 'react';
import type { Ref } from '../../../cluster/snapshot.ts';
import { currentJourney } from '../../journey/current.ts';
import type { JourneyModel } from '../../journey/model.ts';
import { useApp } from '../../store/context.ts';
import type { AppState } from '../../store/state.ts';
import { walkOf, type Walk } from '../packet/stops.ts';
import { madeBy } from '../scene/ref-key.ts';
import type { World } from '../scene/world.ts';
import { buildScene } from '../scene/scene.ts';
import type { Scene } from '../scene/scene-types.ts';
import { useBroken } from './broken.ts';
import { useRememberedWorld, type RememberedWorld } from './layout-store.ts';
import { useSceneWords } from './words.ts';

export interface MapScene extends RememberedWorld {
  readonly scene: Scene;
  /** The journey laid over the map; null while exploring. */
  readonly journey: JourneyModel | null;
  readonly walk: Walk | null;
  /** The Service whose endpoints are pointed out. */
  readonly service: string | null;
  /** In a journey, the Pods it came to or could have come to. */
  readonly near: ReadonlySet<string> | undefined;
}

function shownJourney(state: AppState): JourneyModel | null {
  return state.mode === 'journey' ? currentJourney(state) : null;
}

/** The Service whose endpoints are shown: the one selected. */
export function serviceOf(selection: Ref | null): string | null {
  return selection?.kind === 'object' && selection.key.startsWith('Service ') ? selection.key : null;
}

/** The Service a journey's packet was sent to. */
function targetOf(journey: AppState['journey']): string | null {
  const to = journey?.result.spec.to;
  return to?.kind === 'svc' ? `Service ${to.namespace}/${to.name}` : null;
}

/** The Pods a journey comes to, and those it could have come to. */
function nearPods(world: World, { result, outcomes }: NonNullable<AppState['journey']>): ReadonlySet<string> {
  const near = new Set(result.trace.steps.map((step) => step.netns));
  const ips = new Set(outcomes?.shares.map(({ destination }) => destination?.slice(0, destination.lastIndexOf(':'))));
  for (const pod of world.nodes.flatMap((node) => node.pods)) if (pod.ip !== null && ips.has(pod.ip)) near.add(pod.id);
  return near;
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
  const service = useApp((state) => serviceOf(state.selection) ?? (state.mode === 'journey' ? targetOf(state.journey) : null));
  const sent = useApp((state) => (state.mode === 'journey' ? state.journey : null));
  const journey = useApp(shownJourney);
  const { world, memory } = remembered;
  const news = useMemo(() => madeBy(exploring ? diff : null), [diff, exploring]);
  const processes = useMemo(() => processesOf(journey), [journey]);
  const near = useMemo(() => (sent === null ? undefined : nearPods(world, sent)), [world, sent]);
  const broken = useBroken();
  const scene = useMemo(
    () =>
      buildScene(zoom, {
        world,
        memory,
        level,
        words,
        news,
        service,
        processes,
        broken,
        ...(near === undefined ? {} : { near }),
      }),
    [zoom, world, memory, level, words, news, service, processes, broken, near],
  );
  const walk = useMemo(
    () => (journey === null || journey.steps.length === 0 ? null : walkOf(scene, journey)),
    [scene, journey],
  );
  return { ...remembered, scene, journey: walk === null ? null : journey, walk, service, near };
}
