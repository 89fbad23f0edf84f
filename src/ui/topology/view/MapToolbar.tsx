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

const ChoiceField = lazy(async () => ({ default: (await import('../../kit/ChoiceField.tsx')).ChoiceField }));
const ClusterTools = lazy(async () => ({ default: (await import('./ClusterTools.tsx')).ClusterTools }));

const ZOOMS: readonly Zoom[] = ['cluster', 'node', 'kernel'];
const LEVELS: readonly Level[] = ['kubernetes', 'ip', 'ethernet', 'netfilter'];
const STEP = 1.4;

/**
 * From which room on each is shown in full: else as a list or an icon, or not at all. Fingers pinch, and on a phone the map comes
 * before its tools.
 */
const ROOM = { tools: 340, zooms: 500, camera: 520, send: 640, levels: 790, cluster: 780, folds: 960 } as const;

export interface MapToolbarProps {
  readonly map: MapScene;
  readonly camera: Camera | null;
  readonly fit: () => void;
  /** Width in px of plain type: the projector's is larger. */
  readonly room: number;
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
  const { room, map } = props;
  const start = (): void => startSend(store, null, null);
  return (
    <div className={styles.bar}>
      <Zooms room={room} />
      {room < ROOM.tools ? null : zoom === 'cluster' ? (
        <Suspense>
          <ClusterTools map={map} size={room >= ROOM.folds ? 'wide' : room >= ROOM.zooms ? 'middle' : 'small'} />
        </Suspense>
      ) : (
        <Levels room={room} />
      )}
      <span className={styles.space} />
      <Gaps map={map} />
      <CameraButtons {...props} />
      {room >= (zoom === 'cluster' ? ROOM.cluster : ROOM.send) ? (
        <Button tone="primary" icon="send" onPress={start}>
          {t('topology.send')}
        </Button>
      ) : (
        <IconButton tone="primary" icon="send" label={t('topology.send')} onPress={start} />
      )}
    </div>
  );
}

function JourneyToolbar(props: MapToolbarProps): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  return (
    <div className={styles.floating}>
      <Zooms room={props.room} />
      {props.room >= ROOM.send ? (
        <Button icon="send" onPress={() => openSend(store)}>
          {t('topology.sendAnother')}
        </Button>
      ) : (
        <IconButton tone="plain" icon="send" label={t('topology.sendAnother')} onPress={() => openSend(store)} />
      )}
      <span className={styles.space} />
      <CameraButtons {...props} />
    </div>
  );
}

function Zooms({ room }: Pick<MapToolbarProps, 'room'>): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const zoom = useApp((state) => state.zoom);
  const options = ZOOMS.map((id) => ({ id, label: t(`topology.zoom.${id}`) }));
  return (
    <Switch
      wide={room >= ROOM.zooms || room < ROOM.tools}
      label={t('topology.zoom.label')}
      value={zoom}
      options={options}
      onChange={(next) => setZoom(store, next)}
    />
  );
}

interface SwitchProps<T extends string> {
  readonly wide: boolean;
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly id: T; readonly label: string }[];
  readonly onChange: (next: T) => void;
}

/** All choices side by side where there is room for them, else as a list. */
function Switch<T extends string>({ wide, label, value, options, onChange }: SwitchProps<T>): ReactElement {
  if (wide) return <Segmented label={label} value={value} options={options} onChange={onChange} />;
  const choose = (id: string): void => {
    const chosen = options.find((option) => option.id === id);
    if (chosen !== undefined) onChange(chosen.id);
  };
  const choices = options.map((option) => ({ id: option.id, text: option.label }));
  return (
    <Suspense>
      <ChoiceField compact label={label} value={value} groups={[{ title: '', choices }]} onChange={choose} />
    </Suspense>
  );
}

function Levels({ room }: Pick<MapToolbarProps, 'room'>): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const level = useApp((state) => state.level);
  const options = LEVELS.map((id) => ({ id, label: t(`topology.level.${id}`) }));
  return (
    <Switch
      wide={room >= ROOM.levels}
      label={t('topology.level.label')}
      value={level}
      options={options}
      onChange={(next) => setLevel(store, next)}
    />
  );
}

function Gaps({ map: { memory, world } }: Pick<MapToolbarProps, 'map'>): ReactElement | null {
  const { t } = useTranslation();
  const store = useAppStore();
  if (!hasGaps(memory, world)) return null;
  const close = (): void => layoutStoreOf(store.getState().cluster).setState(closeGaps, true);
  return <IconButton icon="gather" label={t('topology.closeGaps')} tone="plain" onPress={close} />;
}

function CameraButtons({ camera, fit, room, outlined, onOutline }: MapToolbarProps): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      <IconButton icon="menu" label={t('topology.outline')} tone="plain" aria-expanded={outlined} onPress={onOutline} />
      {room < ROOM.camera ? null : (
        <>
          <IconButton icon="remove" label={t('topology.zoomOut')} tone="plain" onPress={() => camera?.zoomBy(1 / STEP)} />
          <IconButton icon="add" label={t('topology.zoomIn')} tone="plain" onPress={() => camera?.zoomBy(STEP)} />
        </>
      )}
      <IconButton icon="fit" label={t('topology.fit')} tone="plain" onPress={fit} />
    </>
  );
}
