/**
 * A namespace to try netfilter in, for tests and measurements: a settable clock, given addresses, seeded draws.
 */
import { CONNTRACK_SYSCTLS } from './conntrack-settings.ts';
import { ip, type IpAddr } from '../../lib/ip.ts';
import type { Provenance } from '../../lib/provenance.ts';
import { createRng } from '../../lib/rng.ts';
import { newSkb, type Skb } from '../skb.ts';
import type { TraceRecorder } from '../trace/recorder.ts';
import type { Ipv4Packet, L4, TcpFlag, TcpSegment } from '../wire/packet.ts';
import type { AddrType, NetfilterHost } from './hooks.ts';

export const BY_TEST: Provenance = { actor: 'user', action: 'iptables', object: null };

export interface TestHost extends NetfilterHost {
  /** Virtual time in nanoseconds. */
  time: number;
  /** Addresses of the namespace, by device. */
  readonly addresses: Map<string, IpAddr>;
  readonly sysctls: Map<string, number>;
  /** Values the next `statistic` draws give, before the seeded stream goes on. */
  readonly draws: number[];
}

export function testHost(seed = 1): TestHost {
  const rng = createRng(seed);
  const host: TestHost = {
    time: 0,
    addresses: new Map([
      ['eth0', ip('192.168.1.11')],
      ['cni0', ip('10.244.0.1')],
      ['lo', ip('127.0.0.1')],
    ]),
    sysctls: new Map(CONNTRACK_SYSCTLS),
    draws: [],
    now: () => host.time,
    changed: () => undefined,
    addressType: (addr): AddrType =>
      [...host.addresses.values()].includes(addr) ? 'LOCAL' : addr.startsWith('224.') ? 'MULTICAST' : 'UNICAST',
    masqueradeAddress: (dev) => host.addresses.get(dev) ?? null,
    primaryAddress: (dev) => host.addresses.get(dev) ?? null,
    reversePath: () => ({ type: 'UNICAST', sameDev: true }),
    sysctl: (name) => host.sysctls.get(name) ?? 0,
    random: {
      statistic: () => host.draws.shift() ?? rng.fork('statistic').u32(),
      port: (limit) => rng.fork('port').below(limit),
      initval: () => rng.fork('ipset').u32(),
    },
  };
  return host;
}

/** A TCP segment with the flags given. */
export function tcp(sport: number, dport: number, flags: readonly TcpFlag[], more: Partial<TcpSegment> = {}): TcpSegment {
  return {
    kind: 'tcp',
    sport,
    dport,
    seq: 1000,
    ack: 0,
    flags,
    window: 64240,
    mss: flags.includes('SYN') ? 1460 : null,
    data: null,
    ...more,
  };
}

export function packet(src: string, dst: string, l4: L4): Ipv4Packet {
  return { kind: 'ipv4', src: ip(src), dst: ip(dst), ttl: 64, id: 0, df: true, tos: 0, l4 };
}

/** An skb with its devices. */
export function skbOf(
  l3: Ipv4Packet,
  devices: { readonly iif?: string; readonly oif?: string } = {},
  recorder: TraceRecorder | null = null,
): Skb {
  const id = recorder === null ? 0 : recorder.open(l3, 'sent', null, 'request');
  return { ...newSkb(l3, recorder, id), iif: devices.iif ?? null, oif: devices.oif ?? null };
}
