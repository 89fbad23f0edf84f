/** "Send 1,000" on the map: packets under way to every end that was measured, and a count beside each Pod they came to. */
import { useEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Spread } from '../../../cluster/cluster-api.ts';
import { journeyOf } from '../../journey/current.ts';
import { useScale } from '../../kit/useScale.ts';
import { isPast } from '../../store/actions.ts';
import { useApp } from '../../store/context.ts';
import { countsOf, type EndedWay, type SwarmCount } from '../packet/swarm-counts.ts';
import { planSwarm, type Swarm } from '../packet/swarm.geom.ts';
import { walkOf } from '../packet/stops.ts';
import { wayOf, type WaysInput } from '../packet/ways.ts';
import type { Scene } from '../scene/scene-types.ts';
import type { World } from '../scene/world.ts';
import type { Camera } from './camera.ts';
import { takenShare } from './taken.ts';
import { flySwarm } from './swarm-flight.ts';
import { reducedMotion } from './useCamera.ts';
import styles from './Topology.module.css';

/** When each was first seen flying: another zoom or arrangement takes it up where it is. */
const started = new WeakMap<Spread, number>();

function startOf(spread: Spread): number {
  if (reducedMotion()) return -Infinity;
  const known = started.get(spread);
  if (known !== undefined) return known;
  const now = performance.now();
  started.set(spread, now);
  return now;
}

export interface SwarmLayerProps {
  readonly camera: Camera;
  readonly scene: Scene;
  readonly world: World;
}

export function SwarmLayer({ camera, scene, world }: SwarmLayerProps): ReactElement | null {
  const { t, i18n } = useTranslation();
  const shown = useApp((state) => (state.mode === 'journey' && !isPast(state) ? state.journey : null));
  const theme = useApp((state) => state.theme);
  const size = useScale();
  const spread = shown?.spread ?? null;
  const result = shown?.result ?? null;
  const planned = useMemo(() => {
    if (spread === null || result === null) return null;
    const journey = journeyOf(result.trace, 'request');
    if (journey.steps.length === 0) return null;
    return plan({ scene, world, journey, walk: walkOf(scene, journey), taken: takenShare(result) }, spread);
  }, [scene, world, spread, result]);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [landed, setLanded] = useState<Spread | null>(null);
  const lang = i18n.language;
  useEffect(() => {
    if (planned === null || spread === null || canvas.current === null) return;
    const format = new Intl.NumberFormat(lang);
    const flight = flySwarm({
      ...planned,
      canvas: canvas.current,
      camera,
      startedAt: startOf(spread),
      size,
      number: (value) => format.format(value),
      onLanded: () => setLanded(spread),
    });
    return flight.destroy;
  }, [planned, spread, camera, theme, size, lang]);
  if (planned === null) return null;
  return (
    <>
      <canvas ref={canvas} className={styles.cells} aria-hidden="true" data-swarm={spread?.count} />
      <p className={styles.said} role="status">
        {landed === spread && spread !== null ? t('topology.landed', { count: spread.count }) : ''}
      </p>
    </>
  );
}

interface Planned {
  readonly swarm: Swarm;
  readonly counts: readonly SwarmCount[];
  readonly bad: readonly boolean[];
}

/** Ends that the map cannot show have no flight; the chart beside it has them all. */
function plan(input: WaysInput, spread: Spread): Planned {
  const ways: (EndedWay & { readonly count: number })[] = spread.rows.flatMap(({ share, measured }) => {
    const way = wayOf(input, share);
    return way === null ? [] : [{ ...way, count: measured, bad: share.outcome !== 'reply' }];
  });
  return { swarm: planSwarm(ways), counts: countsOf(input.scene, ways), bad: ways.map((way) => way.bad) };
}
