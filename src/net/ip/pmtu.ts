/**
 * What a namespace has learnt of the MTU of its paths: the exceptions that fragmentation-needed leaves beside a route, by destination
 * (net/ipv4/route.c __ip_rt_update_pmtu, struct fib_nh_exception; RFC 1191). Seen with `ip route get ADDR` and `ip route show cache`.
 *
 * A path never gets wider before the entry expires (`net.ipv4.route.mtu_expires`, seconds), and never narrower than
 * `net.ipv4.route.min_pmtu`. It binds what this host sends, not what it forwards (ip_forward_use_pmtu is 0).
 */
import type { IpAddr } from '../../lib/ip.ts';
import { NS_PER_S, type Instant } from '../../sim/sim.ts';
import type { SysctlTable } from '../sysctl.ts';

/** One learnt path. */
export interface PathMtu {
  readonly dst: IpAddr;
  readonly mtu: number;
  readonly expiresAt: Instant;
}

export class PathMtus {
  readonly #sysctl: SysctlTable;
  #paths = new Map<IpAddr, PathMtu>();

  constructor(sysctl: SysctlTable) {
    this.#sysctl = sysctl;
  }

  /** The MTU of the path to `dst` over a device of that MTU, in bytes. */
  to(dst: IpAddr, deviceMtu: number, now: Instant): number {
    const known = this.#paths.get(dst);
    return known === undefined || known.expiresAt <= now ? deviceMtu : Math.min(known.mtu, deviceMtu);
  }

  /** A router has said that its next link takes only `mtu` bytes; null where that is no news, the path was narrower `before`. */
  learn(dst: IpAddr, said: { readonly mtu: number; readonly before: number }, now: Instant): PathMtu | null {
    if (said.before < said.mtu) return null;
    const least = this.#sysctl.number('net.ipv4.route.min_pmtu');
    const mtu = said.mtu < least ? Math.min(said.before, least) : said.mtu;
    const expiresAt = now + this.#sysctl.number('net.ipv4.route.mtu_expires') * NS_PER_S;
    const known: PathMtu = { dst, mtu, expiresAt };
    this.#paths.set(dst, known);
    return known;
  }

  /** Entries that still count, in the order they were learnt. */
  entries(now: Instant): readonly PathMtu[] {
    return [...this.#paths.values()].filter(({ expiresAt }) => expiresAt > now);
  }

  /** Returns a closure that brings this moment back. */
  checkpoint(): () => void {
    const paths = new Map(this.#paths);
    return () => {
      this.#paths = new Map(paths);
    };
  }
}
