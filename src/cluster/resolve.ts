/**
 * Finds the two ends of a probe: the namespace a client runs in and the address it dials.
 */
import { assertNever } from '../lib/assert.ts';
import { parseIp, type IpAddr } from '../lib/ip.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Netns } from '../net/netns.ts';
import type { Resolver } from '../net/resolv/lookup.ts';
import type { EtcFiles } from '../node/kubelet/pod-dns.ts';
import { parseImage } from '../node/runtime/image.ts';
import { libcOf } from '../node/workload/images/libc.ts';
import { ownAddress } from './hand-made.ts';
import { isHostName, MAX_PROBE_BYTES, type Place, type ProbeSpec, type Target } from './commands.ts';
import type { ResolvedProbe } from './probe.ts';
import { namedNetns } from './tools/ip-netns.ts';
import type { World } from './world.ts';

/** The probe with its ends, or why one of them does not exist. */
export function resolveProbe(world: World, spec: ProbeSpec): Result<ResolvedProbe, string> {
  const netns = placeNetns(world, spec.from);
  if (!netns.ok) return netns;
  if (spec.protocol !== 'icmp' && (!Number.isInteger(spec.port) || spec.port < 1 || spec.port > 65535)) {
    return err(`port ${spec.port}: must be between 1 and 65535, inclusive`);
  }
  const { sport } = spec;
  if (sport !== undefined && spec.protocol !== 'udp') return err('a source port is chosen for udp alone');
  if (sport !== undefined && (!Number.isInteger(sport) || sport < 1 || sport > 65535))
    return err(`source port ${sport}: must be between 1 and 65535, inclusive`);
  const { bytes = 0 } = spec;
  if (!Number.isInteger(bytes) || bytes < 0 || bytes > MAX_PROBE_BYTES)
    return err(`bytes ${bytes}: must be between 0 and ${MAX_PROBE_BYTES}, inclusive`);
  if (spec.to.kind === 'name') {
    if (!isHostName(spec.to.name)) return err(`not a host name: ${spec.to.name}`);
    const resolver = placeResolver(world, spec.from);
    return ok({ spec, netns: netns.value, destination: { kind: 'name', name: spec.to.name, resolver } });
  }
  const address = targetAddress(world, spec.to);
  return address.ok ? ok({ spec, netns: netns.value, destination: { kind: 'address', address: address.value } }) : address;
}

function placeNetns(world: World, place: Place): Result<Netns, string> {
  switch (place.kind) {
    case 'node': {
      const kernel = world.machines.nodes.get(place.name);
      return kernel === undefined ? err(`nodes "${place.name}" not found`) : ok(kernel.root);
    }
    case 'pod':
      return podNetns(world, place.namespace, place.name);
    case 'netns':
      return handMadeNetns(world, place);
    case 'external':
      return world.machines.external === null ? err('the scenario has no outside host') : ok(world.machines.external.root);
    default:
      return assertNever(place);
  }
}

function handMadeNetns({ machines }: World, { node, name }: Extract<Place, { kind: 'netns' }>): Result<Netns, string> {
  const kernel = machines.nodes.get(node);
  return kernel === undefined ? err(`nodes "${node}" not found`) : namedNetns(kernel, name);
}

function podNetns(world: World, namespace: string, name: string): Result<Netns, string> {
  const pod = world.store.get('Pod', namespace, name);
  if (pod === null) return err(`pods "${name}" not found`);
  const kernel = world.machines.nodes.get(pod.spec.nodeName ?? '');
  const netns = pod.spec.hostNetwork === true ? kernel?.root : kernel?.netns(`${namespace}/${name}`);
  return netns === undefined ? err(`pod ${name} has no network yet: it is ${pod.status.phase}`) : ok(netns);
}

/** How a client at that place looks names up: the files it finds, and the C library of its image. */
function placeResolver(world: World, place: Place): Resolver {
  const pod = place.kind === 'pod' ? world.store.get('Pod', place.namespace, place.name) : null;
  const machine = place.kind === 'node' ? place.name : place.kind === 'netns' ? place.node : pod?.spec.nodeName;
  const node = world.nodes.find(({ name }) => name === machine);
  const podFiles = place.kind === 'pod' ? node?.agents.podFiles().get(`${place.namespace}/${place.name}`) : undefined;
  const files = podFiles ?? node?.agents.files ?? OUTSIDE_FILES;
  const image = parseImage(pod?.spec.containers[0]?.image ?? '');
  return { conf: files.resolvConf, hosts: files.hosts, libc: pod !== null && image.ok ? libcOf(image.value) : 'glibc' };
}

/** The host outside asks its own resolver. */
const OUTSIDE_FILES: EtcFiles = {
  resolvConf: { nameservers: ['127.0.0.1'], search: [], options: [] },
  hosts: [{ address: '127.0.0.1', names: ['localhost'] }],
};

function targetAddress(world: World, target: Exclude<Target, { kind: 'name' }>): Result<IpAddr, string> {
  switch (target.kind) {
    case 'place':
      return placeAddress(world, target.place);
    case 'svc':
      return serviceAddress(world, target.namespace, target.name);
    case 'address': {
      const address = parseIp(target.address);
      return address === null ? err(`not an IPv4 address: ${target.address}`) : ok(address);
    }
    default:
      return assertNever(target);
  }
}

function placeAddress(world: World, place: Place): Result<IpAddr, string> {
  switch (place.kind) {
    case 'node':
      return addressOr(world.nodes.find((node) => node.name === place.name)?.spec.ip, `nodes "${place.name}" not found`);
    case 'pod': {
      const pod = world.store.get('Pod', place.namespace, place.name);
      if (pod === null) return err(`pods "${place.name}" not found`);
      return addressOr(pod.status.podIP, `pod ${place.name} has no address yet: it is ${pod.status.phase}`);
    }
    case 'netns': {
      const netns = handMadeNetns(world, place);
      if (!netns.ok) return netns;
      const own = ownAddress(netns.value.view());
      return own === null ? err(`network namespace ${place.name} has no address`) : ok(own);
    }
    case 'external':
      return addressOr(world.spec.cluster.external?.ip, 'the scenario has no outside host');
    default:
      return assertNever(place);
  }
}

function serviceAddress(world: World, namespace: string, name: string): Result<IpAddr, string> {
  const service = world.store.get('Service', namespace, name);
  if (service === null) return err(`services "${name}" not found`);
  return addressOr(service.spec.clusterIP, `service "${name}" has no cluster IP`);
}

function addressOr(text: string | undefined, otherwise: string): Result<IpAddr, string> {
  const address = text === undefined ? null : parseIp(text);
  return address === null ? err(otherwise) : ok(address);
}
