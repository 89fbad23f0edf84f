/**
 * The window from 900 px up. Exploring: manifests left, map and inspector above the dock. In a journey: a rail left, the map
 * over the stage over the timeline, the hop list right. Sizes of each arrangement are kept apart.
 */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Group, Panel, useDefaultLayout } from 'react-resizable-panels';
import { useApp } from '../store/context.ts';
import { Dock } from '../dock/Dock.tsx';
import { DockPanel } from '../dock/DockPanel.tsx';
import { Inspector } from '../inspector/Inspector.tsx';
import { Manifests } from '../manifests/Manifests.tsx';
import type { RailPanel } from '../store/state.ts';
import { layoutStorage } from './layout-storage.ts';
import { Rail } from './Rail.tsx';
import { Region } from './Region.tsx';
import type { Slots } from './slots.ts';
import { Splitter } from './Splitter.tsx';
import styles from './WideFrame.module.css';

export function WideFrame({ slots }: { readonly slots: Slots }): ReactElement {
  const mode = useApp((state) => state.mode);
  return mode === 'explore' ? <Explore slots={slots} /> : <JourneyFrame slots={slots} />;
}

function Explore({ slots: { Topology } }: { readonly slots: Slots }): ReactElement {
  const { t } = useTranslation();
  const columns = useDefaultLayout({ id: 'kubehop.explore.columns', storage: layoutStorage });
  const rows = useDefaultLayout({ id: 'kubehop.explore.rows', storage: layoutStorage });
  const top = useDefaultLayout({ id: 'kubehop.explore.top', storage: layoutStorage });
  return (
    <Group className={styles.group} id="explore-columns" {...columns}>
      <Panel id="manifests" defaultSize={320} minSize={220} maxSize="45%" groupResizeBehavior="preserve-pixel-size">
        <Region name={t('app.regions.manifests')}>
          <Manifests />
        </Region>
      </Panel>
      <Splitter label={t('app.resize.left')} />
      <Panel id="rest" minSize={420}>
        <Group orientation="vertical" id="explore-rows" {...rows}>
          <Panel id="top" minSize={240}>
            <Group id="explore-top" {...top}>
              <Panel id="map" minSize={300}>
                <Region name={t('app.regions.map')}>
                  <Topology />
                </Region>
              </Panel>
              <Splitter label={t('app.resize.right')} />
              <Panel id="inspector" defaultSize={304} minSize={220} maxSize="50%" groupResizeBehavior="preserve-pixel-size">
                <Region name={t('app.regions.inspector')}>
                  <Inspector />
                </Region>
              </Panel>
            </Group>
          </Panel>
          <Splitter strong label={t('app.resize.dock')} />
          <Panel id="dock" defaultSize={236} minSize={90} maxSize="70%" groupResizeBehavior="preserve-pixel-size">
            <Region name={t('app.regions.dock')}>
              <Dock />
            </Region>
          </Panel>
        </Group>
      </Panel>
    </Group>
  );
}

function JourneyFrame({ slots }: { readonly slots: Slots }): ReactElement {
  const { t } = useTranslation();
  const { Topology, JourneyStage, JourneyTimeline, JourneySide } = slots;
  const rail = useApp((state) => state.rail);
  const columns = useDefaultLayout({
    id: 'kubehop.journey.columns',
    storage: layoutStorage,
    panelIds: rail === null ? ['centre', 'side'] : ['aside', 'centre', 'side'],
  });
  const rows = useDefaultLayout({ id: 'kubehop.journey.rows', storage: layoutStorage });
  return (
    <div className={styles.journey}>
      <Rail />
      <Group className={styles.group} id="journey-columns" {...columns}>
        {rail === null ? null : (
          <>
            <Panel id="aside" defaultSize={330} minSize={220} maxSize="45%" groupResizeBehavior="preserve-pixel-size">
              <RailRegion panel={rail} />
            </Panel>
            <Splitter label={t('app.resize.left')} />
          </>
        )}
        <Panel id="centre" minSize={420}>
          <div className={styles.centre}>
            <Group orientation="vertical" id="journey-rows" className={styles.group} {...rows}>
              <Panel id="map" minSize={160}>
                <Region name={t('app.regions.map')}>
                  <Topology />
                </Region>
              </Panel>
              <Splitter strong label={t('app.resize.stage')} />
              <Panel id="stage" defaultSize="54%" minSize={120}>
                <Region name={t('app.regions.stage')}>
                  <JourneyStage />
                </Region>
              </Panel>
            </Group>
            <section className={styles.timeline} aria-label={t('app.regions.timeline')}>
              <JourneyTimeline />
            </section>
          </div>
        </Panel>
        <Splitter label={t('app.resize.right')} />
        <Panel id="side" defaultSize={388} minSize={280} maxSize="50%" groupResizeBehavior="preserve-pixel-size">
          <Region name={t('app.regions.side')}>
            <JourneySide />
          </Region>
        </Panel>
      </Group>
    </div>
  );
}

function RailRegion({ panel }: { readonly panel: RailPanel }): ReactElement {
  const { t } = useTranslation();
  if (panel === 'manifests') {
    return (
      <Region name={t('app.regions.manifests')}>
        <Manifests />
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
