/**
 * Prints targets as `iptables-save` v1.8.9 does.
 */
import { assertNever } from '../../lib/assert.ts';
import { ipFromU32 } from '../../lib/ip.ts';
import { hex } from './match-print.ts';
import type { LogTarget, NatRange, Target } from './target.ts';
import { savedString } from './words.ts';

/** `:80`, `:80-90/70`, or nothing. */
function portsText({ minPort, maxPort, basePort }: NatRange): string {
  if (minPort === null || maxPort === null) return '';
  return `${minPort}${maxPort === minPort ? '' : `-${maxPort}`}${basePort === null ? '' : `/${basePort}`}`;
}

/** `10.0.0.1-10.0.0.9:80-90` of DNAT and SNAT; the ports alone of MASQUERADE and REDIRECT. */
export function natToText(kind: 'DNAT' | 'SNAT' | 'MASQUERADE' | 'REDIRECT', range: NatRange): string {
  const ports = portsText(range);
  if (kind === 'MASQUERADE' || kind === 'REDIRECT') return ports;
  const from = range.minAddr === null ? '' : ipFromU32(range.minAddr);
  const to = range.maxAddr === null || range.maxAddr === range.minAddr ? '' : `-${ipFromU32(range.maxAddr)}`;
  return from + to + (ports === '' ? '' : `:${ports}`);
}

/** ` --random --random-fully --persistent`, with the given prefix before each word. */
export function natFlags(range: NatRange, prefix: string): string {
  return (
    (range.random ? ` ${prefix}random` : '') +
    (range.randomFully ? ` ${prefix}random-fully` : '') +
    (range.persistent ? ` ${prefix}persistent` : '')
  );
}

const NAT_OPTION = { DNAT: '--to-destination', SNAT: '--to-source', MASQUERADE: '--to-ports', REDIRECT: '--to-ports' } as const;

function logWords(target: LogTarget): string {
  return (
    (target.prefix === '' ? '' : ` --log-prefix ${savedString(target.prefix)}`) +
    (target.level === 4 ? '' : ` --log-level ${target.level}`) +
    target.flags.map((flag) => ` --${flag}`).join('')
  );
}

/** A target with the blank that precedes it; nothing for a rule without one. */
export function printTarget(target: Target | null): string {
  if (target === null) return '';
  switch (target.kind) {
    case 'jump':
      return ` -j ${target.chain}`;
    case 'goto':
      return ` -g ${target.chain}`;
    case 'ACCEPT':
    case 'DROP':
    case 'RETURN':
    case 'NOTRACK':
      return ` -j ${target.kind}`;
    case 'REJECT':
      return ` -j REJECT --reject-with ${target.with}`;
    case 'MARK':
      return ` -j MARK --set-xmark ${hex(target.value)}/${hex(target.mask)}`;
    case 'CONNMARK':
      return target.op === 'set'
        ? ` -j CONNMARK --set-xmark ${hex(target.value)}/${hex(target.ctmask)}`
        : ` -j CONNMARK --${target.op}-mark --nfmask ${hex(target.nfmask)} --ctmask ${hex(target.ctmask)}`;
    case 'DNAT':
    case 'SNAT':
    case 'MASQUERADE':
    case 'REDIRECT': {
      const to = natToText(target.kind, target.range);
      return ` -j ${target.kind}${to === '' ? '' : ` ${NAT_OPTION[target.kind]} ${to}`}${natFlags(target.range, '--')}`;
    }
    case 'LOG':
      return ` -j LOG${logWords(target)}`;
    case 'NFLOG':
      return (
        ` -j NFLOG${target.prefix === '' ? '' : ` --nflog-prefix ${savedString(target.prefix)}`}` +
        (target.group === 0 ? '' : ` --nflog-group ${target.group}`) +
        (target.size === null ? '' : ` --nflog-size ${target.size}`) +
        (target.threshold === null ? '' : ` --nflog-threshold ${target.threshold}`)
      );
    case 'CT':
      return ' -j CT --notrack';
    case 'TCPMSS':
      return ` -j TCPMSS ${target.mss === null ? '--clamp-mss-to-pmtu' : `--set-mss ${target.mss}`}`;
    default:
      return assertNever(target);
  }
}
