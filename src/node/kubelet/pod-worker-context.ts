/** What a node's Pod workers share. */
import type { ApiClient } from '../../api/watch.ts';
import type { IpAddr } from '../../lib/ip.ts';
import type { Sim } from '../../sim/sim.ts';
import type { ContainerRuntime } from '../runtime/runtime.ts';
import type { ImageStore } from '../runtime/image-store.ts';
import type { EventWriter } from './events.ts';
import type { KubeletDns } from './pod-dns.ts';

export interface PodWorkerContext {
  readonly sim: Sim;
  readonly api: ApiClient;
  readonly runtime: ContainerRuntime;
  readonly images: ImageStore;
  readonly events: EventWriter;
  readonly nodeName: string;
  readonly nodeIP: IpAddr;
  readonly dns: KubeletDns;
}
