/** The dock of the wide window: tables left, what the last command changed right. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Split } from '../app/Split.tsx';
import { Count } from '../kit/Chip.tsx';
import { Tabs, type TabOption } from '../kit/Tabs.tsx';
import { isDockTab, showDockTab, showSheetTab } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { AppState, DockTab } from '../store/state.ts';
import { Changes } from './Changes.tsx';
import { DockPanel } from './DockPanel.tsx';
import styles from './Dock.module.css';

export function Dock(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const tab = useApp((state) => state.dockTab);
  const options = useTables();
  return (
    <Split
      id="dock.changes"
      axis="columns"
      sized="second"
      size="40%"
      min={220}
      maxShare={0.8}
      rest={260}
      label={t('app.resize.changes')}
      first={
        <Tabs label={t('app.regions.dock')} value={tab} options={options} onChange={(next) => showDockTab(store, next)}>
          <DockPanel tab={tab} />
        </Tabs>
      }
      second={
        <div className={styles.changes}>
          <DockPanel tab="changes" />
        </div>
      }
    />
  );
}

/** Where the dock shares its width with the inspector: what changed is one tab of four. */
export function NarrowDock(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const tab = useApp(narrowDockTab);
  const options: readonly TabOption<DockTab | 'changes'>[] = [{ id: 'changes', label: t('dock.changes') }, ...useTables()];
  return (
    <Tabs label={t('app.regions.dock')} value={tab} options={options} onChange={(next) => showSheetTab(store, next)}>
      {tab === 'changes' ? <Changes titled={false} /> : <DockPanel tab={tab} />}
    </Tabs>
  );
}

/** The tab that stands in the narrow dock: the sheet's, where the dock has it. */
export function narrowDockTab({ sheetTab }: AppState): DockTab | 'changes' {
  return isDockTab(sheetTab) ? sheetTab : 'changes';
}

function useTables(): readonly TabOption<DockTab>[] {
  const { t } = useTranslation();
  const events = useApp((state) => state.snapshot.events.length);
  return [
    { id: 'chains', label: t('dock.chains') },
    { id: 'conntrack', label: t('dock.conntrack') },
    {
      id: 'events',
      label: (
        <>
          {t('dock.events')} <Count>{events}</Count>
        </>
      ),
    },
  ];
}
