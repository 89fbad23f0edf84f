/** The command that would send the same packet from a real machine of the cluster. */
import type { ProbeSpec } from '../../cluster/commands.ts';
import { inNetns } from '../inspector/find.ts';
import { targetText } from '../../cluster/command-title.ts';

export function curlText(probe: ProbeSpec, address: string | null): string {
  const dialled = address ?? targetText(probe.to);
  const seconds = Math.max(1, Math.round((probe.waitNs ?? 3e9) / 1e9));
  const line = clientLine(probe, dialled, seconds);
  return probe.from.kind === 'pod' ? inNetns(`${probe.from.namespace}/${probe.from.name}`, line) : line;
}

function clientLine({ protocol, port }: ProbeSpec, dialled: string, seconds: number): string {
  switch (protocol) {
    case 'tcp':
      return `curl -s -m ${seconds} http://${dialled}:${port}/`;
    case 'udp':
      return `echo hello | nc -u -w ${seconds} ${dialled} ${port}`;
    case 'icmp':
      return `ping -c 1 -W ${seconds} ${dialled}`;
  }
}
