/**
 * The way of a connection's opening and of what answered it, device by device: the simulator's from its trace, the kernel's from the
 * frames its devices saw, both in the words of the conformance vectors.
 * What is sent again and takes the same way counts once: how often depends on how soon ARP gives up, which is hurried on the real side.
 */
import { exportedNetns } from '../../cluster/export/places.ts';
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import type { Trace } from '../../net/trace/trace.ts';
import type { Ipv4Packet } from '../../net/wire/packet.ts';
import { hopLines, hopOf, hopsOf, type Hops } from '../conformance/hops.ts';
import { ownersOf, type Owners } from '../conformance/owners.ts';
import type { Hop } from '../conformance/packet-file.ts';
import { innermost, openingWay } from '../opening.ts';
import { parseFrame } from './frame-bytes.ts';

/** An IPv4 frame at a device of a namespace of the script. */
export interface SeenFrame {
  readonly netns: string;
  readonly dev: string;
  readonly dir: 'in' | 'out';
  readonly bytes: Buffer;
}

/** Writes ways of one cluster. */
export class HopReader {
  readonly #owners: Owners;
  /** Machine and namespace by the script's name. */
  readonly #places: ReadonlyMap<string, { readonly node: string; readonly netns: string }>;

  constructor(snapshot: ClusterSnapshot) {
    this.#owners = ownersOf(snapshot);
    this.#places = new Map(exportedNetns(snapshot).map(({ name, view }) => [name, { node: view.node, netns: view.name }]));
  }

  ofTrace(trace: Trace): readonly string[] {
    return linesOf(hopsOf(trace, this.#owners));
  }

  ofFrames(frames: readonly SeenFrame[]): readonly string[] {
    const hops: { readonly request: Hop[]; readonly reply: Hop[] } = { request: [], reply: [] };
    for (const { netns, dev, dir, bytes } of frames) {
      const frame = parseFrame(bytes);
      const place = this.#places.get(netns);
      const packet = frame === null ? null : innermost(frame.l3);
      if (frame === null || packet === null || place === undefined) continue;
      const way = openingWay(packet, isAnswer(packet));
      if (way !== null) hops[way].push(hopOf({ ...place, dev, dir, ...frame }, packet, this.#owners));
    }
    return linesOf(hops);
  }
}

/** The script's servers answer a datagram with a sentence. */
function isAnswer({ l4 }: Ipv4Packet): boolean {
  return l4.kind === 'udp' && l4.payload.kind === 'data' && l4.payload.text.includes(' saw ');
}

/** What the request was sent to, here and there, are the server's ports; any other is the client's. */
function linesOf(hops: Hops): readonly string[] {
  const lines = hopLines(hops, new Set(hops.request.flatMap(({ dport }) => (dport === undefined ? [] : [dport]))));
  return [...new Set([...lines.request.map((line) => `request  ${line}`), ...lines.reply.map((line) => `reply    ${line}`)])];
}
