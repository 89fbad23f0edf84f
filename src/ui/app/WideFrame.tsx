/**
 * The window from 900 px up. Exploring: manifests left, map and inspector above the dock. In a journey: a rail left, the map
 * over the stage over the timeline, the hop list right. Sizes of each arrangement are kept apart.
 */
import { Suspense, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Group, Panel, useDefaultLayout } from 'react-resizable-panels';
import { useApp } from '../store/context.ts';
import { Dock } from '../dock/Dock.tsx';
import { DockPanel } from '../dock/DockPanel.tsx';
import { Inspector } from '../inspector/Inspector.tsx';
import { Manifests } from '../manifests/Manifests.tsx';
import type { RailPanel } from '../store/state.ts';
import { layoutStorage } from './layout-storage.ts';
import { EmptyHint } from './EmptyHint.tsx';
import { Place, useKept, type Kept } from './Kept.tsx';
import { Rail } from './Rail.tsx';
import { Region } from './Region.tsx';
import type { Slots } from './slots.ts';
import { Splitter } from './Splitter.tsx';
import styles from './WideFrame.module.css';

export function WideFrame({ slots }: { readonly slots: Slots }): ReactElement {
  const mode = useApp((state) => state.mode);
  // Panels take their sizes when they are made: the projector's wider ones are other panels.
  const wider = useApp((state) => state.theme === 'projector');
  const { Topology } = slots;
  const map = useKept(
    <Suspense>
      <Topology />
    </Suspense>,
  );
  const manifests = useKept(<Manifests />);
  return (
    <>
      {mode === 'explore' ? (
        <Explore key={String(wider)} map={map} manifests={manifests} wider={wider} />
      ) : (
        <JourneyFrame key={String(wider)} map={map} manifests={manifests} slots={slots} wider={wider} />
      )}
      {map.content}
      {manifests.content}
    </>
  );
}

interface ArrangementProps {
  readonly map: Kept;
  readonly manifests: Kept;
  /** The projector's type is 1.4 times as large; its panels start wider. */
  readonly wider: boolean;
}

/** A group's kept sizes: those the user chose, not what a window happened to give. */
function useKeptLayout(name: string, wider: boolean, panelIds?: string[]): ReturnType<typeof useDefaultLayout> {
  const id = `kubehop.${name}${wider ? '.projector' : ''}`;
  return useDefaultLayout({
    id,
    storage: layoutStorage,
    onlySaveAfterUserInteractions: true,
    ...(panelIds === undefined ? {} : { panelIds }),
  });
}

const WIDER = 1.25;

function Explore({ map, manifests, wider }: ArrangementProps): ReactElement {
  const { t } = useTranslation();
  const size = (px: number): number => (wider ? px * WIDER : px);
  const columns = useKeptLayout('explore.columns', wider);
  const rows = useKeptLayout('explore.rows', wider);
  const top = useKeptLayout('explore.top', wider);
  return (
    <Group className={styles.group} id="explore-columns" {...columns}>
      <Panel id="manifests" defaultSize={size(320)} minSize={220} maxSize="45%" groupResizeBehavior="preserve-pixel-size">
        <Region name={t('app.regions.manifests')}>
          <Place kept={manifests} />
        </Region>
      </Panel>
      <Splitter label={t('app.resize.left')} />
      <Panel id="rest" minSize={420}>
        <Group orientation="vertical" id="explore-rows" {...rows}>
          <Panel id="top" minSize={240}>
            <Group id="explore-top" {...top}>
              <Panel id="map" minSize={300}>
                <Region name={t('app.regions.map')}>
                  <Place kept={map} />
                  <EmptyHint />
                </Region>
              </Panel>
              <Splitter label={t('app.resize.right')} />
              <Panel
                id="inspector"
                defaultSize={size(304)}
                minSize={220}
                maxSize="50%"
                groupResizeBehavior="preserve-pixel-size"
              >
                <Region name={t('app.regions.inspector')}>
                  <Inspector />
                </Region>
              </Panel>
            </Group>
          </Panel>
          <Splitter strong label={t('app.resize.dock')} />
          <Panel id="dock" defaultSize={size(236)} minSize={90} maxSize="70%" groupResizeBehavior="preserve-pixel-size">
            <Region name={t('app.regions.dock')}>
              <Dock />
            </Region>
          </Panel>
        </Group>
      </Panel>
    </Group>
  );
}

function JourneyFrame({ slots, map, manifests, wider }: ArrangementProps & { readonly slots: Slots }): ReactElement {
  const { t } = useTranslation();
  const { JourneyStage, JourneyTimeline, JourneySide } = slots;
  const rail = useApp((state) => state.rail);
  const size = (px: number): number => (wider ? px * WIDER : px);
  const columns = useKeptLayout('journey.columns', wider, rail === null ? ['centre', 'side'] : ['aside', 'centre', 'side']);
  const rows = useKeptLayout('journey.rows', wider);
  return (
    <div className={styles.journey}>
      <Rail />
      <Group className={styles.group} id="journey-columns" {...columns}>
        {rail === null ? null : (
          <>
            <Panel id="aside" defaultSize={size(330)} minSize={220} maxSize="45%" groupResizeBehavior="preserve-pixel-size">
              <RailRegion panel={rail} manifests={manifests} />
            </Panel>
            <Splitter label={t('app.resize.left')} />
          </>
        )}
        <Panel id="centre" minSize={420}>
          <div className={styles.centre}>
            <Group orientation="vertical" id="journey-rows" className={styles.group} {...rows}>
              <Panel id="map" minSize={160}>
                <Region name={t('app.regions.map')}>
                  <Place kept={map} />
                </Region>
              </Panel>
              <Splitter strong label={t('app.resize.stage')} />
              <Panel id="stage" defaultSize="54%" minSize={120}>
                <Region name={t('app.regions.stage')}>
                  <Suspense>
                    <JourneyStage />
                  </Suspense>
                </Region>
              </Panel>
            </Group>
            <section className={styles.timeline} aria-label={t('app.regions.timeline')}>
              <Suspense>
                <JourneyTimeline />
              </Suspense>
            </section>
          </div>
        </Panel>
        <Splitter label={t('app.resize.right')} />
        <Panel id="side" defaultSize={size(388)} minSize={280} maxSize="50%" groupResizeBehavior="preserve-pixel-size">
          <Region name={t('app.regions.side')}>
            <Suspense>
              <JourneySide />
            </Suspense>
          </Region>
        </Panel>
      </Group>
    </div>
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
