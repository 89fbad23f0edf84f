/** The camera of a stage element: made when the element is there, unmade with it; and the part of the map to mount. */
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { createPanZoom, type Camera, type MountedWindow, type Size } from './camera.ts';

export function reducedMotion(): boolean {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** An element and the camera over it. */
export interface Stage {
  readonly node: HTMLElement;
  readonly camera: Camera;
}

/** A ref for the stage's element; the camera lives as long as the element. */
export function useStage(
  mayPan: (event: Event) => boolean,
): readonly [Stage | null, (node: HTMLElement | null) => (() => void) | undefined] {
  const [stage, setStage] = useState<Stage | null>(null);
  const ref = useCallback(
    (node: HTMLElement | null) => {
      if (node === null) return undefined;
      const camera = createPanZoom({ node, mayPan, reducedMotion });
      setStage({ node, camera });
      return () => {
        camera.destroy();
        setStage(null);
      };
    },
    [mayPan],
  );
  return [stage, ref];
}

const NO_WINDOW: MountedWindow = { box: { x: 0, y: 0, w: 0, h: 0 }, scale: 1 };

export function useMountedWindow(camera: Camera | null): MountedWindow {
  const subscribe = useCallback((listener: () => void) => camera?.subscribeWindow(listener) ?? (() => undefined), [camera]);
  return useSyncExternalStore(subscribe, () => camera?.window() ?? NO_WINDOW);
}

/** The size of a stage, followed; its camera knows it first. */
export function useStageSize(stage: Stage | null): Size {
  const [size, setSize] = useState<Size>({ w: 0, h: 0 });
  useEffect(() => {
    if (stage === null) return;
    const { node, camera } = stage;
    const measure = (): void => {
      const now = { w: node.clientWidth, h: node.clientHeight };
      camera.resize(now);
      setSize((old) => (old.w === now.w && old.h === now.h ? old : now));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    measure();
    return () => observer.disconnect();
  }, [stage]);
  return size;
}
