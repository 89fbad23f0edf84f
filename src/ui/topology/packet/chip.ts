/**
 * What the packet's chip says at a step: flag, source, destination, ttl; the rewrite that just happened; the envelope around
 * it; the kernel's reason when it goes no further.
 */
import type { JourneyStep } from '../../journey/model.ts';
import { endpoint, goesBack, insideOf, portsOf, whatIs } from '../../journey/packet-text.ts';
import type { L3 } from '../../journey/trace-types.ts';

/** A value, and what it was before this step when the step rewrote it. */
export interface ChipValue {
  readonly now: string;
  readonly before: string | null;
}

export interface Chip {
  readonly flag: string;
  readonly source: ChipValue;
  readonly destination: ChipValue;
  /** `ttl 63`, where it matters; empty elsewhere. */
  readonly ttl: string;
  readonly envelope: { readonly source: string; readonly destination: string; readonly what: string } | null;
  readonly dead: { readonly mark: 'drop' | 'reject'; readonly reason: string; readonly place: string } | null;
}

/** Where most senders start. */
const USUAL_TTL = 64;

export function chipOf(step: JourneyStep): Chip {
  const outer = step.after.l3;
  const inside = insideOf(outer);
  const packet = inside?.l3 ?? outer;
  const rewrite = inside === null ? step.nat : null;
  const reply = goesBack(step.packet.role, outer);
  const names = namesOf(packet, reply);
  const before = step.before === null || rewrite === null ? null : namesOf(step.before.l3, reply);
  return {
    flag: packet.kind === 'arp' ? 'ARP' : whatIs(packet),
    source: { now: names.source, before: rewrite?.manip === 'source' && before !== null ? before.source : null },
    destination: {
      now: names.destination,
      before: rewrite?.manip === 'destination' && before !== null ? before.destination : null,
    },
    ttl: ttlText(packet, step, inside !== null),
    envelope: inside === null ? null : envelopeOf(outer),
    dead: deadOf(step),
  };
}

/** Only the port that names a service is told; the client's own is one of thousands. */
function namesOf(l3: L3, reply: boolean): { readonly source: string; readonly destination: string } {
  if (l3.kind === 'arp')
    return { source: l3.op === 'request' ? 'who-has' : l3.spa, destination: l3.op === 'request' ? l3.tpa : l3.sha };
  const ports = portsOf(l3.l4);
  return {
    source: endpoint(l3.src, reply ? (ports?.sport ?? null) : null),
    destination: endpoint(l3.dst, reply ? null : (ports?.dport ?? null)),
  };
}

function ttlText(l3: L3, { step }: JourneyStep, sealed: boolean): string {
  if (l3.kind === 'arp') return '';
  return sealed || step.kind === 'ttl' || l3.ttl !== USUAL_TTL ? `ttl ${l3.ttl}` : '';
}

function envelopeOf(outer: L3): Chip['envelope'] {
  if (outer.kind !== 'ipv4') return null;
  if (outer.l4.kind === 'ipencap') return { source: outer.src, destination: outer.dst, what: 'IPIP, protocol 4' };
  if (outer.l4.kind !== 'udp' || outer.l4.payload.kind !== 'vxlan') return null;
  const { vni } = outer.l4.payload;
  return { source: outer.src, destination: outer.dst, what: `VXLAN vni ${vni}, UDP ${outer.l4.dport}` };
}

function deadOf({ step, at, packet }: JourneyStep): Chip['dead'] {
  if (step.kind !== 'drop' && step.kind !== 'reject') return null;
  const where = at.netns === '' || at.netns === 'root' ? at.node : at.netns.slice(at.netns.indexOf('/') + 1);
  const place = [where, at.hook ?? at.device ?? ''].filter((each) => each !== '').join(', ');
  if (step.kind === 'drop') return { mark: 'drop', reason: step.reason, place };
  return { mark: 'reject', reason: packet.reason ?? step.with, place };
}
