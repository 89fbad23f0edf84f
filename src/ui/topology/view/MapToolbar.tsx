/** Over the map: zooms, levels, camera and send. In a journey it floats and keeps to what steps need. */
import { lazy, Suspense, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../../kit/Button.tsx';
import { Segmented } from '../../kit/Segmented.tsx';
import { openSend, setLevel, setZoom } from '../../store/actions.ts';
import { useApp, useAppStore } from '../../store/context.ts';
import type { Level, Zoom } from '../../store/state.ts';
import { closeGaps, hasGaps } from '../scene/layout-memory.ts';
import type { Camera } from './camera.ts';
import { layoutStoreOf } from './layout-store.ts';
import { startSend } from './open.ts';
import type { MapScene } from './useMapScene.ts';
import styles from './Topology.module.css';

const ShowEndpoints = lazy(async () => ({ default: (await import('./ShowEndpoints.tsx')).ShowEndpoints }));

const ZOOMS: readonly Zoom[] = ['cluster', 'node', 'kernel'];
const LEVELS: readonly Level[] = ['kubernetes', 'ip', 'ethernet', 'netfilter'];
const STEP = 1.4;

export interface MapToolbarProps {
  readonly map: MapScene;
  readonly camera: Camera | null;
  readonly fit: () => void;
  readonly outlined: boolean;
  readonly onOutline: () => void;
}

export function MapToolbar(props: MapToolbarProps): ReactElement {
  const journey = useApp((state) => state.mode === 'journey');
  return journey ? <JourneyToolbar {...props} /> : <ExploreToolbar {...props} />;
}

function ExploreToolbar(props: MapToolbarProps): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const zoom = useApp((state) => state.zoom);
  return (
    <div className={styles.bar}>
      <Zooms />
      <div className={styles.wideOnly}>
        <Suspense>{zoom === 'cluster' ? <ShowEndpoints world={props.map.world} /> : <Levels />}</Suspense>
      </div>
      <span className={styles.space} />
      <Gaps map={props.map} />
      <CameraButtons {...props} />
      <Button tone="primary" icon="send" onPress={() => startSend(store, null, null)}>
        {t('topology.send')}
      </Button>
    </div>
  );
}

function JourneyToolbar(props: MapToolbarProps): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  return (
    <div className={styles.floating}>
      <Zooms />
      <Button icon="send" onPress={() => openSend(store)}>
        {t('topology.sendAnother')}
      </Button>
      <span className={styles.space} />
      <CameraButtons {...props} />
    </div>
  );
}

function Zooms(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const zoom = useApp((state) => state.zoom);
  const options = ZOOMS.map((id) => ({ id, label: t(`topology.zoom.${id}`) }));
  return (
    <Segmented label={t('topology.zoom.label')} value={zoom} options={options} onChange={(next) => setZoom(store, next)} />
  );
}

function Levels(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const level = useApp((state) => state.level);
  const options = LEVELS.map((id) => ({ id, label: t(`topology.level.${id}`) }));
  return (
    <Segmented label={t('topology.level.label')} value={level} options={options} onChange={(next) => setLevel(store, next)} />
  );
}

function Gaps({ map: { memory, world } }: Pick<MapToolbarProps, 'map'>): ReactElement | null {
  const { t } = useTranslation();
  const store = useAppStore();
  if (!hasGaps(memory, world)) return null;
  const close = (): void => layoutStoreOf(store.getState().cluster).setState(closeGaps, true);
  return (
    <Button tone="quiet" onPress={close}>
      {t('topology.closeGaps')}
    </Button>
  );
}

function CameraButtons({ camera, fit, outlined, onOutline }: MapToolbarProps): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      <IconButton icon="menu" label={t('topology.outline')} tone="plain" aria-expanded={outlined} onPress={onOutline} />
      <div className={styles.wideOnly}>
        <IconButton icon="remove" label={t('topology.zoomOut')} tone="plain" onPress={() => camera?.zoomBy(1 / STEP)} />
        <IconButton icon="add" label={t('topology.zoomIn')} tone="plain" onPress={() => camera?.zoomBy(STEP)} />
      </div>
      <IconButton icon="fit" label={t('topology.fit')} tone="plain" onPress={fit} />
    </>
  );
}
