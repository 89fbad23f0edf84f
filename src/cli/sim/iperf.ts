/** `sim --iperf`: what iperf3 prints, and above it what the reader must know of the way. */
import type { MeasuredThroughput } from '../../cluster/throughput/throughput.ts';
import { iperfText } from '../../cluster/throughput/iperf-text.ts';

export function measurementText(title: string, measured: MeasuredThroughput): string {
  return `${title}\n${notes(measured)
    .map((line) => `  ${line}\n`)
    .join('')}\n${iperfText(measured)}`;
}

/** What a queue with a larger bucket has done by then. */
const UNTOUCHED = ': a queue whose burst is larger than that has not begun to hold anything back';

function notes({ queues, cutShort, protocol, sender }: MeasuredThroughput): readonly string[] {
  const met = queues.map(({ node, netns, dev, text, packets, dropped }) => {
    const at = netns === 'root' ? node : `${node} ${netns}`;
    return `${at} ${dev}: ${text}, ${packets} packets, ${dropped} dropped`;
  });
  const free =
    protocol === 'tcp'
      ? 'No queue is on the way. Simulated links have no speed of their own: this is 64 KB of window in each round trip, not a limit.'
      : 'No queue is on the way. Simulated links have no speed of their own: what is sent is what arrives.';
  return [
    ...(queues.length === 0 ? [free] : met),
    ...(cutShort ? [`Ended after ${sender.packets} packets, before its time${queues.length === 0 ? '' : UNTOUCHED}.`] : []),
  ];
}
