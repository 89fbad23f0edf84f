/** The inspector: the selected thing, or the cluster as a whole while nothing is. */
import { lazy, Suspense, type ReactElement } from 'react';
import { afterFirstPicture } from '../app/first-picture.ts';
import { useApp } from '../store/context.ts';
import { ClusterSummary } from './ClusterSummary.tsx';

/** Nothing is selected at first; what says a thing is there when something is. */
const loaded = afterFirstPicture(() => import('./Selected.tsx'));
const Selected = lazy(async () => ({ default: (await loaded).Selected }));

export function Inspector(): ReactElement {
  const selection = useApp((state) => state.selection);
  if (selection === null) return <ClusterSummary />;
  return (
    <Suspense>
      <Selected selection={selection} />
    </Suspense>
  );
}
