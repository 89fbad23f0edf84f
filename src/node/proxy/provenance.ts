/**
 * For which Service kube-proxy wrote a rule: told by the chain it stands in, or, in chains that all Services share, by its
 * comment, which names the Service port whatever the size of the cluster.
 */
import type { Provenance } from '../../lib/provenance.ts';

/** What kube-proxy makes of itself: jumps, base chains. */
export const BY_KUBE_PROXY: Provenance = { actor: 'kube-proxy', action: 'syncProxyRules', object: null };

const SERVICE_COMMENT = /--comment "?([a-z0-9.-]+\/[a-z0-9.-]+)(?::([a-z0-9-]+))?/;

/** `owner` is the Service of the chain (`default/web`), null for a shared chain. */
export function ruleProvenance(owner: string | null, line: string): Provenance {
  const [, commented = null, port] = SERVICE_COMMENT.exec(line) ?? [];
  const service = owner ?? commented;
  if (service === null) return BY_KUBE_PROXY;
  return { ...BY_KUBE_PROXY, object: `Service ${service}`, ...(port === undefined ? {} : { field: `spec.ports[${port}]` }) };
}
