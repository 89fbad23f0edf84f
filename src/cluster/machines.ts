/**
 * The machines before Kubernetes: kernels with one card each on the underlay, as the recordings set them up.
 *
 * A node has `eth0` with its address, the outside host as default gateway and forwarding on (kubeadm's preflight asks for it). The
 * outside host answers on its ports, is everybody's resolver, forwards nothing and has no default route.
 */
import { assert, assertExists } from '../lib/assert.ts';
import { cidr, cidrAddress, cidrLength, cidrOf } from '../lib/cidr.ts';
import { ip, IP_ANY } from '../lib/ip.ts';
import type { Mac } from '../lib/mac.ts';
import type { Provenance } from '../lib/provenance.ts';
import type { Result } from '../lib/result.ts';
import { Segment } from '../net/dev/segment.ts';
import { Kernel } from '../net/kernel.ts';
import { announceAddress } from '../net/neigh/arp.ts';
import { RuleCache } from '../net/netfilter/rule-cache.ts';
import type { Sim } from '../sim/sim.ts';
import { defaultOutsideNames, outsideResolver } from './outside-resolver.ts';
import type { ClusterSpec, NodeSpec } from './scenario.ts';

const DNS_PORT = 53;
const BY: Provenance = { actor: 'machine', action: 'boot', object: null };

/** Kubernetes nodes' kernels, the outside host's, and the segment between them. */
export interface Machines {
  readonly segment: Segment;
  readonly nodes: Map<string, Kernel>;
  /** Rules read before, shared by the nodes' kernels. */
  readonly rules: RuleCache;
  readonly external: Kernel | null;
}

/** Boots every machine of a cluster. */
export function bootMachines(spec: ClusterSpec, sim: Sim): Machines {
  const segment = new Segment('underlay', sim);
  const rules = new RuleCache();
  const nodes = new Map(spec.nodes.map((node) => [node.name, bootNode(spec, node, segment, sim, rules)]));
  const external = spec.external === null ? null : bootExternal(spec, spec.external, segment, sim);
  const machines = { segment, nodes, external, rules };
  introduce(machines);
  if (spec.neighbours === 'permanent') knowEachOther(spec, machines);
  return machines;
}

function bootNode(
  spec: ClusterSpec,
  node: NodeSpec & { readonly mac?: Mac },
  segment: Segment,
  sim: Sim,
  rules: RuleCache,
): Kernel {
  const kernel = bootHost(spec, node, segment, sim, rules);
  done(kernel.root.sysctl.set('net.ipv4.ip_forward', '1'));
  if (spec.external !== null) done(kernel.root.addRoute({ dst: 'default', via: ip(spec.external.ip), dev: 'eth0' }, BY));
  return kernel;
}

/** The machine without power: its card hangs on the wire, dead, and nothing else is left. */
export function darkMachine({ nodes, rules, segment }: Machines, { name }: NodeSpec): Kernel {
  const { mac, sim } = unplug(nodes, name);
  const kernel = new Kernel(name, sim, BY, rules);
  done(kernel.root.addEther({ name: 'eth0', segment, mac }, BY));
  nodes.set(name, kernel);
  return kernel;
}

/** Boots a machine again, with the same card. */
export function rebootMachine(spec: ClusterSpec, { nodes, rules, segment }: Machines, node: NodeSpec): Kernel {
  const { mac, sim } = unplug(nodes, node.name);
  const kernel = bootNode(spec, { ...node, mac }, segment, sim, rules);
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

function bootHost(
  spec: ClusterSpec,
  host: { readonly name: string; readonly ip: string; readonly mac?: Mac },
  segment: Segment,
  sim: Sim,
  rules: RuleCache,
): Kernel {
  const kernel = new Kernel(host.name, sim, BY, rules);
  const { root } = kernel;
  done(root.addEther({ name: 'eth0', segment, ...(host.mac === undefined ? {} : { mac: host.mac }) }, BY));
  done(root.setLink('eth0', { up: true }, BY));
  done(root.addAddress('eth0', cidrOf(ip(host.ip), cidrLength(cidr(spec.underlayCIDR))), {}, BY));
  return kernel;
}

function bootExternal(spec: ClusterSpec, external: NonNullable<ClusterSpec['external']>, segment: Segment, sim: Sim): Kernel {
  const kernel = bootHost(spec, { name: 'external', ip: external.ip }, segment, sim, new RuleCache());
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
  done(
    kernel.root.listen({
      protocol: 'udp',
      addr: IP_ANY,
      port: DNS_PORT,
      process: 'named',
      handler: () => '',
      onDatagram: outsideResolver(names),
    }),
  );
  return kernel;
}

/** A machine that comes up is heard at once (IPv6 duplicate address detection), so the switch knows where everybody is. */
function introduce({ nodes, external }: Machines): void {
  for (const kernel of [...nodes.values(), ...(external === null ? [] : [external])]) {
    const nic = assertExists(kernel.root.link('eth0'), 'eth0 was made');
    for (const { address } of nic.addresses) announceAddress(nic, cidrAddress(address));
  }
}

/** Permanent neighbours between all machines of the segment. */
function knowEachOther(spec: ClusterSpec, machines: Machines): void {
  const hosts = [
    ...spec.nodes.map((node) => ({ ip: node.ip, kernel: machines.nodes.get(node.name) })),
    { ip: spec.external?.ip ?? '', kernel: machines.external ?? undefined },
  ];
  for (const { kernel } of hosts) {
    for (const other of hosts) {
      const mac = other.kernel?.root.link('eth0')?.mac;
      if (kernel === undefined || mac === undefined || other.kernel === kernel) continue;
      done(kernel.root.addNeigh({ dev: 'eth0', addr: ip(other.ip), lladdr: mac, state: 'PERMANENT' }, BY));
    }
  }
}

/** Set-up of a machine we made ourselves cannot fail. */
function done(result: Result<unknown, string>): void {
  assert(result.ok, result.ok ? '' : result.error);
}
