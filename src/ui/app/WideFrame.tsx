/**
 * The window from 900 px up. Exploring: manifests left, map and inspector above the dock. In a journey: a rail left, the map
 * over the stage over the timeline, the hop list right. On the projector the type is larger and the map is what the
 * last row looks at: it has the whole width, and what stands beside it elsewhere stands beneath it. Sizes of each arrangement
 * are kept apart, and start smaller in a small window, so that the map keeps a size at which it can be read.
 */
import { Suspense, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../store/context.ts';
import { Dock, NarrowDock, narrowDockTab } from '../dock/Dock.tsx';
import { DockPanel } from '../dock/DockPanel.tsx';
import { Inspector } from '../inspector/Inspector.tsx';
import { Manifests } from '../manifests/Manifests.tsx';
import type { RailPanel } from '../store/state.ts';
import { AfterFirstPicture } from './AfterFirstPicture.tsx';
import { EmptyHint } from './EmptyHint.tsx';
import { Place, useKept, type Kept } from './Kept.tsx';
import { Rail } from './Rail.tsx';
import { Region } from './Region.tsx';
import type { Slots } from './slots.ts';
import { Split, type SplitProps } from './Split.tsx';
import { Toasts } from './Toasts.tsx';
import styles from './WideFrame.module.css';

export function WideFrame({ slots }: { readonly slots: Slots }): ReactElement {
  const mode = useApp((state) => state.mode);
  const mapFirst = useApp((state) => state.theme === 'projector');
  const { Topology } = slots;
  const map = useKept(
    <Suspense>
      <Topology />
    </Suspense>,
  );
  const manifests = useKept(
    <AfterFirstPicture>
      <Manifests />
    </AfterFirstPicture>,
  );
  // Panels take their sizes when they are made: the projector's are other panels.
  const key = String(mapFirst);
  return (
    <>
      {mode === 'explore' ? (
        <Explore key={key} map={map} manifests={manifests} mapFirst={mapFirst} />
      ) : (
        <JourneyFrame key={key} map={map} manifests={manifests} slots={slots} mapFirst={mapFirst} />
      )}
      {map.content}
      {manifests.content}
    </>
  );
}

interface ArrangementProps {
  readonly map: Kept;
  readonly manifests: Kept;
  /** The map has the whole width. */
  readonly mapFirst: boolean;
}

function Explore({ map, manifests, mapFirst }: ArrangementProps): ReactElement {
  const { t } = useTranslation();
  const changesShown = useApp((state) => !mapFirst || narrowDockTab(state) === 'changes');
  const mapRegion = (
    <Region name={t('app.regions.map')}>
      <Place kept={map} />
      <EmptyHint />
      <Toasts changesShown={changesShown} />
    </Region>
  );
  const dock = (
    <Region name={t('app.regions.dock')}>
      <AfterFirstPicture>{mapFirst ? <NarrowDock /> : <Dock />}</AfterFirstPicture>
    </Region>
  );
  return (
    <Split
      {...(mapFirst
        ? { id: 'explore.manifests.projector', size: 'min(400px, 26%)' }
        : { id: 'explore.manifests', size: 'min(320px, 22.5%)' })}
      axis="columns"
      sized="first"
      min={220}
      maxShare={0.45}
      rest={420}
      label={t('app.resize.left')}
      first={
        <Region name={t('app.regions.manifests')}>
          <Place kept={manifests} />
        </Region>
      }
      second={
        <Split
          {...(mapFirst
            ? { id: 'explore.dock.projector', size: 'min(320px, 26%)' }
            : { id: 'explore.dock', size: 'min(236px, 28%)' })}
          axis="rows"
          sized="second"
          min={90}
          maxShare={0.7}
          rest={240}
          strong
          label={t('app.resize.dock')}
          first={mapFirst ? mapRegion : <BesideInspector beside={mapRegion} id="explore.inspector" size="min(304px, 26%)" />}
          second={mapFirst ? <BesideInspector beside={dock} id="explore.inspector.projector" size="min(430px, 36%)" /> : dock}
        />
      }
    />
  );
}

interface BesideInspectorProps extends Pick<SplitProps, 'id' | 'size'> {
  readonly beside: ReactNode;
}

function BesideInspector({ beside, id, size }: BesideInspectorProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Split
      id={id}
      size={size}
      axis="columns"
      sized="second"
      min={220}
      maxShare={0.5}
      rest={300}
      label={t('app.resize.right')}
      first={beside}
      second={
        <Region name={t('app.regions.inspector')}>
          <AfterFirstPicture>
            <Inspector />
          </AfterFirstPicture>
        </Region>
      }
    />
  );
}

function JourneyFrame({ slots, map, manifests, mapFirst }: ArrangementProps & { readonly slots: Slots }): ReactElement {
  const { t } = useTranslation();
  const rail = useApp((state) => state.rail);
  const journey = mapFirst ? <MapFirstJourney slots={slots} map={map} /> : <JourneyBesideSteps slots={slots} map={map} />;
  return (
    <div className={styles.journey}>
      <Rail />
      {rail === null ? (
        journey
      ) : (
        <Split
          {...(mapFirst ? { id: 'journey.aside.projector', size: 412 } : { id: 'journey.aside', size: 330 })}
          axis="columns"
          sized="first"
          min={220}
          maxShare={0.45}
          rest={701}
          label={t('app.resize.left')}
          first={<RailRegion panel={rail} manifests={manifests} />}
          second={journey}
        />
      )}
    </div>
  );
}

interface JourneyProps {
  readonly slots: Slots;
  readonly map: Kept;
}

function JourneyBesideSteps({ slots, map }: JourneyProps): ReactElement {
  return (
    <BesideSteps
      slots={slots}
      id="journey.side"
      size="min(388px, 27.8%)"
      beside={
        <div className={styles.centre}>
          <MapOver map={map} id="journey.stage" size="min(52%, 100% - 320px)">
            <Stage slots={slots} />
          </MapOver>
          <Timeline slots={slots} />
        </div>
      }
    />
  );
}

function MapFirstJourney({ slots, map }: JourneyProps): ReactElement {
  return (
    <div className={styles.centre}>
      <MapOver map={map} id="journey.stage.projector" size="min(50%, 100% - 320px)">
        <BesideSteps slots={slots} id="journey.side.projector" size="min(520px, 38%)" beside={<Stage slots={slots} />} />
      </MapOver>
      <Timeline slots={slots} />
    </div>
  );
}

interface MapOverProps extends Pick<SplitProps, 'id' | 'size'> {
  readonly map: Kept;
  readonly children: ReactNode;
}

function MapOver({ map, id, size, children }: MapOverProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Split
      id={id}
      size={size}
      axis="rows"
      sized="second"
      min={120}
      maxShare={0.9}
      rest={160}
      strong
      label={t('app.resize.stage')}
      first={
        <Region name={t('app.regions.map')}>
          <Place kept={map} />
          <Toasts />
        </Region>
      }
      second={children}
    />
  );
}

interface BesideStepsProps extends Pick<SplitProps, 'id' | 'size'> {
  readonly slots: Slots;
  readonly beside: ReactNode;
}

function BesideSteps({ slots: { JourneySide }, id, size, beside }: BesideStepsProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Split
      id={id}
      size={size}
      axis="columns"
      sized="second"
      min={280}
      maxShare={0.5}
      rest={420}
      label={t('app.resize.right')}
      first={beside}
      second={
        <Region name={t('app.regions.side')}>
          <Suspense>
            <JourneySide />
          </Suspense>
        </Region>
      }
    />
  );
}

function Stage({ slots: { JourneyStage } }: Pick<JourneyProps, 'slots'>): ReactElement {
  const { t } = useTranslation();
  return (
    <Region name={t('app.regions.stage')}>
      <Suspense>
        <JourneyStage />
      </Suspense>
    </Region>
  );
}

function Timeline({ slots: { JourneyTimeline } }: Pick<JourneyProps, 'slots'>): ReactElement {
  const { t } = useTranslation();
  return (
    <section className={styles.timeline} aria-label={t('app.regions.timeline')}>
      <Suspense>
        <JourneyTimeline />
      </Suspense>
    </section>
  );
}

function RailRegion({ panel, manifests }: { readonly panel: RailPanel; readonly manifests: Kept }): ReactElement {
  const { t } = useTranslation();
  if (panel === 'manifests') {
    return (
      <Region name={t('app.regions.manifests')}>
        <Place kept={manifests} />
      </Region>
    );
  }
  if (panel === 'inspector') {
    return (
      <Region name={t('app.regions.inspector')}>
        <Inspector />
      </Region>
    );
  }
  return (
    <Region name={t('app.regions.dock')}>
      <DockPanel tab={panel} />
    </Region>
  );
}
