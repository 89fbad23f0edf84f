/**
 * Checks a packet file: rebuilds its cluster through the cluster API and holds every probe against what was recorded.
 */
import type { UnknownRecord } from '../../api/json.ts';
import type { ClusterApi } from '../../cluster/cluster-api.ts';
import { createCluster } from '../../cluster/cluster.ts';
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import { packetFileFaults, type PacketFile, type RecordedPod } from './packet-file.ts';
import { packetScenario } from './packet-scenario.ts';
import { checkProbe } from './probe-check.ts';

/** The lines of what differs from the recording, none when all agrees. */
export function checkPacketFile(json: UnknownRecord): readonly string[] {
  const faults = packetFileFaults(json);
  if (faults.length > 0) return faults.map((fault) => `not a packet file: ${fault}`);
  const file = json as unknown as PacketFile;
  const scenario = packetScenario(file);
  if (!scenario.ok) return [scenario.error];
  const cluster = createCluster(scenario.value);
  return [...podFaults(cluster.snapshot(), file.cluster.pods), ...probeFaults(cluster, file)];
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
    const lines = checkProbe(cluster, probe);
    const note = probe.note === undefined || probe.note === '' ? '' : ` (${probe.note})`;
    return lines.length === 0 ? [] : [`  probe ${index + 1}: ${probe.from} to ${probe.to} ${probe.protocol}${note}`, ...lines];
  });
}
