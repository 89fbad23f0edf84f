/** The dialog that is open. Whoever opens one types on at once, so they are fetched as soon as the first picture stands. */
import { lazy, Suspense, type ReactElement } from 'react';
import { useApp } from '../store/context.ts';
import { afterFirstPicture } from './first-picture.ts';

const faults = afterFirstPicture(() => import('../faults/FaultsDialog.tsx'));
const keys = afterFirstPicture(() => import('../palette/KeySheet.tsx'));
const palette = afterFirstPicture(() => import('../palette/Palette.tsx'));
const send = afterFirstPicture(() => import('../send/SendDialog.tsx'));

const FaultsDialog = lazy(async () => ({ default: (await faults).FaultsDialog }));
const KeySheet = lazy(async () => ({ default: (await keys).KeySheet }));
const Palette = lazy(async () => ({ default: (await palette).Palette }));
const SendDialog = lazy(async () => ({ default: (await send).SendDialog }));

export function Dialogs(): ReactElement {
  const dialog = useApp((state) => state.dialog);
  return (
    <Suspense>
      {dialog === 'faults' ? <FaultsDialog /> : null}
      {dialog === 'keys' ? <KeySheet /> : null}
      {dialog === 'palette' ? <Palette /> : null}
      {dialog === 'send' ? <SendDialog /> : null}
    </Suspense>
  );
}
