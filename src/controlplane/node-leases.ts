/**
 * The leases by which kubelets show that they live (kube-node-lease; pkg/kubelet, component-helpers/apimachinery/lease).
 *
 * Simplification: a lease is the time of its last renewal and no API object, so `kubectl -n kube-node-lease get lease` shows none.
 */
import type { Instant } from '../sim/sim.ts';

export class NodeLeases {
  #renewedAt = new Map<string, Instant>();

  renew(node: string, now: Instant): void {
    this.#renewedAt.set(node, now);
  }

  renewedAt(node: string): Instant | null {
    return this.#renewedAt.get(node) ?? null;
  }

  checkpoint(): () => void {
    const saved = new Map(this.#renewedAt);
    return () => {
      this.#renewedAt = new Map(saved);
    };
  }
}
