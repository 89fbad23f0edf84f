/** The dock of the wide window: tables left, what the last command changed right. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Group, Panel, useDefaultLayout } from 'react-resizable-panels';
import { layoutStorage } from '../app/layout-storage.ts';
import { Splitter } from '../app/Splitter.tsx';
import { Count } from '../kit/Chip.tsx';
import { Tabs } from '../kit/Tabs.tsx';
import { showDockTab } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import { DockPanel } from './DockPanel.tsx';
import styles from './Dock.module.css';

export function Dock(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const tab = useApp((state) => state.dockTab);
  const events = useApp((state) => state.snapshot.events.length);
  const layout = useDefaultLayout({ id: 'kubehop.dock', storage: layoutStorage, onlySaveAfterUserInteractions: true });
  return (
    <Group id="dock-columns" {...layout}>
      <Panel id="tables" minSize={260}>
        <Tabs
          label={t('app.regions.dock')}
          value={tab}
          options={[
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
          ]}
          onChange={(next) => showDockTab(store, next)}
        >
          <DockPanel tab={tab} />
        </Tabs>
      </Panel>
      <Splitter label={t('app.resize.dock')} />
      <Panel id="changes" defaultSize="40%" minSize={220}>
        <div className={styles.changes}>
          <DockPanel tab="changes" />
        </div>
      </Panel>
    </Group>
  );
}
