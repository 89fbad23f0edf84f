/**
 * Keeps the picture in the window: frames it when the zoom changes, when the window does, and when it grows, until the user
 * takes the camera in hand; and brings the packet back into view when it walks out of it.
 */
import { useCallback, useEffect, useRef } from 'react';
import type { JourneyModel } from '../../journey/model.ts';
import { playerOf } from '../../journey/playback.ts';
import { useApp, useAppStore } from '../../store/context.ts';
import { walkOf } from '../packet/stops.ts';
import { bottom, centre, contains, right } from '../scene/box.geom.ts';
import type { Box, Scene } from '../scene/scene-types.ts';
import type { Camera } from './camera.ts';
import { frameOf, topAroundNode, type Focus } from './framing.ts';

/** Larger than life only a little: the map is not a poster. */
const LARGEST = { light: 1.35, dark: 1.35, projector: 1.9 } as const;

/** A map this low needs all of its height for the text. */
const SHORT = 340;

type FocusOfJourney = Omit<Focus, 'at'> & { readonly journey: JourneyModel | null };

export interface Framing {
  readonly fit: () => void;
}

export function useFraming(
  camera: Camera | null,
  scene: Scene,
  size: { readonly w: number; readonly h: number },
  focus: FocusOfJourney,
): Framing {
  const theme = useApp((state) => state.theme);
  const store = useAppStore();
  const latest = useRef({ scene, size, focus, theme });
  useEffect(() => {
    latest.current = { scene, size, focus, theme };
  });
  const framed = useRef<Scene['zoom'] | null>(null);
  const frame = useCallback(
    (animate: boolean) => {
      const now = latest.current;
      const { journey } = now.focus;
      const at = journey === null ? null : (walkOf(now.scene, journey).stops[playerOf(store).motion.to]?.box ?? null);
      camera?.frame(frameOf(now.scene, now.size, { ...now.focus, at }), {
        maxScale: LARGEST[now.theme],
        animate,
        top: coveredTop(now),
      });
    },
    [camera, store],
  );
  useEffect(() => {
    if (size.w > 0 && camera !== null && !camera.byHand) frame(false);
  }, [camera, frame, size, theme]);
  const { bounds, zoom } = scene;
  const { only, whole } = focus;
  useEffect(() => {
    if (camera === null) return;
    const changed = framed.current !== null && framed.current !== zoom;
    framed.current = zoom;
    if (changed || !camera.byHand) frame(true);
  }, [camera, frame, zoom, bounds.x, bounds.y, bounds.w, bounds.h, only, whole]);
  useFollow(camera, scene, focus);
  return { fit: useCallback(() => frame(true), [frame]) };
}

/** In a journey the toolbar floats over the map: what is as wide as the map keeps clear of it. */
function coveredTop({
  scene,
  size,
  focus,
}: {
  readonly scene: Scene;
  readonly size: { readonly w: number; readonly h: number };
  readonly focus: FocusOfJourney;
}): number {
  if (focus.journey === null) return 0;
  return scene.zoom === 'kernel' && (size.w >= 900 || size.h < SHORT) ? 0 : 48;
}

/** Where the packet comes to rest outside the view, the camera goes there. */
function useFollow(camera: Camera | null, scene: Scene, { journey }: Pick<FocusOfJourney, 'journey'>): void {
  const store = useAppStore();
  useEffect(() => {
    if (camera === null || journey === null) return;
    return playerOf(store).subscribe(({ to, progress }) => {
      const stop = progress < 1 ? undefined : walkOf(scene, journey).stops[to];
      const view = camera.view();
      if (stop === undefined || contains(view, stop.box)) return;
      camera.frame(panned(view, scene, stop.box), { maxScale: camera.transform.k, animate: true });
    });
  }, [store, camera, scene, journey]);
}

/** The view moved onto the packet, no further over the map's edge than it was. */
function panned(view: Box, scene: Scene, to: Box): Box {
  const { bounds } = scene;
  const { x, y } = centre(to);
  const clamp = (value: number, a: number, b: number): number => Math.min(Math.max(value, Math.min(a, b)), Math.max(a, b));
  const sideways = to.x < view.x || right(to) > right(view);
  const upright = to.y < view.y || bottom(to) > bottom(view);
  return {
    ...view,
    x: sideways ? clamp(x - view.w / 2, bounds.x, right(bounds) - view.w) : view.x,
    y: upright ? (topAroundNode(scene, view.h, { x, y }) ?? clamp(y - view.h / 2, bounds.y, bottom(bounds) - view.h)) : view.y,
  };
}
