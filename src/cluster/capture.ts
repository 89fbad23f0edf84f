/**
 * Captures of a probe at a device, on the cluster's wall clock: the lines `tcpdump -nn` would have printed there, and the file
 * `tcpdump -w` would have written.
 */
import { DEFAULT_EPOCH } from '../api/time.ts';
import { capture, captureFile, captureLines, type Tap } from '../net/trace/capture.ts';
import type { Trace } from '../net/trace/trace.ts';

export type { Tap } from '../net/trace/capture.ts';

/** One packet as tcpdump prints it, and the trace's step at which the device had it. */
export interface CaptureLine {
  readonly seq: number;
  readonly text: string;
}

const EPOCH_MS = Date.parse(DEFAULT_EPOCH);

/** What tcpdump prints of the frames that crossed a device. */
export function captureText(trace: Trace, tap: Tap): readonly CaptureLine[] {
  const frames = capture(trace, tap);
  const lines = captureLines(frames, EPOCH_MS);
  return frames.map(({ seq }, index) => ({ seq, text: lines[index] ?? '' }));
}

/** The frames as a file that tcpdump and Wireshark read. */
export function capturePcap(trace: Trace, tap: Tap): Uint8Array<ArrayBuffer> {
  return captureFile(capture(trace, tap), EPOCH_MS);
}

/** `class-root-flannel.1.pcap`, `class2-default-web-eth0.pcap`. */
export function captureFileName({ node, netns, dev }: Tap): string {
  return `${node}-${netns.replaceAll('/', '-')}-${dev}.pcap`;
}
