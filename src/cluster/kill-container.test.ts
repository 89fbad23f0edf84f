/**
 * Containers killed behind the kubelet's back: an app container changes nothing in the Pod's namespace, pause takes the namespace with it.
 */
import { describe, expect, test } from 'vitest';
import { assert, assertExists } from '../lib/assert.ts';
import type { ClusterApi, CommandResult } from './cluster-api.ts';
import { createCluster } from './cluster.ts';
import type { Command, Place, Target } from './commands.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS, type ClusterSpec } from './scenario.ts';

const SECOND = 1e9;

const POD = `apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec:
  nodeName: class2
  containers:
    - { name: nginx, image: nginx:1.25, ports: [{ containerPort: 80 }] }
    - { name: side, image: busybox, command: [sleep, "100000"] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: client }
spec: { nodeName: class, containers: [{ name: main, image: nginx:1.25 }] }
`;

interface Lab {
  readonly cluster: ClusterApi;
  readonly kill: (container: string, pod?: string) => CommandResult;
  readonly advance: (seconds: number) => void;
  readonly call: (to: Target, from?: string) => string;
  readonly service: Target;
  /** Address, restart counts, container ids, as the API has them. */
  readonly status: (pod?: string) => {
    readonly podIP: string | undefined;
    readonly restarts: readonly number[];
    readonly ids: readonly (string | undefined)[];
    readonly ready: boolean;
    readonly waiting: readonly (string | undefined)[];
  };
  readonly events: (pod?: string) => readonly string[];
  readonly endpoints: () => readonly string[];
}

function lab(options: Partial<Pick<ClusterSpec, 'cni' | 'runtime'>> & { readonly manifest?: string } = {}): Lab {
  const nodes = [
    { ...NODE_DEFAULTS, name: 'class', ip: '192.168.1.12', controlPlane: true },
    { ...NODE_DEFAULTS, name: 'class2', ip: '192.168.1.8' },
  ];
  const { manifest = POD, ...network } = options;
  const cluster = createCluster({
    id: 'kill',
    title: 'kill',
    cluster: { ...CLUSTER_DEFAULTS, nodes, kubeSystem: false, ...network },
    manifests: [{ file: 'web.yaml', text: manifest }],
  });
  const must = (command: Command): Extract<CommandResult, { ok: true }> => {
    const result = cluster.run(command);
    assert(result.ok, result.ok ? '' : result.errors.map(({ message }) => message).join());
    return result;
  };
  const pod = (name: string) => {
    const object = cluster.snapshot().objects.get(`Pod default/${name}`)?.object;
    assert(object?.kind === 'Pod', name);
    return object;
  };
  return {
    cluster,
    kill: (container, name = 'web') => cluster.run({ kind: 'kill-container', pod: `Pod default/${name}`, container }),
    advance: (seconds) => void must({ kind: 'advance', ns: seconds * SECOND }),
    call(to, from = 'client') {
      const place: Place = { kind: 'pod', namespace: 'default', name: from };
      return must({ kind: 'probe', probe: { from: place, to, port: 80, protocol: 'tcp' } }).probe?.outcome ?? '';
    },
    service: { kind: 'svc', namespace: 'default', name: 'web' },
    status(name = 'web') {
      const { status } = pod(name);
      const containers = status.containerStatuses ?? [];
      return {
        podIP: status.podIP,
        restarts: containers.map(({ restartCount }) => restartCount),
        ids: containers.map(({ containerID }) => containerID),
        ready: status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True',
        waiting: containers.map(({ state }) => state?.waiting?.reason),
      };
    },
    events: (name = 'web') =>
      cluster
        .snapshot()
        .events.filter(({ object }) => object === `Pod default/${name}`)
        .map(({ reason, message }) => `${reason}: ${message}`),
    endpoints: () =>
      [...cluster.snapshot().objects.values()].flatMap(({ object }) =>
        object.kind === 'EndpointSlice' && object.metadata.name.startsWith('web-')
          ? object.endpoints.filter(({ conditions }) => conditions?.ready === true).flatMap(({ addresses }) => addresses)
          : [],
      ),
  };
}

/** The Pod's namespace without what packets leave behind. */
function namespaceOf({ cluster }: Lab): unknown {
  const netns = assertExists(cluster.snapshot().nodes[1]?.podNetns.get('default/web'), 'web has a namespace');
  const { links, routes } = netns;
  return [links.map(({ name, ifindex, mac, addresses }) => [name, ifindex, mac, addresses]), routes.map(({ text }) => text)];
}

describe('an app container killed', () => {
  test('is started again in the same namespace, with another id', () => {
    const { kill, ...at } = lab();
    const [before, netns, events] = [at.status(), namespaceOf({ kill, ...at }), at.events().length];
    expect(kill('nginx')).toMatchObject({ ok: true });
    const after = at.status();
    expect([after.podIP, after.restarts, after.ids[1], after.ready]).toEqual([before.podIP, [1, 0], before.ids[1], true]);
    expect(after.ids[0]).not.toBe(before.ids[0]);
    expect(namespaceOf({ kill, ...at })).toEqual(netns);
    expect(at.events().slice(events)).toEqual(['Pulled: Container image "nginx:1.25" already present on machine']);
    expect(at.call(at.service)).toBe('reply');
  });

  test('again and again waits 10 s, 20 s, 40 s; meanwhile nobody listens', () => {
    const at = lab();
    at.kill('nginx');
    for (const wait of [10, 20, 40]) {
      expect(at.kill('nginx')).toMatchObject({ ok: true });
      expect([at.status().waiting[0], at.status().ready, at.endpoints()]).toEqual(['CrashLoopBackOff', false, []]);
      const { podIP = '' } = at.status();
      expect(at.call({ kind: 'address', address: podIP })).toBe('refused');
      expect(at.kill('nginx')).toMatchObject({
        ok: false,
        errors: [{ message: 'Error response from daemon: No such container: k8s_nginx_web_default_' }],
      });
      at.advance(wait - 2);
      expect(at.status().waiting[0]).toBe('CrashLoopBackOff');
      at.advance(4);
      expect([at.status().waiting[0], at.status().ready]).toEqual([undefined, true]);
      expect(at.call({ kind: 'address', address: podIP })).toBe('reply');
    }
    expect(at.status().restarts).toEqual([4, 0]);
    expect(at.events().filter((text) => text.startsWith('BackOff'))).toHaveLength(1);
  });

  test('is not started again where the Pod says Never', () => {
    const manifest = POD.replace('nodeName: class2', 'nodeName: class2\n  restartPolicy: Never');
    const at = lab({ manifest });
    at.kill('nginx');
    at.advance(60);
    expect([at.status().restarts, at.status().ready]).toEqual([[0, 0], false]);
  });
});

describe('pause killed', () => {
  test.each(['flannel-vxlan', 'flannel-host-gw', 'kindnet', 'bridge', 'calico-ipip', 'weave'] as const)(
    '%s: the kubelet makes the Pod a new namespace, and Services follow it',
    (cni) => {
      const at = lab({ cni });
      const before = at.status();
      const netns = namespaceOf(at);
      const pause = (): string | undefined =>
        at.cluster
          .snapshot()
          .nodes[1]?.containers.find(({ pod, container }) => pod === 'Pod default/web' && container === 'POD')?.name;
      const links = at.cluster.snapshot().nodes[1]?.root.links.length;
      expect(pause()).toMatch(/^k8s_POD_web_default_.*_0$/);
      expect(at.kill('POD')).toMatchObject({ ok: true });
      at.advance(40);
      const after = at.status();
      expect([after.restarts, after.ready, at.endpoints()]).toEqual([[1, 1], true, [after.podIP]]);
      expect(pause()).toMatch(/^k8s_POD_web_default_.*_1$/);
      expect(namespaceOf(at)).not.toEqual(netns);
      for (const [index, id] of after.ids.entries()) expect(id).not.toBe(before.ids[index]);
      // weaver hands out the lowest free address, which is the one that has just come back.
      if (cni === 'weave') expect(after.podIP).toBe(before.podIP);
      else expect(after.podIP).not.toBe(before.podIP);
      expect(at.cluster.snapshot().nodes[1]?.root.links.length).toBe(links);
      expect(at.call(at.service)).toBe('reply');
    },
  );

  test('in the kubelet’s words', () => {
    const at = lab();
    const before = at.events();
    at.kill('POD');
    at.advance(40);
    expect(at.events().filter((event) => !before.includes(event))).toEqual([
      'SandboxChanged: Pod sandbox changed, it will be killed and re-created.',
      'Killing: Stopping container nginx',
      'Killing: Stopping container side',
      'Pulled: Container image "nginx:1.25" already present on machine',
      expect.stringMatching(/^Pulled: Successfully pulled image "busybox"/),
    ]);
  });

  test('a container that does not heed SIGTERM holds it up for the grace period', () => {
    const at = lab();
    const taken = (pod: string): number => {
      const before = at.cluster.snapshot().now;
      at.kill('POD', pod);
      return (at.cluster.snapshot().now - before) / SECOND;
    };
    expect(taken('client')).toBeLessThan(5);
    expect(taken('web')).toBeGreaterThan(30);
  });

  test('undo and redo are replay', () => {
    const at = lab();
    const before = at.status();
    at.kill('POD');
    const after = at.status();
    expect([at.cluster.undo(), at.status()]).toEqual([true, before]);
    expect([at.cluster.redo(), at.status()]).toEqual([true, after]);
  });

  test('of a Pod that is never restarted: it is over', () => {
    const manifest = POD.replace('nodeName: class2', 'nodeName: class2\n  restartPolicy: Never');
    const at = lab({ manifest });
    at.kill('POD');
    const object = at.cluster.snapshot().objects.get('Pod default/web')?.object;
    expect(object?.kind === 'Pod' ? object.status.phase : null).toBe('Failed');
    expect(at.cluster.snapshot().nodes[1]?.podNetns.has('default/web')).toBe(false);
    expect(at.events().some((event) => event.startsWith('SandboxChanged'))).toBe(false);
  });

  test('with containerd the runtime has names of its own, and crictl is what stops it', () => {
    const at = lab({ runtime: 'containerd' });
    const names = at.cluster
      .snapshot()
      .nodes[1]?.containers.flatMap(({ pod, name }) => (pod === 'Pod default/web' ? [name] : []));
    const uid = at.cluster.snapshot().objects.get('Pod default/web')?.object.metadata.uid ?? '';
    expect(names).toEqual([`web_default_${uid}_0`, `nginx_web_default_${uid}_0`, `side_web_default_${uid}_0`]);
    const commands = ['nginx', 'POD'].map((container) => {
      const result = at.kill(container);
      return result.ok ? result.diff.command : '';
    });
    expect(commands).toEqual([
      'crictl stop --timeout 0 $(crictl ps -q --name ^nginx$ --pod $(crictl pods -q --name ^web$ --namespace default))',
      'crictl stopp $(crictl pods -q --name ^web$ --namespace default)',
    ]);
  });

  test('what changed names the kubelet and the network', () => {
    const at = lab();
    const result = at.kill('POD');
    assert(result.ok, 'pause was there');
    expect(result.diff.command).toBe('docker kill $(docker ps -qf name=k8s_POD_web_default_)');
    expect(result.diff.groups.map(({ actor }) => actor)).toEqual(
      expect.arrayContaining(['kubelet', 'CNI flannel', 'kube-proxy']),
    );
  });

  test('init containers run again in the new namespace', () => {
    const manifest = POD.replace(
      '  containers:',
      '  initContainers: [{ name: first, image: busybox, command: [sh, -c, "sleep 1"] }]\n  containers:',
    );
    const at = lab({ manifest });
    at.kill('POD');
    at.advance(60);
    const object = at.cluster.snapshot().objects.get('Pod default/web')?.object;
    expect(
      object?.kind === 'Pod' ? object.status.initContainerStatuses?.map(({ restartCount }) => restartCount) : null,
    ).toEqual([1]);
    expect([at.status().ready, at.status().restarts]).toEqual([true, [1, 1]]);
  });

  test('a container that waits out its back-off goes on waiting in the new namespace', () => {
    const at = lab();
    at.kill('nginx');
    at.kill('nginx');
    at.advance(10);
    at.kill('nginx');
    expect(at.status().waiting[0]).toBe('CrashLoopBackOff');
    at.kill('POD');
    at.advance(60);
    expect([at.status().ready, at.status().restarts]).toEqual([true, [3, 1]]);
  });
});
