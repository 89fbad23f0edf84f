/**
 * kube-proxy on one node (cmd/kube-proxy/app/server.go ProxyServer.Run): watches Services, EndpointSlices and its Node, and
 * lets a Proxier bring the kernel in line. Nothing is written before all that existed at the start has been seen; then at once,
 * later at most twice in a row and else once per minSyncPeriod. `kubectl -n kube-system logs ds/kube-proxy` shows it at work.
 *
 * Simplification: no healthz and metrics servers; stopping it leaves its rules behind, as killing the process does.
 */
import type { Kind, KindMap } from '../../api/kinds.ts';
import type { ApiClient, WatchEvent } from '../../api/watch.ts';
import { NS_PER_S, type Sim } from '../../sim/sim.ts';
import { BoundedFrequencyRunner } from './bounded-frequency-runner.ts';
import { Canary } from './canary.ts';
import type { KubeProxyConfig } from './config.ts';
import { setupConntrack } from './conntrack-sysctls.ts';
import { IptablesMode } from './iptables-mode.ts';
import type { IptablesPort } from './iptables-port.ts';
import type { Proxier, SyncSummary } from './proxier.ts';

/** A watch run unasked: NewBoundedFrequencyRunner's maxInterval. */
const MAX_SYNC_INTERVAL = 3600 * NS_PER_S;
const BURST_SYNCS = 2;

/** Services with it belong to another proxy. */
const LABEL_SERVICE_PROXY_NAME = 'service.kubernetes.io/service-proxy-name';
/** Endpoints with it belong to a headless Service. */
const LABEL_HEADLESS = 'service.kubernetes.io/headless';

export interface KubeProxyOptions {
  readonly api: Pick<ApiClient, 'list' | 'watch'>;
  readonly sim: Sim;
  readonly port: IptablesPort;
  readonly config: KubeProxyConfig;
  /** Told after every sync that the kernel took. */
  readonly onSync?: (summary: SyncSummary) => void;
  /** Told what a tool printed when the kernel refused; a retry follows after syncPeriod. */
  readonly onError?: (message: string) => void;
}

type WatchedKind = 'Service' | 'EndpointSlice' | 'Node';

export class KubeProxy {
  readonly config: KubeProxyConfig;
  readonly #options: KubeProxyOptions;
  readonly #proxier: Proxier;
  readonly #runner: BoundedFrequencyRunner;
  readonly #canary: Canary;
  readonly #unwatch: (() => void)[] = [];
  /** What existed at the start and has not been seen yet; empty means that the caches are synced. */
  readonly #awaited = new Set<string>();
  #initialized = false;
  #stopped = false;

  constructor(options: KubeProxyOptions) {
    const { sim, port, config } = options;
    this.config = config;
    this.#options = options;
    this.#proxier = new IptablesMode(config, port, () => sim.now);
    this.#runner = new BoundedFrequencyRunner(sim, 'sync-runner', () => this.#sync(), {
      minInterval: config.minSyncPeriod,
      maxInterval: MAX_SYNC_INTERVAL,
      burstRuns: BURST_SYNCS,
    });
    this.#canary = new Canary(sim, port, config.syncPeriod, () => {
      this.#proxier.forceFullSync();
      this.#sync();
    });
  }

  /** Sets what must be set before the first rule, and begins to watch. */
  start(): void {
    for (const ready of [setupConntrack(this.config, this.#options.port), this.#proxier.init()]) {
      if (!ready.ok) this.#options.onError?.(ready.error);
    }
    this.#canary.start();
    this.#watch('Service', (event) => this.#onService(event));
    this.#watch('EndpointSlice', (event) => this.#onEndpointSlice(event));
    this.#watch('Node', (event) => this.#onNode(event));
    // An empty cluster has nothing to wait for.
    this.#options.sim.after(0, 'kube-proxy caches', () => this.#checkSynced());
  }

  /** Ends watching and syncing; the rules stay. */
  stop(): void {
    this.#stopped = true;
    for (const unwatch of this.#unwatch) unwatch();
    this.#runner.stop();
    this.#canary.stop();
  }

  #watch<K extends WatchedKind>(kind: K, handle: (event: WatchEvent<KindMap[K]>) => boolean): void {
    for (const object of this.#options.api.list(kind)) this.#awaited.add(awaitedKey(kind, object));
    const unwatch = this.#options.api.watch(kind, (event) => {
      if (handle(event) && this.#initialized) this.#runner.request();
      this.#awaited.delete(awaitedKey(kind, event.object));
      this.#checkSynced();
    });
    this.#unwatch.push(unwatch);
  }

  #checkSynced(): void {
    if (this.#initialized || this.#stopped || this.#awaited.size > 0) return;
    this.#initialized = true;
    this.#sync();
  }

  #onService(event: WatchEvent<KindMap['Service']>): boolean {
    const { old, current } = filtered(event);
    if (old !== null && current !== null) return this.#proxier.onServiceUpdate(old, current);
    if (current !== null) return this.#proxier.onServiceAdd(current);
    return old !== null && this.#proxier.onServiceDelete(old);
  }

  #onEndpointSlice(event: WatchEvent<KindMap['EndpointSlice']>): boolean {
    const { old, current } = filtered(event);
    if (old !== null && current !== null) return this.#proxier.onEndpointSliceUpdate(old, current);
    if (current !== null) return this.#proxier.onEndpointSliceAdd(current);
    return old !== null && this.#proxier.onEndpointSliceDelete(old);
  }

  #onNode({ type, object, old }: WatchEvent<KindMap['Node']>): boolean {
    if (object.metadata.name !== this.config.hostname) return false;
    if (type === 'DELETED') return this.#proxier.onNodeDelete(object);
    return old === null ? this.#proxier.onNodeAdd(object) : this.#proxier.onNodeUpdate(old, object);
  }

  /** A failed sync is tried again after syncPeriod, and then writes everything. */
  #sync(): void {
    if (this.#stopped || !this.#initialized) return;
    const result = this.#proxier.sync();
    if (result.ok) {
      this.#options.onSync?.(result.value);
      return;
    }
    this.#runner.retryAfter(this.config.syncPeriod);
    this.#options.onError?.(result.error);
  }
}

function awaitedKey(kind: Kind, { metadata }: KindMap[WatchedKind]): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}

/**
 * The event as an informer with kube-proxy's label selector sees it: an object that gets one of the labels is deleted, one
 * that loses it is added.
 */
function filtered<T extends KindMap['Service' | 'EndpointSlice']>(
  event: WatchEvent<T>,
): { readonly old: T | null; readonly current: T | null } {
  const before = event.type === 'DELETED' ? (event.old ?? event.object) : event.old;
  return {
    old: before !== null && isProxied(before) ? before : null,
    current: event.type !== 'DELETED' && isProxied(event.object) ? event.object : null,
  };
}

/** False for what belongs to another proxy, or to nobody: kube-proxy's informers don't ask for it. */
export function isProxied({ metadata }: KindMap['Service' | 'EndpointSlice']): boolean {
  const labels = metadata.labels ?? {};
  return !(LABEL_SERVICE_PROXY_NAME in labels) && !(LABEL_HEADLESS in labels);
}
