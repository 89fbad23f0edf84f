/**
 * The map: toolbar, stage, outline. What it draws is a scene (scene/), a pure value of the snapshot and the view; what moves
 * on it is the packet (packet/), driven by the journey's player.
 */
import { lazy, Suspense, useCallback, useMemo, useState, type KeyboardEvent, type ReactElement } from 'react';
import { afterFirstPicture } from '../app/first-picture.ts';
import type { Ref } from '../../cluster/snapshot.ts';
import { useScale } from '../kit/useScale.ts';
import { isPast, openHookDiagram } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { AppStore } from '../store/store.ts';
import { MapStage } from './view/MapStage.tsx';
import { MapToolbar } from './view/MapToolbar.tsx';
import { NodePills } from './view/NodePills.tsx';
import { PacketWords } from './view/PacketWords.tsx';
import { openObject, selectObject } from './view/open.ts';
import { selectedObjects } from './view/lights.ts';
import { startsPacket } from './view/useDragSend.ts';
import { useStage, useStageSize } from './view/useCamera.ts';
import { useFraming } from './view/useFraming.ts';
import { useMapScene, type MapScene } from './view/useMapScene.ts';
import { useWide } from '../app/useWide.ts';
import { isReadable } from './view/framing.ts';
import { Legend } from './view/Legend.tsx';
import { PlaceList } from './view/PathPlaces.tsx';
import { pathPlaces, type PathPlace } from './packet/places.ts';
import './map.css';
import styles from './view/Topology.module.css';

const MapTree = lazy(async () => ({ default: (await afterFirstPicture(() => import('./view/MapTree.tsx'))).MapTree }));

const NO_PLACES: readonly PathPlace[] = [];

/** Under this width one node fills the stage, unless all can be read. */
const NARROW = 560;

/** The toolbar of a phone, whatever its width. */
const PHONE_ROOM = 320;

/** The node that a narrow screen was told to show, until another packet is sent. */
interface ChosenNode {
  readonly node: string;
  readonly journey: MapScene['journey'];
}

export function Topology(): ReactElement {
  const map = useMapScene();
  const store = useAppStore();
  const [stage, stageRef] = useStage(mayPan);
  const [outlined, setOutlined] = useState(false);
  const [chosen, setChosen] = useState<ChosenNode | null>(null);
  const camera = stage?.camera ?? null;
  const size = useStageSize(stage);
  const selection = useApp((state) => state.selection);
  const whole = useApp((state) => state.mode === 'journey' && (state.journey?.spread ?? null) !== null && !isPast(state));
  const scale = useScale();
  const wide = useWide();
  const narrow = size.w > 0 && size.w < NARROW && map.scene.zoom !== 'cluster' && !isReadable(map.scene, size);
  const nodes = focusNodes(map, selection);
  const nearest = nodes[0] ?? [...map.scene.nodeBoxes.keys()][0] ?? null;
  const focus = !narrow ? null : chosen?.journey === map.journey ? chosen.node : nearest;
  const { fit } = useFraming(camera, map.scene, size, {
    whole,
    nodes,
    journey: map.journey,
    only: focus,
  });
  const onKeyDown = useCallback((event: KeyboardEvent) => onMapKey(event, store, map), [store, map]);
  const { scene, journey, walk } = map;
  const places = useMemo(
    () => (scene.zoom !== 'cluster' || journey === null || walk === null ? NO_PLACES : pathPlaces(scene, journey, walk)),
    [scene, journey, walk],
  );
  const room = size.w === 0 ? Infinity : wide ? size.w / scale : PHONE_ROOM;
  return (
    <div className={styles.topology}>
      <MapToolbar
        map={map}
        camera={camera}
        fit={fit}
        room={room}
        outlined={outlined}
        onOutline={() => setOutlined((shown) => !shown)}
      />
      <div className={styles.body}>
        <Suspense>
          <MapTree world={map.world} shown={outlined} />
        </Suspense>
        <div ref={stageRef} className={styles.stage} data-keys="stage" tabIndex={0} onKeyDown={onKeyDown}>
          {stage === null ? null : <MapStage map={map} camera={stage.camera} node={stage.node} places={places} />}
        </div>
        {scene.zoom === 'cluster' ? <Legend map={map} /> : null}
        {places.length === 0 ? null : <PlaceList places={places} />}
        {narrow ? (
          <NodePills scene={map.scene} focus={focus} onFocus={(node) => setChosen({ node, journey: map.journey })} />
        ) : null}
        {map.journey === null ? null : <PacketWords journey={map.journey} />}
      </div>
    </div>
  );
}

/** The nodes a journey comes to, or could have come to; else the selection's. */
function focusNodes({ journey, near, world }: MapScene, selection: Ref | null): readonly string[] {
  if (journey === null) return selection !== null && 'node' in selection ? [selection.node] : [];
  const possible = world.nodes.filter(({ pods }) => near !== undefined && pods.some((pod) => near.has(pod.id)));
  return [...new Set([...journey.steps.map((step) => step.at.node), ...possible.map(({ view }) => view.name)])];
}

function mayPan(event: Event): boolean {
  return event.type === 'wheel' || event.type.startsWith('touch') || !startsPacket(event.target);
}

/** Enter opens what is selected; Esc closes the hook diagram, then lets go of the selection. */
function onMapKey(event: KeyboardEvent, store: AppStore, { scene, world }: MapScene): void {
  const { selection, openHook } = store.getState();
  if (event.key === 'Enter' && selection !== null) {
    const [id] = selectedObjects(scene, world.snapshot, selection);
    const object = scene.objects.find((each) => each.id === id);
    if (object !== undefined) openObject(store, object);
  } else if (event.key === 'Escape') {
    if (openHook === null) selectObject(store, null);
    else openHookDiagram(store, null);
  } else return;
  event.preventDefault();
}
