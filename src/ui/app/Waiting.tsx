/** Says that what was asked for waits for the cluster to be opened, or for a measurement, where that takes longer than a moment. */
import { useEffect, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../store/context.ts';

const MOMENT_MS = 400;

export function Waiting({ className }: { readonly className: string | undefined }): ReactElement | null {
  return useApp((state) => state.waiting > 0) ? <Notice className={className} /> : null;
}

function Notice({ className }: { readonly className: string | undefined }): ReactElement {
  const { t } = useTranslation();
  const measuring = useApp((state) => state.journey?.throughput === 'measuring');
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setLong(true), MOMENT_MS);
    return () => window.clearTimeout(timer);
  }, []);
  return (
    <p role="status" className={long ? className : undefined}>
      {long ? t(measuring ? 'app.waitingForMeasurement' : 'app.waiting') : ''}
    </p>
  );
}
