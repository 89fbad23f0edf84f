/** One of the dock's panels, wherever the layout puts it. */
import type { ReactElement } from 'react';
import type { DockTab } from '../store/state.ts';
import { Changes } from './Changes.tsx';
import { Chains } from './Chains.tsx';
import { Conntrack } from './Conntrack.tsx';
import { Events } from './Events.tsx';

export function DockPanel({ tab }: { readonly tab: DockTab | 'changes' }): ReactElement {
  switch (tab) {
    case 'changes':
      return <Changes />;
    case 'chains':
      return <Chains />;
    case 'conntrack':
      return <Conntrack />;
    case 'events':
      return <Events />;
  }
}
