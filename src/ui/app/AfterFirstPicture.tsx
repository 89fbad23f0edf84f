/** What stands beside the map: drawn as soon as the map shows the cluster, which a slow machine then shows the sooner. */
import { useEffect, useState, type ReactElement, type ReactNode } from 'react';
import { firstPicture, isPictured } from './first-picture.ts';

export function AfterFirstPicture({ children }: { readonly children: ReactNode }): ReactElement | null {
  const [pictured, setPictured] = useState(isPictured);
  useEffect(() => {
    let here = true;
    void firstPicture.then(() => here && setPictured(true));
    return () => {
      here = false;
    };
  }, []);
  return pictured ? <>{children}</> : null;
}
