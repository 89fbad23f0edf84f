/**
 * What every mode of kube-proxy is to the agent around it (pkg/proxy/types.go Provider). Each mode is one implementation:
 * it collects changes and, when told to sync, brings its node's kernel in line with them.
 */
import type { EndpointSlice } from '../../api/types/endpointslice.ts';
import type { Node } from '../../api/types/node.ts';
import type { Service } from '../../api/types/service.ts';
import type { Result } from '../../lib/result.ts';

/** Handlers of API changes; each returns true when a sync is called for. */
export interface ObjectHandler {
  onServiceAdd(service: Service): boolean;
  onServiceUpdate(old: Service, service: Service): boolean;
  onServiceDelete(service: Service): boolean;
  onEndpointSliceAdd(slice: EndpointSlice): boolean;
  onEndpointSliceUpdate(old: EndpointSlice, slice: EndpointSlice): boolean;
  onEndpointSliceDelete(slice: EndpointSlice): boolean;
  onNodeAdd(node: Node): boolean;
  onNodeUpdate(old: Node, node: Node): boolean;
  onNodeDelete(node: Node): boolean;
}

/** What a sync did, for the log and the picture. */
export interface SyncSummary {
  /** True when every Service was written anew, not only the changed ones. */
  readonly full: boolean;
  readonly services: number;
  readonly endpoints: number;
}

export interface Proxier extends ObjectHandler {
  /** Done once, before the first sync: sysctls. A failure ends kube-proxy. */
  init(): Result<void, string>;
  /** Programs the kernel; the error is the tool's words. */
  sync(): Result<SyncSummary, string>;
  /** Makes the next sync write everything. */
  forceFullSync(): void;
}
