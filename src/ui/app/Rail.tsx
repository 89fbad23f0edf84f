/** The strip of icons left of a journey: each opens a column beside it, and closes it again. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ToggleButton } from 'react-aria-components/ToggleButton';
import { Icon, type IconName } from '../kit/Icon.tsx';
import { Tip } from '../kit/Tip.tsx';
import type { Label } from '../i18n/label.ts';
import { showRail } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { RailPanel } from '../store/state.ts';
import styles from './Rail.module.css';

const PANELS: readonly { readonly panel: RailPanel; readonly icon: IconName; readonly label: Label }[] = [
  { panel: 'manifests', icon: 'file', label: 'app.regions.manifests' },
  { panel: 'inspector', icon: 'map', label: 'app.regions.inspector' },
  { panel: 'changes', icon: 'layers', label: 'dock.changes' },
  { panel: 'chains', icon: 'chain', label: 'dock.chains' },
  { panel: 'conntrack', icon: 'conntrack', label: 'dock.conntrack' },
  { panel: 'events', icon: 'warning', label: 'dock.events' },
];

export function Rail(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const rail = useApp((state) => state.rail);
  return (
    <nav className={styles.rail} aria-label={t('app.mode')}>
      {PANELS.map(({ panel, icon, label }) => (
        <Tip key={panel} text={t(label)}>
          <ToggleButton
            aria-label={t(label)}
            className={styles.item ?? ''}
            isSelected={rail === panel}
            onChange={(on) => showRail(store, on ? panel : null)}
          >
            <Icon name={icon} />
          </ToggleButton>
        </Tip>
      ))}
    </nav>
  );
}
