/**
 * The machines before Kubernetes: kernels with one card each on the underlay, as the recordings set them up.
 *
 * A node has `eth0` with its address, the outside host as default gateway and forwarding on (kubeadm's preflight asks for it). The
 * outside host answers on its ports, is everybody's resolver, forwards nothing and has no default route.
 *
 * Where the underlay is of several subnets, a router stands between them with a card in each: a kernel like any other with forwarding on
 * and no rules. It is then the default gateway of every machine, and knows its subnets and what the scenario tells it.
 */
import { assert, assertExists } from '../lib/assert.ts';
import { cidr, cidrAddress, cidrLength, cidrOf, networkCidr, type Cidr } from '../lib/cidr.ts';
import { ip, IP_ANY, type IpAddr } from '../lib/ip.ts';
import type { Mac } from '../lib/mac.ts';
import type { Provenance } from '../lib/provenance.ts';
import type { Result } from '../lib/result.ts';
import { Segment } from '../net/dev/segment.ts';
import { Kernel } from '../net/kernel.ts';
import { announceAddress } from '../net/neigh/arp.ts';
import { RuleCache } from '../net/netfilter/rule-cache.ts';
import { startDockerBridge } from '../node/runtime/docker-bridge.ts';
import type { Sim } from '../sim/sim.ts';
import { defaultOutsideNames, outsideResolver } from './outside-resolver.ts';
import type { ClusterSpec, NodeSpec, RouterSpec } from './scenario.ts';
import { subnetOf, subnetsOf } from './subnets.ts';

const DNS_PORT = 53;
const BY: Provenance = { actor: 'machine', action: 'boot', object: null };

/** Kubernetes nodes' kernels, the other machines', and the segments between them. */
export interface Machines {
  /** By subnet. */
  readonly segments: ReadonlyMap<Cidr, Segment>;
  readonly nodes: Map<string, Kernel>;
  /** Rules read before, shared by the nodes' kernels. */
  readonly rules: RuleCache;
  readonly external: Kernel | null;
  readonly router: Kernel | null;
}

/** Machines that are no nodes. */
export function hostsOf({ external, router }: Machines): readonly Kernel[] {
  return [external, router].filter((kernel) => kernel !== null);
}

/** Boots every machine of a cluster. */
export function bootMachines(spec: ClusterSpec, sim: Sim): Machines {
  const [first, ...others] = subnetsOf(spec);
  const segments = new Map([
    [first.cidr, new Segment('underlay', sim)],
    ...others.map(({ cidr }) => [cidr, new Segment(`underlay ${cidr}`, sim)] as const),
  ]);
  const rules = new RuleCache();
  const plant: Plant = { spec, segments, sim, rules };
  const nodes = new Map(spec.nodes.map((node) => [node.name, bootNode(plant, node)]));
  const external = spec.external === null ? null : bootExternal(plant, spec.external);
  const router = spec.router === null ? null : bootRouter(plant, spec.router);
  const machines = { segments, nodes, external, router, rules };
  introduce(machines);
  if (spec.neighbours === 'permanent') knowEachOther(machines);
  return machines;
}

/** What a machine is set up with. */
interface Plant {
  readonly spec: ClusterSpec;
  readonly segments: ReadonlyMap<Cidr, Segment>;
  readonly sim: Sim;
  readonly rules: RuleCache;
}

function bootNode(plant: Plant, node: NodeSpec & { readonly mac?: Mac }): Kernel {
  const kernel = bootHost(plant, node);
  done(kernel.root.sysctl.set('net.ipv4.ip_forward', '1'));
  const { external, router } = plant.spec;
  if (router === null && external !== null) addGateway(kernel, ip(external.ip));
  if (plant.spec.runtime === 'docker' && plant.spec.dockerBridge) done(startDockerBridge(kernel));
  return kernel;
}

function addGateway(kernel: Kernel, via: IpAddr): void {
  done(kernel.root.addRoute({ dst: 'default', via, dev: 'eth0' }, BY));
}

/** The machine without power: its card hangs on the wire, dead, and nothing else is left. */
export function darkMachine(spec: ClusterSpec, { nodes, rules, segments }: Machines, { name, ip: address }: NodeSpec): Kernel {
  const { mac, sim } = unplug(nodes, name);
  const kernel = new Kernel(name, sim, BY, rules);
  done(kernel.root.addEther({ name: 'eth0', segment: segmentOf({ spec, segments }, ip(address)), mac }, BY));
  nodes.set(name, kernel);
  return kernel;
}

/** Boots a machine again, with the same card. */
export function rebootMachine(spec: ClusterSpec, { nodes, rules, segments }: Machines, node: NodeSpec): Kernel {
  const { mac, sim } = unplug(nodes, node.name);
  const kernel = bootNode({ spec, segments, sim, rules }, { ...node, mac });
  nodes.set(node.name, kernel);
  const nic = assertExists(kernel.root.link('eth0'), 'eth0 was made');
  announceAddress(nic, ip(node.ip));
  return kernel;
}

function unplug(nodes: ReadonlyMap<string, Kernel>, name: string): { readonly mac: Mac; readonly sim: Sim } {
  const kernel = assertExists(nodes.get(name), `no machine ${name}`);
  const { mac } = assertExists(kernel.root.link('eth0'), `${name} has a card`);
  done(kernel.root.deleteLink('eth0', BY));
  return { mac, sim: kernel.sim };
}

/** A machine with one card. The router of its subnet, where there is one, is its default gateway. */
function bootHost(plant: Plant, host: { readonly name: string; readonly ip: string; readonly mac?: Mac }): Kernel {
  const { spec, sim, rules } = plant;
  const kernel = new Kernel(host.name, sim, BY, rules);
  const subnet = subnetOf(spec, ip(host.ip));
  addCard(plant, kernel, { dev: 'eth0', address: cidrOf(ip(host.ip), cidrLength(subnet.cidr)), mac: host.mac });
  if (subnet.router !== null) addGateway(kernel, subnet.router);
  return kernel;
}

interface Card {
  readonly dev: string;
  readonly address: Cidr;
  /** Undefined for a random one. */
  readonly mac?: Mac | undefined;
}

function addCard(plant: Pick<Plant, 'spec' | 'segments'>, { root }: Kernel, { dev, address, mac }: Card): void {
  const segment = segmentOf(plant, cidrAddress(address));
  done(root.addEther({ name: dev, segment, ...(mac === undefined ? {} : { mac }) }, BY));
  done(root.setLink(dev, { up: true }, BY));
  done(root.addAddress(dev, address, {}, BY));
}

function segmentOf({ spec, segments }: Pick<Plant, 'spec' | 'segments'>, address: IpAddr): Segment {
  const { cidr } = subnetOf(spec, address);
  return assertExists(segments.get(cidr), `no segment ${cidr}`);
}

function bootRouter(plant: Plant, { name, addresses, routes }: RouterSpec): Kernel {
  const kernel = new Kernel(name, plant.sim, BY, new RuleCache());
  for (const [index, address] of addresses.entries()) addCard(plant, kernel, { dev: `eth${index}`, address: cidr(address) });
  done(kernel.root.sysctl.set('net.ipv4.ip_forward', '1'));
  for (const { dst, via } of routes) done(kernel.root.addRoute({ dst: cidr(dst), via: ip(via) }, BY));
  return kernel;
}

function bootExternal(plant: Plant, external: NonNullable<ClusterSpec['external']>): Kernel {
  const kernel = bootHost({ ...plant, rules: new RuleCache() }, { name: 'external', ip: external.ip });
  for (const port of external.ports) {
    for (const protocol of ['tcp', 'udp'] as const) {
      done(
        kernel.root.listen({
          protocol,
          addr: IP_ANY,
          port,
          process: 'server',
          handler: ({ peer }) => `external: hello ${peer.addr}\n`,
        }),
      );
    }
  }
  const names = external.names ?? defaultOutsideNames(external.ip);
  const resolver = { addr: IP_ANY, port: DNS_PORT, process: 'named', handler: () => '', onDatagram: outsideResolver(names) };
  for (const protocol of ['udp', 'tcp'] as const) done(kernel.root.listen({ ...resolver, protocol }));
  return kernel;
}

/** A machine that comes up is heard at once (IPv6 duplicate address detection), so the switch knows where everybody is. */
function introduce(machines: Machines): void {
  for (const { root } of allMachines(machines)) {
    for (const nic of root.links().filter(({ kind }) => kind === 'ether'))
      for (const { address } of nic.addresses) announceAddress(nic, cidrAddress(address));
  }
}

function allMachines(machines: Machines): readonly Kernel[] {
  return [...machines.nodes.values(), ...hostsOf(machines)];
}

/** Permanent neighbours between all machines of a segment. */
function knowEachOther(machines: Machines): void {
  const cards = allMachines(machines).flatMap(({ root }) =>
    root.links().flatMap((nic) => (nic.kind === 'ether' ? nic.addresses.map(({ address }) => ({ root, nic, address })) : [])),
  );
  for (const { root, nic, address } of cards) {
    for (const other of cards) {
      if (other.root === root || networkCidr(other.address) !== networkCidr(address)) continue;
      const addr = cidrAddress(other.address);
      done(root.addNeigh({ dev: nic.name, addr, lladdr: other.nic.mac, state: 'PERMANENT' }, BY));
    }
  }
}

/** Set-up of a machine we made ourselves cannot fail. */
function done(result: Result<unknown, string>): void {
  assert(result.ok, result.ok ? '' : result.error);
}
