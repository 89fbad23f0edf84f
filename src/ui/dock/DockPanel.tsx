/** One of the dock's panels, wherever the layout puts it. */
import { lazy, Suspense, type ReactElement } from 'react';
import { afterFirstPicture } from '../app/first-picture.ts';
import type { DockTab } from '../store/state.ts';
import { Changes } from './Changes.tsx';

const Chains = lazy(async () => ({ default: (await afterFirstPicture(() => import('./Chains.tsx'))).Chains }));
const Conntrack = lazy(async () => ({ default: (await afterFirstPicture(() => import('./Conntrack.tsx'))).Conntrack }));
const Events = lazy(async () => ({ default: (await afterFirstPicture(() => import('./Events.tsx'))).Events }));

export function DockPanel({ tab }: { readonly tab: DockTab | 'changes' }): ReactElement {
  return <Suspense>{panel(tab)}</Suspense>;
}

function panel(tab: DockTab | 'changes'): ReactElement {
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
