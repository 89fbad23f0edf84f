/**
 * What Weave Net's peers tell each other: who is there, who owns which part of the range (weave ipam/ring/ring.go), who asks whom for room.
 *
 * Simplification: peers gossip through the ConfigMap `weave-net`, where kube-utils keeps the list of peers, and not over TCP port 6783,
 * so it goes on where no packet could pass.
 */
import type { ConfigMap } from '../../../api/types/configmap.ts';
import type { ApiClient } from '../../../api/watch.ts';
import { parseIp, type IpAddr } from '../../../lib/ip.ts';

const NAMESPACE = 'kube-system';
const NAME = 'weave-net';

export interface Peer {
  readonly node: string;
  /** A MAC address. */
  readonly name: string;
  readonly shortId: number;
  readonly address: IpAddr;
}

/** Where a part of the range begins, and whose it is; it ends where the next one begins. */
export interface RingEntry {
  readonly start: number;
  /** The peer's node. */
  readonly node: string;
}

export interface Topology {
  readonly peers: readonly Peer[];
  /** Sorted; empty until the peers have agreed. */
  readonly ring: readonly RingEntry[];
  /** Node that asks, by node that is asked. */
  readonly asks: ReadonlyMap<string, string>;
}

export class Gossip {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** Calls back with what is known, now and whenever it changes. */
  listen(onChange: (topology: Topology) => void): () => void {
    return this.#api.watch('ConfigMap', ({ object, type }) => {
      if (object.metadata.namespace === NAMESPACE && object.metadata.name === NAME && type !== 'DELETED')
        onChange(this.topology());
    });
  }

  topology(): Topology {
    return topologyOf(this.#api.get('ConfigMap', NAMESPACE, NAME));
  }

  announce(peer: Peer): void {
    this.#write({ [`peer.${peer.node}`]: JSON.stringify(peer) });
  }

  setRing(ring: readonly RingEntry[]): void {
    this.#write({ ring: JSON.stringify(ring) });
  }

  /** `from` asks `of` for room. */
  ask(of: string, from: string): void {
    this.#write({ [`ask.${from}`]: of });
  }

  answered(from: string): void {
    this.#write({ [`ask.${from}`]: null });
  }

  #write(data: Readonly<Record<string, string | null>>): void {
    const present = this.#api.get('ConfigMap', NAMESPACE, NAME);
    if (present === null) {
      const metadata = { name: NAME, namespace: NAMESPACE };
      this.#api.create('ConfigMap', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: withoutNull(data) });
    } else this.#api.patch('ConfigMap', NAMESPACE, NAME, { data });
  }
}

function withoutNull(data: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(data).flatMap(([key, value]) => (value === null ? [] : [[key, value]])));
}

function topologyOf(config: ConfigMap | null): Topology {
  const entries = Object.entries(config?.data ?? {});
  const ring = config?.data?.['ring'];
  return {
    peers: entries.filter(([key]) => key.startsWith('peer.')).flatMap(([, text]) => peerOf(text) ?? []),
    ring: ring === undefined ? [] : ringOf(ring),
    asks: new Map(entries.filter(([key]) => key.startsWith('ask.')).map(([key, of]) => [key.slice('ask.'.length), of])),
  };
}

/** A user may have written into the ConfigMap: what is no peer is none. */
function peerOf(text: string): Peer | null {
  const value = parsed(text);
  if (typeof value !== 'object' || value === null) return null;
  const { node, name, shortId, address } = value as Readonly<Record<string, unknown>>;
  const ip = typeof address === 'string' ? parseIp(address) : null;
  if (typeof node !== 'string' || typeof name !== 'string' || typeof shortId !== 'number' || ip === null) return null;
  return { node, name, shortId, address: ip };
}

function ringOf(text: string): readonly RingEntry[] {
  const value = parsed(text);
  const entries = Array.isArray(value) ? (value as readonly unknown[]) : [];
  return entries.flatMap((entry): readonly RingEntry[] => {
    if (typeof entry !== 'object' || entry === null) return [];
    const { start, node } = entry as Readonly<Record<string, unknown>>;
    return typeof start === 'number' && typeof node === 'string' ? [{ start, node }] : [];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
