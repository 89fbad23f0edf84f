import type { Pod } from '../api/types/pod.ts';
import type { ApiClient } from '../api/watch.ts';
import { IP_ANY } from '../lib/ip.ts';
import type { Kernel } from '../net/kernel.ts';
import type { CniPlugin } from '../node/cni/plugin.ts';
import { NS_PER_MS } from '../sim/sim.ts';
import type { ContainerView } from './snapshot.ts';
import { hexSha256 } from '../lib/hash.ts';
import { sandboxName, containerName } from '../node/runtime/names.ts';

export class StopgapKubelet {
  #containers: readonly ContainerView[] = [];
  constructor(readonly0: { name: string; ip: string; kernel: Kernel; api: ApiClient; cni: CniPlugin }) {
    const { name, ip, kernel, api, cni } = readonly0;
    const sim = kernel.sim;
    cni.setupNode();
    const ready = (): void => {
      const node = api.get('Node', null, name);
      if (node === null) return;
      api.updateStatus('Node', {
        ...node,
        status: {
          ...node.status,
          addresses: [{ type: 'InternalIP', address: ip }],
          allocatable: { cpu: '2', memory: '4Gi', pods: '110' },
          capacity: { cpu: '2', memory: '4Gi', pods: '110' },
          conditions: [{ type: 'Ready', status: 'True' }],
        },
      });
    };
    sim.after(300 * NS_PER_MS, 'ready', ready);
    const started = new Map<string, () => void>();
    api.watch('Pod', ({ type, object }) => {
      if (object.spec.nodeName !== name) return;
      const key = `${object.metadata.namespace}/${object.metadata.name}`;
      if (type === 'DELETED') return;
      if (object.metadata.deletionTimestamp !== undefined) {
        const stop = started.get(object.metadata.uid);
        if (stop !== undefined) {
          started.delete(object.metadata.uid);
          sim.after(NS_PER_MS * 100, 'kill', () => {
            stop();
            api.delete('Pod', object.metadata.namespace, object.metadata.name, { gracePeriodSeconds: 0 });
          });
        }
        return;
      }
      if (started.has(object.metadata.uid)) return;
      started.set(object.metadata.uid, () => undefined);
      const attempt = (): void => {
        const stop = start(object, key);
        if (stop === null) sim.after(500 * NS_PER_MS, 'retry', attempt);
        else started.set(object.metadata.uid, stop);
      };
      sim.after(50 * NS_PER_MS, 'sandbox', attempt);
    });
    const start = (pod: Pod, key: string): (() => void) | null => {
      const by = { actor: 'kubelet', action: 'sandbox', object: `Pod ${key}` };
      const host = pod.spec.hostNetwork === true;
      const id = hexSha256(pod.metadata.uid);
      const ctx = { containerId: id, ifName: 'eth0', podNamespace: pod.metadata.namespace, podName: pod.metadata.name };
      let podIP = ip;
      const netns = host ? kernel.root : kernel.addNetns(key, by);
      if (!host) {
        netns.setLink('lo', { up: true }, by);
        const added = cni.cmdAdd({ ...ctx, netns });
        if (!added.ok) {
          kernel.deleteNetns(key, by);
          return null;
        }
        podIP = added.value.ips[0]?.address.split('/')[0] ?? '';
      }
      const ready = pod.spec.containers.every((c) => c.readinessProbe === undefined);
      const closers: (() => void)[] = [];
      if (!pod.spec.containers.some((c) => (c.image ?? '').includes('busybox')))
        for (const c of pod.spec.containers)
          for (const p of c.ports ?? []) {
            const r = netns.listen({
              protocol: p.protocol === 'UDP' ? 'udp' : 'tcp',
              addr: IP_ANY,
              port: p.containerPort,
              process: c.name,
              handler: (q) => `${pod.metadata.name} sees ${q.peer.addr}\n`,
            });
            if (r.ok) closers.push(r.value);
          }
      const view = (container: string, n: string, image: string): ContainerView => ({
        id: hexSha256(pod.metadata.uid + container),
        name: n,
        image,
        container,
        pod: `Pod ${key}`,
        state: 'running',
        startedAt: sim.now,
      });
      const identity = { name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid };
      this.#containers = [
        ...this.#containers,
        view('POD', sandboxName(identity, 0), 'registry.k8s.io/pause:3.9'),
        ...pod.spec.containers.map((c) => view(c.name, containerName(c.name, identity, 0), c.image ?? '')),
      ];
      const now = api.get('Pod', pod.metadata.namespace, pod.metadata.name);
      if (now !== null) {
        const cond = (type: string, ok: boolean) => ({ type, status: ok ? ('True' as const) : ('False' as const) });
        api.updateStatus('Pod', {
          ...now,
          status: {
            ...now.status,
            phase: 'Running',
            podIP,
            podIPs: [{ ip: podIP }],
            hostIP: ip,
            conditions: [
              ...(now.status.conditions ?? []).filter((c) => c.type === 'PodScheduled'),
              cond('Initialized', true),
              cond('ContainersReady', ready),
              cond('Ready', ready),
            ],
          },
        });
      }
      return () => {
        for (const c of closers) c();
        if (!host) {
          cni.cmdDel({ ...ctx, netns });
          kernel.deleteNetns(key, by);
        }
        this.#containers = this.#containers.filter((c) => c.pod !== `Pod ${key}`);
      };
    };
  }
  containers(): readonly ContainerView[] {
    return this.#containers;
  }
}
