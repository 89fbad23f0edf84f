/**
 * From Pods to endpoints (staging endpointslice/utils.go podToEndpoint, getEndpointPorts; pkg/api/v1/pod FindPort;
 * pkg/controller/util/endpoint ShouldPodBeInEndpoints). Shared by the EndpointSlice and the Endpoints controller.
 */
import { isPodReady, isPodTerminal } from '../../api/pod-status.ts';
import type { Endpoint, EndpointPort } from '../../api/types/endpointslice.ts';
import type { Node } from '../../api/types/node.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { Service, ServicePort } from '../../api/types/service.ts';

const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** True when Pods are selected for the Service; an empty selector is stored as none. */
export function hasSelector(service: Service): boolean {
  return Object.keys(service.spec.selector ?? {}).length > 0;
}

/** The Pod has an address and has not ended; a terminating one counts only where asked for. */
export function shouldBeInEndpoints(pod: Pod, options: { readonly includeTerminating: boolean }): boolean {
  if (isPodTerminal(pod) || (pod.status.podIP ?? '') === '') return false;
  return options.includeTerminating || pod.metadata.deletionTimestamp === undefined;
}

/** The port number a Service port leads to in this Pod; null where a named port is missing. */
export function findPort(pod: Pod, port: ServicePort): number | null {
  if (typeof port.targetPort === 'number') return port.targetPort;
  const sidecars = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  for (const container of [...pod.spec.containers, ...sidecars]) {
    const found = container.ports?.find(
      (candidate) => candidate.name === port.targetPort && candidate.protocol === port.protocol,
    );
    if (found !== undefined) return found.containerPort;
  }
  return null;
}

/** The Service's ports as this Pod has them: ports it does not name are left out. */
export function endpointPorts(service: Service, pod: Pod): readonly EndpointPort[] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = findPort(pod, port);
    const appProtocol = port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol };
    return number === null ? [] : [{ name: port.name ?? '', port: number, protocol: port.protocol, ...appProtocol }];
  });
}

/** The Pod's endpoint in slices of `service`. */
export function podToEndpoint(pod: Pod, service: Service, node: Node | null): Endpoint {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const zone = node?.metadata.labels?.[ZONE_LABEL];
  return {
    addresses: [pod.status.podIP ?? ''],
    conditions: { ready: service.spec.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating },
    ...hostnameOf(pod, service),
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    ...(zone === undefined ? {} : { zone }),
  };
}

/** A Pod whose subdomain is the Service has a DNS name of its own. */
export function hostnameOf(pod: Pod, service: Service): { readonly hostname?: string } {
  const { hostname, subdomain } = pod.spec;
  return hostname !== undefined && hostname !== '' && subdomain === service.metadata.name ? { hostname } : {};
}

/** True when a change of the Pod can change endpoints. */
export function endpointsMayChange(pod: Pod, old: Pod): boolean {
  return (
    pod.status.podIP !== old.status.podIP ||
    pod.spec.nodeName !== old.spec.nodeName ||
    pod.metadata.labels !== old.metadata.labels ||
    pod.metadata.deletionTimestamp !== old.metadata.deletionTimestamp ||
    isPodReady(pod) !== isPodReady(old) ||
    isPodTerminal(pod) !== isPodTerminal(old)
  );
}
