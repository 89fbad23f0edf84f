/**
 * `conntrack -L` (conntrack-tools 1.4.7, libnetfilter_conntrack snprintf_default.c).
 */
import { NS_PER_S, type Instant } from '../../sim/sim.ts';
import type { Tuple } from './conntrack-types.ts';
import type { ConntrackView } from '../view.ts';
import { IP_PROTOCOLS } from '../wire/protocols.ts';

/** Protocols without a name or ports in the library's eyes (l4proto2str). */
const UNKNOWN = 'unknown';

function tupleText({ protocol, src, dst, sport, dport, icmp }: Tuple): string {
  const ends = `src=${src} dst=${dst} `;
  if (protocol === 'ipencap') return ends;
  return icmp === null ? `${ends}sport=${sport} dport=${dport} ` : `${ends}type=${icmp.type} code=${icmp.code} id=${icmp.id} `;
}

/** One line; `extended` is `-o extended`, which begins with the network protocol, `id` is `-o id`. */
export function conntrackLine(
  entry: ConntrackView,
  now: Instant,
  options: { readonly extended: boolean; readonly id: boolean } = { extended: false, id: false },
): string {
  const { protocol } = entry.original;
  const seconds = Math.max(0, Math.floor((entry.expiresAt - now) / NS_PER_S));
  return (
    (options.extended ? 'ipv4     2 ' : '') +
    `${(protocol === 'ipencap' ? UNKNOWN : protocol).padEnd(8)} ${IP_PROTOCOLS[protocol]} ${seconds} ` +
    (entry.tcpState === null ? '' : `${entry.tcpState} `) +
    tupleText(entry.original) +
    (entry.seenReply ? '' : '[UNREPLIED] ') +
    tupleText(entry.reply) +
    (entry.assured ? '[ASSURED] ' : '') +
    `mark=${entry.mark} use=1` +
    (options.id ? ` id=${entry.id}` : '')
  );
}
