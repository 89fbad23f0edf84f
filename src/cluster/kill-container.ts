/**
 * A container killed on its machine, behind the kubelet's back (`docker kill`): of a Pod's own, or its pause container, whose name is POD.
 *
 * Simplification: an agent that runs as a Pod (kube-proxy, the network's daemon) and the control plane's own containers come back at once,
 * and what they do is not interrupted; stopping an agent is a command of its own.
 */
import { err, ok, type Result } from '../lib/result.ts';
import { containerName, SANDBOX_CONTAINER } from '../node/runtime/names.ts';
import type { RuntimeName } from '../node/runtime/words.ts';
import type { World } from './world.ts';

export interface ContainerName {
  /** `Pod namespace/name`. */
  readonly pod: string;
  /** The container's name in the Pod; `POD` for pause. */
  readonly container: string;
}

export function killContainer(world: World, { pod: key, container }: ContainerName): Result<void, string> {
  const pod = world.store.byKey(key);
  if (pod?.kind !== 'Pod') return err(`Error from server (NotFound): ${key} not found`);
  const node = world.nodes.find(({ name }) => name === pod.spec.nodeName);
  const running = node?.agents
    .containers()
    .find((record) => record.pod === key && record.container === container && record.state === 'running');
  if (node === undefined || running === undefined)
    return err(`Error response from daemon: No such container: ${namePrefix({ pod: key, container })}`);
  node.agents.killContainer(running.id);
  return ok(undefined);
}

/**
 * `docker kill $(docker ps -qf name=k8s_nginx_web_default_)`: the uid in the full name is nobody's to remember. With containerd by
 * `crictl stop`, of a sandbox `crictl stopp`.
 */
export function killLine(container: ContainerName, runtime: RuntimeName): string {
  if (runtime === 'docker') return `docker kill $(docker ps -qf name=${namePrefix(container)})`;
  const [namespace = '', name = ''] = container.pod.replace(/^Pod /, '').split('/');
  const sandbox = `$(crictl pods -q --name ^${name}$ --namespace ${namespace})`;
  return container.container === SANDBOX_CONTAINER
    ? `crictl stopp ${sandbox}`
    : `crictl stop --timeout 0 $(crictl ps -q --name ^${container.container}$ --pod ${sandbox})`;
}

function namePrefix({ pod, container }: ContainerName): string {
  const [namespace = '', name = ''] = pod.replace(/^Pod /, '').split('/');
  return containerName(container, { namespace, name, uid: '' }, 0).replace(/_0$/, '');
}
