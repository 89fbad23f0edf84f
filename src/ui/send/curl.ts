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

function clientLine({ protocol, port, bytes, sport }: ProbeSpec, dialled: string, seconds: number): string {
  const data = `head -c ${bytes} /dev/zero | `;
  switch (protocol) {
    case 'tcp': {
      const curl = `curl -s -m ${seconds}`;
      return bytes === undefined
        ? `${curl} http://${dialled}:${port}/`
        : `${data}${curl} --data-binary @- http://${dialled}:${port}/`;
    }
    case 'udp':
      return `${bytes === undefined ? 'echo hello | ' : data}nc -u${sport === undefined ? '' : ` -p ${sport}`} -w ${seconds} ${dialled} ${port}`;
    case 'icmp':
      return `ping -c 1 -W ${seconds}${bytes === undefined ? '' : ` -M do -s ${bytes}`} ${dialled}`;
  }
}
