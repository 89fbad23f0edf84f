/**
 * Checks a packet file: rebuilds its cluster through the cluster API and holds every probe against what was recorded.
 */
import type { UnknownRecord } from '../../api/json.ts';
import type { ClusterApi } from '../../cluster/cluster-api.ts';
import { createCluster } from '../../cluster/cluster.ts';
import type { Command, Place } from '../../cluster/commands.ts';
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import { NS_PER_MS, NS_PER_S } from '../../sim/sim.ts';
import { packetFileFaults, type PacketFile, type RecordedPod } from './packet-file.ts';
import { lastCommands, loadBalancerCommands, packetScenario } from './packet-scenario.ts';
import { checkProbe } from './probe-check.ts';

/** The lines of what differs from the recording, none when all agrees. */
export function checkPacketFile(json: UnknownRecord): readonly string[] {
  const faults = packetFileFaults(json);
  if (faults.length > 0) return faults.map((fault) => `not a packet file: ${fault}`);
  const file = json as unknown as PacketFile;
  const scenario = packetScenario(file);
  if (!scenario.ok) return [scenario.error];
  const cluster = createCluster(scenario.value);
  const refused = run(cluster, [...loadBalancerCommands(file), ...greetings(file), ...lastCommands(file)]);
  return [...refused, ...podFaults(cluster.snapshot(), file.cluster.pods), ...probeFaults(cluster, file)];
}

/** What the cluster refuses of these. */
function run(cluster: ClusterApi, commands: readonly Command[]): readonly string[] {
  return commands.flatMap((command) => {
    const result = cluster.run(command);
    return result.ok ? [] : result.errors.map(({ message }) => `refused: ${message}`);
  });
}

/** After so long no server repeats a SYN-ACK that nobody answered (tcp_synack_retries), so none meets the next probe's rules. */
const QUIET: Command = { kind: 'advance', ns: 64 * NS_PER_S };

/** Every machine and Pod has been heard once, so that bridges and the wire know where they are, as they did in the recording. */
function greetings({ cluster: { nodes, pods } }: PacketFile): readonly Command[] {
  const first = nodes[0]?.name ?? '';
  const greet = (from: Place, name: string): Command => {
    const to = { kind: 'place', place: { kind: 'node', name } } as const;
    return { kind: 'probe', probe: { from, to, port: 0, protocol: 'icmp', waitNs: NS_PER_MS } };
  };
  return [
    ...nodes.map(({ name }, index) => greet({ kind: 'node', name }, index === 0 ? (nodes[1]?.name ?? first) : first)),
    ...pods.map(({ name, node }) => greet({ kind: 'pod', namespace: 'default', name }, node)),
  ];
}

/** Addresses are part of what was recorded: where they differ, all hops will. */
function podFaults(snapshot: ClusterSnapshot, pods: readonly RecordedPod[]): readonly string[] {
  return pods.flatMap(({ name, ip }) => {
    const view = snapshot.objects.get(`Pod default/${name}`);
    const status = (view?.object as { readonly status?: unknown } | undefined)?.status;
    const found = typeof status === 'object' && status !== null && 'podIP' in status ? String(status.podIP) : 'no address';
    return found === ip
      ? []
      : [`  Pod ${name}`, `       expected  ${ip}`, `       found     ${view === undefined ? 'no such Pod' : found}`];
  });
}

function probeFaults(cluster: ClusterApi, file: PacketFile): readonly string[] {
  return file.probes.flatMap((probe, index) => {
    const unanswered = file.probes[index - 1]?.paths.some(({ outcome }) => outcome === 'timeout') === true;
    const lines = [...(unanswered ? run(cluster, [QUIET, ...greetings(file)]) : []), ...checkProbe(cluster, probe)];
    const note = probe.note === undefined || probe.note === '' ? '' : ` (${probe.note})`;
    return lines.length === 0 ? [] : [`  probe ${index + 1}: ${probe.from} to ${probe.to} ${probe.protocol}${note}`, ...lines];
  });
}
