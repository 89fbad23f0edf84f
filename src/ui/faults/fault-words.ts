/** Faults in the words of the catalogue: what is broken, and what an offer would break. */
import type { Fault } from '../../cluster/faults/fault.ts';
import type { Label } from '../i18n/label.ts';

export interface Said {
  readonly key: Label;
  readonly values: Readonly<Record<string, string | number>>;
}

export function faultSaid({ kind, ...values }: Fault): Said {
  return { key: `faults.kind.${kind}`, values };
}

export function offerSaid({ kind, ...values }: Fault): Said {
  if (kind !== 'netem') return { key: `faults.offer.${kind}`, values };
  return { key: 'lossPercent' in values && values.lossPercent > 0 ? 'faults.offer.loss' : 'faults.offer.delay', values };
}
