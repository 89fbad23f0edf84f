/**
 * Services drawn by chance, of every type and with every field that kube-proxy heeds; some have EndpointSlices written by hand.
 */
import type { Command } from '../../cluster/commands.ts';
import type { Draw } from './draw.ts';

export interface DrawnServices {
  readonly objects: readonly unknown[];
  /** What load balancers report. */
  readonly commands: readonly Command[];
}

/** What hand-written endpoints and external addresses may name. */
export interface Surroundings {
  readonly nodes: readonly { readonly name: string; readonly ip: string; readonly podCIDR: string }[];
  /** The outside host, `192.168.1.100`, and a port it answers on. */
  readonly outside: { readonly ip: string; readonly port: number };
}

/** Nobody has it; the outside host sends it to a node. */
export const BALANCER = '203.0.113.7';
/** Nobody has it, nor knows a way there. */
const NOWHERE = '198.51.100.9';

export function drawServices(draw: Draw, around: Surroundings): DrawnServices {
  const drawn = draw.many(1, 4, (index) => drawService(draw, around, `web-${index}`));
  return { objects: drawn.flatMap(({ objects }) => objects), commands: drawn.flatMap(({ commands }) => commands) };
}

function drawService(draw: Draw, around: Surroundings, name: string): DrawnServices {
  const type = draw.pick(['ClusterIP', 'NodePort', 'NodePort', 'LoadBalancer', 'LoadBalancer']);
  const byHand = draw.oneIn(5);
  const ips = type === 'LoadBalancer' ? draw.pick([[], [BALANCER], [BALANCER], [BALANCER, NOWHERE]]) : [];
  const externalIPs = draw.pick([[], [], [NOWHERE], [around.nodes[1]?.ip ?? NOWHERE, NOWHERE]]);
  const isExternal = type !== 'ClusterIP' || externalIPs.length > 0;
  const ports = portsOf(draw);
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: {
      type,
      ports,
      ...(byHand ? {} : { selector: { app: draw.pick(['web', 'web', 'web', 'nobody']) } }),
      ...affinityOf(draw),
      internalTrafficPolicy: draw.pick(['Cluster', 'Cluster', 'Local']),
      publishNotReadyAddresses: draw.oneIn(5),
      externalIPs,
      ...(isExternal ? { externalTrafficPolicy: draw.pick(['Cluster', 'Local']) } : {}),
      ...(type === 'LoadBalancer' ? balancerFields(draw) : {}),
    },
  };
  return {
    objects: [service, ...(byHand ? draw.many(0, 3, (index) => sliceOf(draw, around, { name, index, ports })) : [])],
    commands: ips.length === 0 ? [] : [{ kind: 'load-balancer', object: `Service default/${name}`, ips }],
  };
}

interface Port {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number | string;
  readonly protocol: string;
}

/** TCP always; UDP, SCTP and a second port now and then. */
function portsOf(draw: Draw): readonly Port[] {
  return [
    { name: 'http', port: 80, targetPort: draw.pick([8080, 8080, 'http']), protocol: 'TCP' },
    ...(draw.oneIn(2) ? [{ name: 'dns', port: 80, targetPort: draw.pick([8080, 'dns']), protocol: 'UDP' }] : []),
    ...(draw.oneIn(4) ? [{ name: 'wrong', port: 81, targetPort: 9090, protocol: 'TCP' }] : []),
    ...(draw.oneIn(4) ? [{ name: 'sctp', port: 80, targetPort: 8080, protocol: 'SCTP' }] : []),
  ];
}

function affinityOf(draw: Draw): object {
  if (!draw.oneIn(4)) return {};
  return { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: draw.pick([5, 600, 10_800]) } } };
}

function balancerFields(draw: Draw): object {
  const ranges = draw.pick([
    [],
    ['192.168.1.100/32'],
    ['192.168.1.0/24', '10.244.1.0/24'],
    ['10.244.0.0/16'],
    ['203.0.113.77/24'],
    ['192.168.1.11/32', '172.16.0.0/12'],
  ]);
  return { loadBalancerSourceRanges: ranges, allocateLoadBalancerNodePorts: !draw.oneIn(3) };
}

/** Endpoints of any kind: the outside host, a machine, a Pod's likely address, an address nobody has; in any condition. */
function sliceOf(
  draw: Draw,
  { nodes, outside }: Surroundings,
  { name, index, ports }: { readonly name: string; readonly index: number; readonly ports: readonly Port[] },
): unknown {
  const port = draw.pick([8080, outside.port]);
  const addresses = [outside.ip, ...nodes.map(({ ip }) => ip), ...nodes.map(({ podCIDR }) => podCIDR.replace('.0/24', '.2'))];
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-${index}`, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: ports.map(({ name: portName, protocol }) => ({ name: portName, protocol, port })),
    endpoints: draw.many(0, 4, () => ({
      addresses: [addresses[draw.below(addresses.length)]],
      conditions: draw.pick([
        {},
        { ready: true },
        { ready: false },
        { ready: false, serving: true, terminating: true },
        { ready: false, serving: false, terminating: true },
      ]),
      ...(draw.oneIn(2) ? { nodeName: nodes[draw.below(nodes.length)]?.name } : {}),
    })),
  };
}
