/**
 * For which Service kube-proxy wrote a rule: told by the chain it stands in, or, in chains that all Services share, by its
 * comment, which names the Service port whatever the size of the cluster.
 */
import type { Provenance } from '../../lib/provenance.ts';

/** What kube-proxy makes of itself: jumps, base chains. */
export const BY_KUBE_PROXY: Provenance = { actor: 'kube-proxy', action: 'syncProxyRules', object: null };

const SERVICE_COMMENT = /--comment "?([a-z0-9.-]+\/[a-z0-9.-]+)(?::([a-z0-9-]+))?/;

/** Makers of rules, one object for each Service port: there are many rules and few makers. */
export class RuleMakers {
  readonly #known = new Map<string, Provenance>();

  /** Who made `line`; `owner` is the Service of its chain (`default/web`), null for a shared chain. */
  of(owner: string | null, line: string): Provenance {
    const [, commented = null, port = ''] = SERVICE_COMMENT.exec(line) ?? [];
    const service = owner ?? commented;
    if (service === null) return BY_KUBE_PROXY;
    const key = `${service}:${port}`;
    let maker = this.#known.get(key);
    if (maker === undefined) {
      maker = { ...BY_KUBE_PROXY, object: `Service ${service}`, ...(port === '' ? {} : { field: `spec.ports[${port}]` }) };
      this.#known.set(key, maker);
    }
    return maker;
  }
}
