/**
 * Service changes not yet synced (pkg/proxy/servicechangetracker.go): per Service the state at the last sync and now, so
 * that a change taken back before the sync is none, and a sync learns which Services to write anew.
 */
import type { Service } from '../../api/types/service.ts';
import { same } from './same.ts';
import { servicePortsOf, type ServicePortInfo } from './service-port.ts';

/** The ports of one Service before and after; both empty lists mean that it does not concern kube-proxy. */
export interface ServiceChange {
  readonly service: string;
  readonly previous: readonly ServicePortInfo[];
  readonly current: readonly ServicePortInfo[];
}

export class ServiceChangeTracker {
  readonly #changes = new Map<string, ServiceChange>();

  /** Notes a write; `previous` or `current` is null for a new or deleted Service. True when anything awaits a sync. */
  update(previous: Service | null, current: Service | null): boolean {
    const metadata = (current ?? previous)?.metadata;
    if (metadata === undefined) return false;
    const service = `${metadata.namespace}/${metadata.name}`;
    const before = this.#changes.get(service)?.previous ?? (previous === null ? [] : servicePortsOf(previous));
    const after = current === null ? [] : servicePortsOf(current);
    if (same(before, after)) this.#changes.delete(service);
    else this.#changes.set(service, { service, previous: before, current: after });
    return this.#changes.size > 0;
  }

  /** The pending changes, which count as applied from now on. */
  checkoutChanges(): readonly ServiceChange[] {
    const changes = [...this.#changes.values()];
    this.#changes.clear();
    return changes;
  }
}
