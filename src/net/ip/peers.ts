/**
 * How often a namespace tells one peer that it has no route for it (net/ipv4/route.c ip_error, struct inet_peer): five times at once,
 * then once a second. The tokens are those of icmp_ratelimit, and where that is 0 every ICMP error sent to the peer, whatever
 * about, takes them all (inet_peer_xrlim_allow): then one a second is all there is.
 */
import type { IpAddr } from '../../lib/ip.ts';
import { NS_PER_S, type Instant } from '../../sim/sim.ts';

/** ip_rt_error_burst in units of ip_rt_error_cost, both one second's worth. */
const BURST = 5;

interface Peer {
  /** In seconds of waiting. */
  readonly tokens: number;
  readonly at: Instant;
}

export class Peers {
  #peers = new Map<IpAddr, Peer>();

  /** Takes a token of `peer`; false when there is none, and nothing may be said. */
  takeToken(peer: IpAddr, now: Instant): boolean {
    const known = this.#peers.get(peer);
    const tokens = known === undefined ? BURST : Math.min(BURST, known.tokens + (now - known.at) / NS_PER_S);
    const granted = tokens >= 1;
    this.#peers.set(peer, { tokens: granted ? tokens - 1 : tokens, at: now });
    return granted;
  }

  /** An ICMP error was sent to `peer` while nothing limits them. */
  empty(peer: IpAddr, now: Instant): void {
    this.#peers.set(peer, { tokens: 0, at: now });
  }

  /** Returns a closure that brings this moment back. */
  checkpoint(): () => void {
    const peers = new Map(this.#peers);
    return () => {
      this.#peers = new Map(peers);
    };
  }
}
