/**
 * How fast a Pod may be, from its annotations (pkg/util/bandwidth/utils.go ExtractPodBandwidthResources). The API server does not look at
 * them: what is wrong shows when the Pod's sandbox is made.
 */
import { parseQuantity } from '../../api/quantity.ts';
import type { Pod } from '../../api/types/pod.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { PodRates } from '../cni/plugin.ts';

const INGRESS = 'kubernetes.io/ingress-bandwidth';
const EGRESS = 'kubernetes.io/egress-bandwidth';
const MIN_BITS = 1e3;
const MAX_BITS = 1e15;

export function bandwidthOf({ metadata }: Pod): Result<PodRates, string> {
  const ingressRate = rateOf(metadata.annotations?.[INGRESS]);
  if (!ingressRate.ok) return ingressRate;
  const egressRate = rateOf(metadata.annotations?.[EGRESS]);
  return egressRate.ok ? ok({ ingressRate: ingressRate.value, egressRate: egressRate.value }) : egressRate;
}

/** Bits a second. */
function rateOf(text: string | undefined): Result<number | null, string> {
  if (text === undefined) return ok(null);
  const thousandths = parseQuantity(text);
  if (thousandths === null)
    return err("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  const bits = Math.ceil(thousandths / 1000);
  if (bits < MIN_BITS) return err('resource is unreasonably small (< 1kbit)');
  return bits > MAX_BITS ? err('resource is unreasonably large (> 1Pbit)') : ok(bits);
}
