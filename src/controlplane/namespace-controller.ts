/**
 * The namespace controller (pkg/controller/namespace): empties a Namespace that is being deleted, then lets it go.
 * `kubectl get namespace` shows Terminating meanwhile.
 */
import { KINDS, type Kind } from '../api/kinds.ts';
import { NS_PER_MS } from '../sim/sim.ts';
import { RECONCILE_NS, type Controller, type ControllerContext } from './controller.ts';
import { WorkQueue } from './workqueue.ts';

const NAME = 'namespace-controller';
/** How soon it looks again at what is still terminating. */
const RECHECK_NS = 500 * NS_PER_MS;

export interface NamespaceControllerContext extends ControllerContext {
  /** The Namespace's finalize subresource. */
  readonly finalize: (name: string) => void;
}

export function startNamespaceController({ sim, client, finalize }: NamespaceControllerContext): Controller {
  const queue = new WorkQueue({ sim, name: NAME, workNs: RECONCILE_NS, reconcile: syncNamespace });
  const namespaced = Object.values(KINDS).flatMap((info): readonly Kind[] => (info.namespaced ? [info.kind] : []));

  const stop = client.watch('Namespace', ({ type, object }) => {
    if (type !== 'DELETED' && object.metadata.deletionTimestamp !== undefined) queue.add(object.metadata.name);
  });

  function syncNamespace(name: string): 'done' {
    if (client.get('Namespace', null, name)?.metadata.deletionTimestamp === undefined) return 'done';
    for (const kind of namespaced) {
      for (const { metadata } of client.list(kind, { namespace: name })) {
        if (metadata.deletionTimestamp === undefined) client.delete(kind, name, metadata.name, { uid: metadata.uid });
      }
    }
    const left = namespaced.some((kind) => client.list(kind, { namespace: name }).length > 0);
    if (left) queue.addAfter(name, RECHECK_NS);
    else finalize(name);
    return 'done';
  }

  return {
    name: NAME,
    stop() {
      stop();
      queue.stop();
    },
    checkpoint: () => queue.checkpoint(),
  };
}
