/**
 * Builds one cluster twice, in the simulator and by its exported script on the real kernel, and holds the two against each other: the
 * state as the tools print it, then probe by probe.
 */
import type { ProbeSpec } from '../../cluster/commands.ts';
import { exportedNetns } from '../../cluster/export/places.ts';
import { clusterScript } from '../../cluster/export/script.ts';
import { placeOfNetns } from '../../cluster/hand-made.ts';
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import { Snapshotter } from '../../cluster/snapshotter.ts';
import { hostsOf } from '../../cluster/machines.ts';
import { World } from '../../cluster/world.ts';
import { assert } from '../../lib/assert.ts';
import type { Kernel } from '../../net/kernel.ts';
import type { Netns } from '../../net/netns.ts';
import { HopReader } from './hop-lines.ts';
import { probesOf } from './matrix.ts';
import { Allowance, checkProbe, realProbe, type BothClusters } from './probe-check.ts';
import type { TestedCluster } from './random-cluster.ts';
import { LACKING, RealCluster, standInsOf, type StandIn } from './real-cluster.ts';
import { stateFaults } from './state-check.ts';

const DNS_PORT = 53;

/** What a cluster's check came to. */
export interface Verdict {
  readonly passed: number;
  /** One list of lines per failed check. */
  readonly failures: readonly (readonly string[])[];
  /** What was not compared, and why: a line each. */
  readonly leftOut: readonly string[];
}

/** Builds and compares; `prefix` begins the names of the namespaces. */
export async function checkCluster({ spec, commands }: TestedCluster, prefix: string): Promise<Verdict> {
  const world = World.open(spec);
  for (const command of commands) {
    const done = world.execute(command);
    assert(done.ok, done.ok ? '' : `${command.kind}: ${done.error.map(({ message }) => message).join('; ')}`);
  }
  const chance = allKernels(world).flatMap((kernel) => kernel.namespaces().flatMap(withoutChance));
  for (const kernel of allKernels(world)) kernel.namespaces().forEach(setComparable);
  const snapshot = new Snapshotter(world, 0).take();
  const nodes = snapshot.nodes.map(({ name }) => name);
  const real = new RealCluster(clusterScript(snapshot), nodes, prefix, { standIns: true });
  try {
    const up = await real.up();
    if (up.status === LACKING) return { passed: 0, failures: [], leftOut: [`all: ${up.err.trim()}`] };
    if (up.status !== 0) return { passed: 0, failures: [['the script did not build the cluster', up.err]], leftOut: [] };
    const standIns = standInsOf(up);
    const unbuilt = new Set(standIns.map(({ netns, dev }) => `${netns} ${dev}`));
    const hops = new HopReader(snapshot);
    const verdict = await compare({ world, snapshot, real, unbuilt, hops, unreachable: new Allowance() }, standIns);
    return { ...verdict, leftOut: [...chance, ...verdict.leftOut] };
  } finally {
    await real.down();
  }
}

/**
 * Things are the same on both sides from the start: no ICMP error is held back for being one of many, and no router tells a
 * neighbour of a shorter way, which the simulator does not model (docs/fidelity.md, src/net/ip/icmp.ts); and servers of UDP, and those
 * of names by TCP, answer whatever they are sent, as the script's do. What was learned by ARP is learned anew: the script writes down none of it.
 */
function setComparable(netns: Netns): void {
  const { sysctl, sockets } = netns;
  for (const { addr, dev, state } of netns.view().neighbours)
    if (state !== 'PERMANENT' && state !== 'NOARP') netns.deleteNeigh(dev, addr);
  sysctl.set('net.ipv4.icmp_ratelimit', '0');
  for (const name of sysctl.entries().keys()) if (name.endsWith('.send_redirects')) sysctl.set(name, '0');
  for (const { protocol, state, local, port, process } of netns.view().sockets)
    if (protocol === 'udp' ? state === 'UNCONN' : state === 'LISTEN' && port === DNS_PORT)
      sockets.takeOver({ protocol, addr: local, port, process, handler: () => '' });
}

/** Takes what loses packets by chance out of both sides; says what it was. */
function withoutChance(netns: Netns): readonly string[] {
  const lossy = netns.links().filter(({ netem }) => netem !== null);
  return lossy.map((dev) => {
    const said = `netem of ${dev.name} on ${netns.kernel.name}: packets that are lost by chance or late cannot be compared one by one`;
    const { madeBy } = dev;
    netns.setLink(dev.name, { netem: null }, madeBy);
    return said;
  });
}

function allKernels(world: World): readonly Kernel[] {
  return [...world.kernels(), ...hostsOf(world.machines)];
}

async function compare(both: BothClusters, standIns: readonly StandIn[]): Promise<Verdict> {
  const { world, snapshot, real, unbuilt } = both;
  const checks: (readonly string[])[] = [...(await stateFaults(snapshot, real, unbuilt))];
  const namespaces = exportedNetns(snapshot).map(({ name }) => name);
  await real.hurry(namespaces);
  await real.watch(namespaces);
  for (const greeting of greetingsOf(snapshot)) {
    world.probe(greeting);
    await real.probe(realProbe(snapshot, greeting));
  }
  world.execute({ kind: 'flush-conntrack', node: null });
  world.execute({ kind: 'zero-counters', node: null });
  let passing = 0;
  for (const probe of probesOf(snapshot)) {
    const lines = await checkTwice(both, probe);
    if (lines === null) passing++;
    else checks.push(lines);
  }
  const failures = checks.filter((lines) => lines.length > 0);
  return { passed: checks.length - failures.length, failures, leftOut: leftOutLines(standIns, passing) };
}

/** What differs must differ twice: a late packet of an earlier connection may be counted once. */
async function checkTwice(both: BothClusters, probe: ProbeSpec): Promise<readonly string[] | null> {
  const first = await checkProbe(both, probe);
  return first === null || first.length === 0 ? first : checkProbe(both, probe);
}

/** One line: the kinds of devices that are not there, and how many probes would pass them. */
function leftOutLines(standIns: readonly StandIn[], probes: number): readonly string[] {
  if (standIns.length === 0) return [];
  const names = (pick: (standIn: StandIn) => string): string => [...new Set(standIns.map(pick))].join(', ');
  return [
    `${probes} probes that pass ${names(({ dev }) => dev)}: nothing here makes devices of the kind ${names(({ kind }) => kind)}`,
  ];
}

/** Every Pod is heard once, so that both sides' bridges know where it is. */
function greetingsOf(snapshot: ClusterSnapshot): readonly ProbeSpec[] {
  return snapshot.nodes.flatMap(({ name, podNetns }) =>
    [...podNetns.keys()].map((netns): ProbeSpec => ({
      from: placeOfNetns(name, netns),
      to: { kind: 'place', place: { kind: 'node', name } },
      port: 0,
      protocol: 'icmp',
    })),
  );
}
