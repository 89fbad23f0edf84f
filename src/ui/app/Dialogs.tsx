/** The dialog that is open, loaded when it first is. */
import { lazy, Suspense, type ReactElement } from 'react';
import { useApp } from '../store/context.ts';

const FaultsDialog = lazy(async () => ({ default: (await import('../faults/FaultsDialog.tsx')).FaultsDialog }));
const KeySheet = lazy(async () => ({ default: (await import('../palette/KeySheet.tsx')).KeySheet }));
const Palette = lazy(async () => ({ default: (await import('../palette/Palette.tsx')).Palette }));
const SendDialog = lazy(async () => ({ default: (await import('../send/SendDialog.tsx')).SendDialog }));

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
