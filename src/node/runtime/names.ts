/**
 * Names that the kubelet gives containers with Docker as the runtime (pkg/kubelet/dockershim/naming.go, kept by cri-dockerd).
 * An operator sees them in the last column of `docker ps`. containerd's are its own (pkg/cri/server/helpers.go makeContainerName,
 * makeSandboxName); `crictl ps` shows their parts.
 */

/** The container name of every sandbox. */
export const SANDBOX_CONTAINER = 'POD';

/** Whose container it is. */
export interface PodIdentity {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
}

/** `k8s_POD_<pod>_<namespace>_<uid>_<attempt>`; the attempt counts sandboxes of the Pod, from 0. */
export function sandboxName(pod: PodIdentity, attempt: number): string {
  return containerName(SANDBOX_CONTAINER, pod, attempt);
}

/** `k8s_<container>_<pod>_<namespace>_<uid>_<attempt>`; the attempt counts restarts of the container, from 0. */
export function containerName(container: string, pod: PodIdentity, attempt: number): string {
  return `k8s_${container}_${pod.name}_${pod.namespace}_${pod.uid}_${attempt}`;
}

/** `<pod>_<namespace>_<uid>_<attempt>`: a sandbox as containerd names it. */
export function criName(pod: PodIdentity, attempt: number): string {
  return `${pod.name}_${pod.namespace}_${pod.uid}_${attempt}`;
}
