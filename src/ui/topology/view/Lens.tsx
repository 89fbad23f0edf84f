/** The lens from the netfilter plate down to the hook diagram that is open beneath the map. */
import { useEffect, useRef, type ReactElement } from 'react';
import { currentStep } from '../../journey/current.ts';
import { useApp } from '../../store/context.ts';
import type { AppState } from '../../store/state.ts';
import type { Scene } from '../scene/scene-types.ts';
import type { Camera } from './camera.ts';
import styles from './Topology.module.css';

/** How far the lens opens on either side. */
const SPREAD = 70;

/** The node whose hooks are shown beneath: the one opened, else the one whose kernel has the packet. */
function openNode(state: AppState): string | null {
  if (state.mode !== 'journey') return null;
  if (state.openHook !== null) return state.openHook.netns === 'root' ? state.openHook.node : null;
  const at = currentStep(state)?.at;
  return at?.netns === 'root' && at.hook !== null ? at.node : null;
}

export function Lens({ camera, scene }: { readonly camera: Camera; readonly scene: Scene }): ReactElement | null {
  const open = useApp(openNode);
  const area = useRef<SVGPathElement>(null);
  const rims = useRef<SVGPathElement>(null);
  const plate = open === null ? undefined : scene.objects.find((object) => object.id === `netfilter/${open}`)?.box;
  useEffect(() => {
    if (plate === undefined) return;
    const draw = (): void => {
      const left = camera.toScreen({ x: plate.x, y: plate.y + plate.h });
      const right = camera.toScreen({ x: plate.x + plate.w, y: plate.y + plate.h });
      const floor = camera.view().h * camera.transform.k;
      area.current?.setAttribute(
        'd',
        `M${left.x} ${left.y}L${left.x - SPREAD} ${floor}H${right.x + SPREAD}L${right.x} ${right.y}Z`,
      );
      rims.current?.setAttribute(
        'd',
        `M${left.x} ${left.y}L${left.x - SPREAD} ${floor}M${right.x} ${right.y}L${right.x + SPREAD} ${floor}`,
      );
    };
    draw();
    return camera.subscribe(draw);
  }, [camera, plate]);
  if (plate === undefined || scene.zoom === 'cluster') return null;
  return (
    <svg className={`kh-map ${styles.overlay}`} aria-hidden="true">
      <path ref={area} className="lens" />
      <path ref={rims} className="lens-l" />
    </svg>
  );
}
