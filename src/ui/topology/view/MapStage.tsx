/**
 * The map itself: walls as SVG, cells on a canvas over them, everything else as SVG above, the packet on top. The camera writes one
 * transform attribute; React renders when what is mounted changes.
 */
import { useCallback, useEffect, useMemo, useRef, useState, type MouseEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp, useAppStore } from '../../store/context.ts';
import { pathLines } from '../packet/path-lines.ts';
import type { Camera } from './camera.ts';
import { CellsCanvas } from './CellsCanvas.tsx';
import { visibleOf } from './cull.ts';
import { DragLine } from './DragLine.tsx';
import { cellAt, objectAt } from './hit.ts';
import { Lens } from './Lens.tsx';
import { metBy, offPath, selectedObjects } from './lights.ts';
import { openObject, selectObject } from './open.ts';
import { PacketLayer } from './PacketLayer.tsx';
import { podOfId } from '../scene/world.ts';
import type { PathPlace } from '../packet/places.ts';
import { PlaceBadges } from './PathPlaces.tsx';
import { PathBadges, PathOverlay } from './PathOverlay.tsx';
import { SceneObjects, type Lights } from './SceneObjects.tsx';
import { SwarmLayer } from './SwarmLayer.tsx';
import { useDragSend } from './useDragSend.ts';
import { useMountedWindow } from './useCamera.ts';
import type { MapScene } from './useMapScene.ts';
import { usePossiblePaths } from './usePossiblePaths.ts';
import styles from './Topology.module.css';

export interface MapStageProps {
  /** Numbered places of the path; none but in cluster zoom. */
  readonly places: readonly PathPlace[];
  readonly map: MapScene;
  readonly camera: Camera;
  readonly node: HTMLElement;
}

export function MapStage({ map, camera, node, places }: MapStageProps): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const { scene, walk, journey, world } = map;
  const mounted = useMountedWindow(camera);
  const visible = useMemo(() => visibleOf(scene, mounted.box, mounted.scale), [scene, mounted]);
  const index = useApp((state) => state.playback.index);
  const selection = useApp((state) => state.selection);
  const lines = useMemo(() => (walk === null ? null : pathLines(walk, index)), [walk, index]);
  const possible = usePossiblePaths(map);
  const drag = useDragSend({ scene, camera, node, cells: visible.cells });
  const selected = useMemo(() => selectedObjects(scene, world.snapshot, selection), [scene, world, selection]);
  const off = useMemo(() => offPath(scene, walk), [scene, walk]);
  const lights = useMemo(
    (): Lights => ({ selected, ...metBy(walk, index), drop: drag?.drop?.object ?? null, off }),
    [selected, walk, index, drag, off],
  );
  const walls = useTransform(camera);
  const rest = useTransform(camera);
  const target = useCallback(
    (event: MouseEvent) => {
      const box = node.getBoundingClientRect();
      const cell = cellAt(visible.cells, camera.toMap({ x: event.clientX - box.left, y: event.clientY - box.top }));
      return cell === null ? objectAt(scene, event.target) : { cell };
    },
    [node, camera, scene, visible],
  );
  const onClick = (event: MouseEvent): void => {
    if (event.defaultPrevented) return;
    const hit = target(event);
    if (hit !== null && 'cell' in hit) selectObject(store, podCell(hit.cell.pod));
    else selectObject(store, hit);
  };
  const onOpen = (event: MouseEvent): void => {
    const hit = target(event);
    if (hit !== null && !('cell' in hit)) openObject(store, hit);
    else if (hit !== null) openObject(store, podCell(hit.cell.pod));
  };
  const pods = [...world.snapshot.objects.values()].filter(({ object }) => object.kind === 'Pod').length;
  return (
    <div className={styles.layers} onClick={onClick} onDoubleClick={onOpen}>
      <svg className={`kh-map ${styles.map}`} role="img" aria-label={t('topology.map', { count: world.nodes.length, pods })}>
        <g ref={walls} aria-hidden="true">
          <SceneObjects layer="wall" objects={visible.objects} lights={lights} />
        </g>
      </svg>
      <CellsCanvas camera={camera} cells={visible.cells} />
      <svg className={`kh-map ${styles.over}`} aria-hidden="true">
        <g ref={rest}>
          <SceneObjects layer="tie" objects={visible.objects} lights={lights} />
          <SceneObjects layer="line" objects={visible.objects} lights={lights} />
          {lines === null ? null : <PathOverlay lines={lines} possible={possible} />}
          <SceneObjects layer="box" objects={visible.objects} lights={lights} />
          <PathBadges possible={possible} />
          <PlaceBadges places={places} />
        </g>
      </svg>
      <Lens camera={camera} scene={scene} />
      {journey === null ? null : <PacketLayer camera={camera} scene={scene} journey={journey} objects={visible.objects} />}
      <SwarmLayer camera={camera} scene={scene} world={world} />
      <DragLine drag={drag} />
    </div>
  );
}

/** A Pod drawn as a cell has no object of its own. */
function podCell(pod: string): Parameters<typeof openObject>[1] {
  const { place, ref } = podOfId(pod);
  const box = { x: 0, y: 0, w: 0, h: 0 };
  return {
    id: `pod/${pod}`,
    kind: 'pod',
    layer: 'box',
    box,
    parent: null,
    shapes: [],
    ref,
    label: '',
    faded: false,
    isNew: false,
    from: place,
    to: { kind: 'place', place },
    fold: null,
  };
}

/** Writes the camera's transform onto the group, without React. */
function useTransform(camera: Camera): (group: SVGGElement | null) => void {
  const [group, setGroup] = useState<SVGGElement | null>(null);
  const last = useRef('');
  useEffect(() => {
    if (group === null) return;
    const write = (): void => {
      last.current = camera.transform.toString();
      group.setAttribute('transform', last.current);
    };
    write();
    return camera.subscribe(write);
  }, [camera, group]);
  return setGroup;
}
