/**
 * What tcpdump would have caught at a device while a flow went by: the frames that crossed it, read from the flow's trace
 * (net/packet/af_packet.c taps a device where a frame leaves by it and where one comes in).
 */
import type { Instant } from '../../sim/sim.ts';
import { encodeFrame, encodeL3 } from '../wire/encode.ts';
import type { EthernetHeader, L3 } from '../wire/packet.ts';
import { MAC_ZERO } from '../../lib/mac.ts';
import { pcapFile, type LinkType } from '../wire/pcap.ts';
import { TcpdumpPrinter, tcpdumpTime } from '../wire/tcpdump.ts';
import type { Trace, TraceStep } from './trace.ts';

/** A device of a namespace of a machine. */
export interface Tap {
  readonly node: string;
  readonly netns: string;
  readonly dev: string;
}

export interface CapturedFrame {
  readonly t: Instant;
  /** Which packet of the trace it is, and at which of its steps. */
  readonly packetId: number;
  readonly seq: number;
  /** Device type, as `ip -d link` calls it. */
  readonly type: string;
  readonly eth: EthernetHeader | null;
  readonly l3: L3;
}

type Crossing = Extract<TraceStep, { readonly kind: 'dev.tx' | 'dev.rx' }>;

/** The frames of a trace at a device, in order; through `lo` each passes twice and is caught when it comes in (libpcap). */
export function capture(trace: Trace, { node, netns, dev }: Tap): readonly CapturedFrame[] {
  return trace.steps
    .filter((step): step is Crossing => step.kind === 'dev.tx' || step.kind === 'dev.rx')
    .filter((step) => step.node === node && step.netns === netns && step.dev.name === dev)
    .filter((step) => step.kind === 'dev.rx' || step.type !== 'loopback')
    .map(({ t, packetId, seq, type, eth, l3 }) => ({ t, packetId, seq, type, eth, l3 }));
}

/** The frames as a capture file; `epoch` is the wall clock at virtual time 0 in milliseconds since 1970. */
export function captureFile(frames: readonly CapturedFrame[], epochMs: number): Uint8Array<ArrayBuffer> {
  const linkType: LinkType = frames.some(({ type }) => type === 'ipip') ? 'RAW' : 'EN10MB';
  return pcapFile(
    linkType,
    frames.map((frame) => ({ atNs: wallNs(frame, epochMs), bytes: bytesOf(frame, linkType) })),
  );
}

/** The frames as `tcpdump -nn` prints them, with `TZ=UTC`. */
export function captureLines(frames: readonly CapturedFrame[], epochMs: number): readonly string[] {
  const printer = new TcpdumpPrinter();
  return frames.map((frame) => `${tcpdumpTime(wallNs(frame, epochMs))} ${printer.line(frame.l3)}`);
}

function wallNs({ t }: CapturedFrame, epochMs: number): bigint {
  return BigInt(epochMs) * 1_000_000n + BigInt(t);
}

function bytesOf({ eth, l3 }: CapturedFrame, linkType: LinkType): Uint8Array {
  return linkType === 'RAW' ? encodeL3(l3) : encodeFrame({ eth: eth ?? { smac: MAC_ZERO, dmac: MAC_ZERO }, l3 });
}
