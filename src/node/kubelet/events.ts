/**
 * The kubelet's Events: reasons and messages as v1.30 writes them (pkg/kubelet/events/event.go, kuberuntime, images, prober).
 * Seen at the end of `kubectl describe pod`.
 */
import type { Pod } from '../../api/types/pod.ts';
import type { ApiClient } from '../../api/watch.ts';
import type { Pull } from '../runtime/image-store.ts';
import { durationText } from '../runtime/image-store.ts';

/** One event of a Pod. */
export interface PodEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

function normal(reason: string, message: string): PodEvent {
  return { type: 'Normal', reason, message };
}

function warning(reason: string, message: string): PodEvent {
  return { type: 'Warning', reason, message };
}

/** The kubelet's own words for a network that is not there. */
export function networkNotReadyMessage(problem: string): string {
  return `container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:${problem}`;
}

export const podEvents = {
  networkNotReady: (problem: string) => warning('NetworkNotReady', `network is not ready: ${networkNotReadyMessage(problem)}`),
  failedCreatePodSandBox: (error: string) =>
    warning('FailedCreatePodSandBox', `Failed to create pod sandbox: rpc error: code = Unknown desc = ${error}`),
  sandboxChanged: () => normal('SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.'),
  pulling: (image: string) => normal('Pulling', `Pulling image "${image}"`),
  pulled: (image: string, { ownNs, totalNs, sizeBytes }: Pull) =>
    normal(
      'Pulled',
      `Successfully pulled image "${image}" in ${durationText(ownNs)} (${durationText(totalNs)} including waiting). Image size: ${sizeBytes} bytes.`,
    ),
  present: (image: string) => normal('Pulled', `Container image "${image}" already present on machine`),
  neverPull: (image: string) =>
    warning('ErrImageNeverPull', `Container image "${image}" is not present with pull policy of Never`),
  invalidImage: (message: string) => warning('InspectFailed', message),
  failed: (reason: string) => warning('Failed', `Error: ${reason}`),
  created: (container: string) => normal('Created', `Created container ${container}`),
  started: (container: string) => normal('Started', `Started container ${container}`),
  stopping: (container: string) => normal('Killing', `Stopping container ${container}`),
  definitionChanged: (container: string) => normal('Killing', `Container ${container} definition changed, will be restarted`),
  failedProbe: (container: string, kind: string) =>
    normal('Killing', `Container ${container} failed ${kind} probe, will be restarted`),
  backOff: (container: string, { metadata }: Pod) =>
    warning(
      'BackOff',
      `Back-off restarting failed container ${container} in pod ${metadata.name}_${metadata.namespace}(${metadata.uid})`,
    ),
  unhealthy: (kind: string, message: string) => warning('Unhealthy', `${kind} probe failed: ${message}`),
  dnsConfigForming: (message: string) => warning('DNSConfigForming', message),
  notSimulated: (what: string) => warning('NotSimulated', what),
} as const;

/** Writes events of Pods under the kubelet's name. */
export class EventWriter {
  readonly #api: ApiClient;
  readonly #nodeName: string;

  constructor(api: ApiClient, nodeName: string) {
    this.#api = api;
    this.#nodeName = nodeName;
  }

  record(pod: Pod, { type, reason, message }: PodEvent): void {
    this.#api.recordEvent({ regarding: pod, type, reason, message, source: { component: 'kubelet', host: this.#nodeName } });
  }
}
