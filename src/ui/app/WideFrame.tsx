/**
 * The window from 900 px up. Exploring: manifests left, map and inspector above the dock. In a journey: a rail left, the map
 * over the stage over the timeline, the hop list right. Sizes of each arrangement are kept apart.
 */
import { Suspense, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../store/context.ts';
import { Dock } from '../dock/Dock.tsx';
import { DockPanel } from '../dock/DockPanel.tsx';
import { Inspector } from '../inspector/Inspector.tsx';
import { Manifests } from '../manifests/Manifests.tsx';
import type { RailPanel } from '../store/state.ts';
import { EmptyHint } from './EmptyHint.tsx';
import { Place, useKept, type Kept } from './Kept.tsx';
import { Rail } from './Rail.tsx';
import { Region } from './Region.tsx';
import type { Slots } from './slots.ts';
import { Split } from './Split.tsx';
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

/** The projector's panels start wider, and keep sizes of their own. */
function startingAt(wider: boolean): (id: string, px: number) => { readonly id: string; readonly size: number } {
  return (id, px) => (wider ? { id: `${id}.projector`, size: px * 1.25 } : { id, size: px });
}

function Explore({ map, manifests, wider }: ArrangementProps): ReactElement {
  const { t } = useTranslation();
  const at = startingAt(wider);
  const mapAndInspector = (
    <Split
      {...at('explore.inspector', 304)}
      axis="columns"
      sized="second"
      min={220}
      maxShare={0.5}
      rest={300}
      label={t('app.resize.right')}
      first={
        <Region name={t('app.regions.map')}>
          <Place kept={map} />
          <EmptyHint />
        </Region>
      }
      second={
        <Region name={t('app.regions.inspector')}>
          <Inspector />
        </Region>
      }
    />
  );
  return (
    <Split
      {...at('explore.manifests', 320)}
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
          {...at('explore.dock', 236)}
          axis="rows"
          sized="second"
          min={90}
          maxShare={0.7}
          rest={240}
          strong
          label={t('app.resize.dock')}
          first={mapAndInspector}
          second={
            <Region name={t('app.regions.dock')}>
              <Dock />
            </Region>
          }
        />
      }
    />
  );
}

function JourneyFrame({ slots, map, manifests, wider }: ArrangementProps & { readonly slots: Slots }): ReactElement {
  const { t } = useTranslation();
  const { JourneySide } = slots;
  const rail = useApp((state) => state.rail);
  const at = startingAt(wider);
  const journey = (
    <Split
      {...at('journey.side', 388)}
      axis="columns"
      sized="second"
      min={280}
      maxShare={0.5}
      rest={420}
      label={t('app.resize.right')}
      first={<JourneyCentre slots={slots} map={map} />}
      second={
        <Region name={t('app.regions.side')}>
          <Suspense>
            <JourneySide />
          </Suspense>
        </Region>
      }
    />
  );
  return (
    <div className={styles.journey}>
      <Rail />
      {rail === null ? (
        journey
      ) : (
        <Split
          {...at('journey.aside', 330)}
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

function JourneyCentre({ slots, map }: { readonly slots: Slots; readonly map: Kept }): ReactElement {
  const { t } = useTranslation();
  const { JourneyStage, JourneyTimeline } = slots;
  return (
    <div className={styles.centre}>
      <Split
        id="journey.stage"
        size="52%"
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
          </Region>
        }
        second={
          <Region name={t('app.regions.stage')}>
            <Suspense>
              <JourneyStage />
            </Suspense>
          </Region>
        }
      />
      <section className={styles.timeline} aria-label={t('app.regions.timeline')}>
        <Suspense>
          <JourneyTimeline />
        </Suspense>
      </section>
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
