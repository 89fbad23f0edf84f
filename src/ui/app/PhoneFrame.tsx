/**
 * Under 900 px: the map fills the window and a sheet at its bottom holds everything else, at one of three heights.
 * In a journey the timeline stays above the sheet.
 */
import { Suspense, useRef, type PointerEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from 'react-aria-components/Button';
import { DockPanel } from '../dock/DockPanel.tsx';
import { Inspector } from '../inspector/Inspector.tsx';
import { Manifests } from '../manifests/Manifests.tsx';
import { Tabs, type TabOption } from '../kit/Tabs.tsx';
import { setSheet, showSheetTab } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { Mode, SheetStop, SheetTab } from '../store/state.ts';
import { EmptyHint } from './EmptyHint.tsx';
import type { Slots } from './slots.ts';
import styles from './PhoneFrame.module.css';

const STOPS: readonly SheetStop[] = ['closed', 'half', 'full'];

export function PhoneFrame({ slots }: { readonly slots: Slots }): ReactElement {
  const { t } = useTranslation();
  const mode = useApp((state) => state.mode);
  const { Topology, JourneyTimeline } = slots;
  return (
    <div className={styles.phone}>
      <section className={styles.map} aria-label={t('app.regions.map')}>
        <Suspense>
          <Topology />
        </Suspense>
        <EmptyHint />
      </section>
      {mode === 'journey' ? (
        <section className={styles.timeline} aria-label={t('app.regions.timeline')}>
          <Suspense>
            <JourneyTimeline />
          </Suspense>
        </section>
      ) : null}
      <Sheet slots={slots} mode={mode} />
    </div>
  );
}

function useSheetTabs(mode: Mode): readonly TabOption<SheetTab>[] {
  const { t } = useTranslation();
  const shared: readonly TabOption<SheetTab>[] = [
    { id: 'manifests', label: t('app.regions.manifests') },
    { id: 'inspector', label: t('app.regions.inspector') },
    { id: 'changes', label: t('dock.changes') },
    { id: 'chains', label: t('dock.chains') },
    { id: 'conntrack', label: t('dock.conntrack') },
    { id: 'events', label: t('dock.events') },
  ];
  if (mode === 'explore') return shared;
  return [{ id: 'journey', label: t('app.regions.side') }, { id: 'stage', label: t('app.regions.stage') }, ...shared];
}

function Sheet({ slots, mode }: { readonly slots: Slots; readonly mode: Mode }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const stop = useApp((state) => state.sheet);
  const wanted = useApp((state) => state.sheetTab);
  const tabs = useSheetTabs(mode);
  const tab = tabs.some((each) => each.id === wanted) ? wanted : 'manifests';
  const drag = useSheetDrag();
  return (
    <section className={`${styles.sheet} ${styles[stop]}`} aria-label={t('app.regions.dock')}>
      <Button
        className={styles.grip ?? ''}
        aria-label={`${t('app.sheet.grip')}: ${t(`app.sheet.${stop}`)}`}
        onPress={() => setSheet(store, STOPS[(STOPS.indexOf(stop) + 1) % STOPS.length] ?? 'half')}
      >
        <span className={styles.handle} {...drag} />
      </Button>
      <div className={styles.body}>
        <Tabs label={t('app.regions.dock')} value={tab} options={tabs} onChange={(next) => showSheetTab(store, next)}>
          {stop === 'closed' ? null : (
            <Suspense>
              <SheetBody tab={tab} slots={slots} />
            </Suspense>
          )}
        </Tabs>
      </div>
    </section>
  );
}

function SheetBody({ tab, slots }: { readonly tab: SheetTab; readonly slots: Slots }): ReactElement {
  const { JourneySide, JourneyStage } = slots;
  switch (tab) {
    case 'journey':
      return <JourneySide />;
    case 'stage':
      return <JourneyStage />;
    case 'manifests':
      return <Manifests />;
    case 'inspector':
      return <Inspector />;
    default:
      return <DockPanel tab={tab} />;
  }
}

/** A swipe on the grip goes one stop up or down; a tap is left to the button. */
function useSheetDrag(): {
  readonly onPointerDown: (event: PointerEvent) => void;
  readonly onPointerUp: (event: PointerEvent) => void;
} {
  const store = useAppStore();
  const start = useRef<number | null>(null);
  return {
    onPointerDown: (event) => {
      start.current = event.clientY;
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerUp: (event) => {
      const moved = event.clientY - (start.current ?? event.clientY);
      start.current = null;
      if (Math.abs(moved) < 16) return;
      const index = STOPS.indexOf(store.getState().sheet) + (moved < 0 ? 1 : -1);
      const next = STOPS[Math.min(Math.max(index, 0), STOPS.length - 1)];
      if (next !== undefined) setSheet(store, next);
      event.stopPropagation();
    },
  };
}
