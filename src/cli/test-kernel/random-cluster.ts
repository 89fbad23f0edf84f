/**
 * Small clusters drawn by chance: network, kube-proxy's flags, Services, Pods here and there, and what a person may have done to a
 * machine by hand. The same seed draws the same cluster.
 */
import type { Command } from '../../cluster/commands.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS, type ScenarioSpec } from '../../cluster/scenario.ts';
import { createRng } from '../../lib/rng.ts';
import { NETWORK_NAMES, type NetworkName } from '../../node/cni/networks.ts';
import { drawByHand } from './by-hand.ts';
import { Draw } from './draw.ts';
import { BALANCER, drawServices } from './random-services.ts';

/** A scenario, and what is done once it stands. */
export interface TestedCluster {
  readonly spec: ScenarioSpec;
  readonly commands: readonly Command[];
}

const NODES = ['class', 'class2', 'class3'].map((name, index) => ({
  name,
  ip: `192.168.1.${index + 11}`,
  podCIDR: `10.244.${index}.0/24`,
}));
const OUTSIDE = { ip: '192.168.1.100', port: 9999 };

/** The cluster of that seed. */
export function randomCluster(seed: number): TestedCluster {
  const draw = new Draw(createRng(seed).fork('test-kernel'));
  const services = drawServices(draw, { nodes: NODES, outside: OUTSIDE });
  const objects = [podObject('client', 0, {}), podObject('client-2', draw.below(3), {}), ...drawBackends(draw)];
  return {
    spec: {
      id: `random-${seed}`,
      title: `Drawn by seed ${seed}`,
      cluster: {
        ...CLUSTER_DEFAULTS,
        cni: draw.pick(['flannel-vxlan', 'flannel-host-gw', 'kindnet', 'calico-bgp', ...NETWORK_NAMES.filter(isNetwork)]),
        hairpin: !draw.oneIn(3),
        networkPolicy: !draw.oneIn(3),
        nodes: NODES.map((node, index) => ({
          ...NODE_DEFAULTS,
          ...node,
          controlPlane: index === 0,
          ...drawByHand(draw),
        })),
        proxy: {
          ...CLUSTER_DEFAULTS.proxy,
          clusterCIDR: draw.oneIn(3) ? '' : CLUSTER_DEFAULTS.clusterCIDR,
          masqueradeAll: draw.oneIn(3),
          nodePortAddresses: draw.pick([null, null, '192.168.1.0/24', '127.0.0.0/8,192.168.1.0/26']),
        },
        kubeSystem: false,
        neighbours: draw.pick(['learned', 'permanent']),
        seed,
      },
      manifests: [manifest('pods.yaml', objects), manifest('services.yaml', services.objects)],
    },
    commands: [
      ...services.commands,
      {
        kind: 'tool',
        node: 'external',
        netns: 'root',
        line: `ip route add ${BALANCER}/32 via ${NODES[draw.below(3)]?.ip ?? ''}`,
      },
    ],
  };
}

function isNetwork(name: NetworkName): boolean {
  return name !== 'none';
}

/** JSON is YAML. */
function manifest(file: string, objects: readonly unknown[]): { readonly file: string; readonly text: string } {
  return { file, text: objects.map((object) => `${JSON.stringify(object, null, 2)}\n`).join('---\n') };
}

/** Some are not ready, some do not listen, one may live in its node's network, one be reached by its node's port. */
function drawBackends(draw: Draw): readonly unknown[] {
  const pods = draw.many(0, 5, (index) =>
    podObject(`web-${index}`, draw.below(NODES.length), {
      deaf: draw.oneIn(10),
      unready: draw.oneIn(6),
      hostPort: index === 0 && draw.oneIn(3),
    }),
  );
  return draw.oneIn(4) ? [...pods, podObject('web-host', draw.below(NODES.length), { hostNetwork: true })] : pods;
}

interface PodTraits {
  readonly deaf?: boolean;
  readonly unready?: boolean;
  readonly hostPort?: boolean;
  readonly hostNetwork?: boolean;
}

function podObject(name: string, node: number, { deaf, unready, hostPort, hostNetwork }: PodTraits): unknown {
  const port = { name: 'http', containerPort: 8080, ...(hostPort === true ? { hostPort: 8081 } : {}) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name.split('-')[0] } },
    spec: {
      nodeName: NODES[node]?.name,
      hostNetwork,
      containers: [
        {
          name: 'server',
          image: deaf === true ? 'busybox:1.36' : 'some/server:1',
          ...(deaf === true ? { command: ['sleep', 'infinity'] } : {}),
          ports: [port, { name: 'dns', containerPort: 8080, protocol: 'UDP' }],
          ...(unready === true ? { readinessProbe: { exec: { command: ['false'] }, periodSeconds: 10 } } : {}),
        },
      ],
    },
  };
}
