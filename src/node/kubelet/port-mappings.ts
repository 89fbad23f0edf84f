/** The hostPorts of a Pod, as the kubelet asks the runtime for them (pkg/kubelet/container/helpers.go MakePortMappings). */
import type { PodSpec } from '../../api/types/pod.ts';
import type { PortMapping } from '../cni/plugin.ts';

/** None with hostNetwork: there the Pod's ports are the machine's. */
export function portMappings({ containers, hostNetwork }: PodSpec): readonly PortMapping[] {
  if (hostNetwork === true) return [];
  return containers.flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort = 0, containerPort, protocol, hostIP = '' }) =>
      hostPort === 0 ? [] : [{ hostPort, containerPort, protocol: PROTOCOLS[protocol], hostIP }],
    ),
  );
}

const PROTOCOLS = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const;
