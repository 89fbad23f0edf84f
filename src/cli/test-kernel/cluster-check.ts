/**
 * Builds one cluster twice, in the simulator and by its exported script on the real kernel, and holds the two against each other: the
 * state as the tools print it, then probe by probe.
 */
import type { ProbeSpec } from '../../cluster/commands.ts';
import { clusterScript, leftOut } from '../../cluster/export/script.ts';
import type { ScenarioSpec } from '../../cluster/scenario.ts';
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import { Snapshotter } from '../../cluster/snapshotter.ts';
import { hostsOf } from '../../cluster/machines.ts';
import { World } from '../../cluster/world.ts';
import type { Kernel } from '../../net/kernel.ts';
import type { Netns } from '../../net/netns.ts';
import { probesOf } from './matrix.ts';
import { checkProbe, realProbe, type BothClusters } from './probe-check.ts';
import { LACKING, RealCluster } from './real-cluster.ts';
import { stateFaults } from './state-check.ts';

/** What a cluster's check came to. */
export interface Verdict {
  readonly passed: number;
  /** One list of lines per failed check. */
  readonly failures: readonly (readonly string[])[];
  /** What the kernel lacks for this cluster; null where it was built. */
  readonly lacks: string | null;
}

/** Builds and compares; `prefix` begins the names of the namespaces. */
export async function checkCluster(spec: ScenarioSpec, prefix: string): Promise<Verdict> {
  const world = World.open(spec);
  for (const kernel of allKernels(world)) kernel.namespaces().forEach(setComparable);
  const snapshot = new Snapshotter(world, 0).take();
  const [unbuilt] = leftOut(snapshot);
  if (unbuilt !== undefined) return { passed: 0, failures: [], lacks: `no script builds ${unbuilt}` };
  const real = new RealCluster(
    clusterScript(snapshot),
    snapshot.nodes.map(({ name }) => name),
    prefix,
  );
  try {
    const up = await real.up();
    if (up.status === LACKING) return { passed: 0, failures: [], lacks: up.err.trim() };
    if (up.status !== 0) return { passed: 0, failures: [['the script did not build the cluster', up.err]], lacks: null };
    return await compare({ world, snapshot, real });
  } finally {
    await real.down();
  }
}

/**
 * Two things are the same on both sides from the start: no ICMP error is held back for being one of many, and no router tells a
 * neighbour of a shorter way, which the simulator does not model (docs/fidelity.md, src/net/ip/icmp.ts).
 */
function setComparable({ sysctl }: Netns): void {
  sysctl.set('net.ipv4.icmp_ratelimit', '0');
  for (const name of sysctl.entries().keys()) if (name.endsWith('.send_redirects')) sysctl.set(name, '0');
}

function allKernels(world: World): readonly Kernel[] {
  return [...world.kernels(), ...hostsOf(world.machines)];
}

async function compare(both: BothClusters): Promise<Verdict> {
  const { world, snapshot, real } = both;
  const checks: (readonly string[])[] = [...(await stateFaults(snapshot, real))];
  for (const greeting of greetingsOf(snapshot)) {
    world.probe(greeting);
    await real.probe(realProbe(snapshot, greeting));
  }
  world.execute({ kind: 'flush-conntrack', node: null });
  world.execute({ kind: 'zero-counters', node: null });
  for (const probe of probesOf(snapshot)) {
    checks.push(await checkTwice(both, probe));
  }
  const failures = checks.filter((lines) => lines.length > 0);
  return { passed: checks.length - failures.length, failures, lacks: null };
}

/** What differs must differ twice: a late packet of an earlier connection may be counted once. */
async function checkTwice(both: BothClusters, probe: ProbeSpec): Promise<readonly string[]> {
  const first = await checkProbe(both, probe);
  return first.length === 0 ? first : checkProbe(both, probe);
}

/** Every Pod is heard once, so that both sides' bridges know where it is. */
function greetingsOf(snapshot: ClusterSnapshot): readonly ProbeSpec[] {
  return snapshot.nodes.flatMap(({ name, podNetns }) =>
    [...podNetns.keys()].map((pod): ProbeSpec => {
      const [namespace = '', podName = ''] = pod.split('/');
      return {
        from: { kind: 'pod', namespace, name: podName },
        to: { kind: 'place', place: { kind: 'node', name } },
        port: 0,
        protocol: 'icmp',
      };
    }),
  );
}
