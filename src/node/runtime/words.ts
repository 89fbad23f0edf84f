/**
 * How a container runtime speaks through the CRI: its version, its id prefix and its errors.
 *
 * Docker's are cri-dockerd's, which kept those of dockershim (pkg/kubelet/dockershim/docker_sandbox.go, network/plugins.go);
 * containerd's are from pkg/cri/server/sandbox_run.go and status.go. Seen in `kubectl describe pod` and `kubectl get nodes -o wide`.
 */
import { containerName, criName, sandboxName, type PodIdentity } from './names.ts';

export const RUNTIMES = ['docker', 'containerd'] as const;

export type RuntimeName = (typeof RUNTIMES)[number];

export interface RuntimeWords {
  /** `kubectl get nodes -o wide`, CONTAINER-RUNTIME. */
  readonly version: string;
  /** Before the `://` of a container id. */
  readonly idScheme: string;
  readonly imageIdPrefix: string;
  /** What it calls a container; the attempt counts restarts, from 0. */
  containerName(container: string, pod: PodIdentity, attempt: number): string;
  /** What it calls a Pod's sandbox. */
  sandboxName(pod: PodIdentity, attempt: number): string;
  /** NetworkReady=false's message while there is no CNI configuration. */
  readonly networkNotReady: string;
  /** RunPodSandbox's error when the plugin failed. */
  networkSetupFailed(pod: PodIdentity, sandboxId: string, plugin: PluginFailure): string;
  /** RunPodSandbox's error when the Pod's bandwidth annotations cannot be, before any plugin is called. */
  bandwidthRefused(pod: PodIdentity, sandboxId: string, why: string): string;
  /** The burst that goes with a rate, in bits: meant to be no limit. */
  readonly burstBits: number;
}

/** A failed CNI ADD: which plugin of which network said what. */
export interface PluginFailure {
  readonly type: string;
  readonly network: string;
  readonly message: string;
}

const WORDS: Readonly<Record<RuntimeName, RuntimeWords>> = {
  docker: {
    version: 'docker://26.1.4',
    idScheme: 'docker',
    imageIdPrefix: 'docker-pullable://',
    containerName,
    sandboxName,
    networkNotReady: 'docker: network plugin is not ready: cni config uninitialized',
    networkSetupFailed: (pod, sandboxId, { message }) =>
      `failed to set up sandbox container "${sandboxId}" network for pod "${pod.name}": ` +
      `networkPlugin cni failed to set up pod "${pod.name}_${pod.namespace}" network: ${message}`,
    bandwidthRefused: (pod, sandboxId, why) =>
      `failed to set up sandbox container "${sandboxId}" network for pod "${pod.name}": ` +
      `networkPlugin cni failed to set up pod "${pod.name}_${pod.namespace}" network: failed to get pod bandwidth from annotations: ${why}`,
    burstBits: 2 ** 31 - 1,
  },
  containerd: {
    version: 'containerd://1.7.18',
    idScheme: 'containerd',
    imageIdPrefix: '',
    containerName: (container, pod, attempt) => `${container}_${criName(pod, attempt)}`,
    sandboxName: criName,
    networkNotReady: 'Network plugin returns error: cni plugin not initialized',
    networkSetupFailed: (_pod, sandboxId, { type, network, message }) =>
      `failed to setup network for sandbox "${sandboxId}": plugin type="${type}" name="${network}" failed (add): ${message}`,
    bandwidthRefused: (_pod, sandboxId, why) =>
      `failed to setup network for sandbox "${sandboxId}": get cni namespace options: reading pod bandwidth annotations: ${why}`,
    burstBits: 2 ** 32 - 1,
  },
};

export function runtimeWords(name: RuntimeName): RuntimeWords {
  return WORDS[name];
}
