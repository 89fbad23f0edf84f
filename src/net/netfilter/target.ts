/**
 * What a rule does with a packet that matched: verdicts, jumps and the targets that change packets or connections.
 *
 * Simplification: LOG and NFLOG are accepted and have no effect; TCPMSS --clamp-mss-to-pmtu is accepted and changes nothing
 * (the route's MTU is not known here), --set-mss is carried out; NETMAP, TPROXY, NFQUEUE, CT --zone and the like are refused.
 */
import type { RejectWith } from './hooks.ts';

/** Where nat may take an address and port from (struct nf_nat_range2). Addresses are u32. */
export interface NatRange {
  readonly minAddr: number | null;
  readonly maxAddr: number | null;
  readonly minPort: number | null;
  readonly maxPort: number | null;
  /** DNAT port shifting: the port the range starts from. */
  readonly basePort: number | null;
  readonly random: boolean;
  readonly randomFully: boolean;
  readonly persistent: boolean;
}

export interface LogTarget {
  readonly kind: 'LOG';
  readonly prefix: string;
  readonly level: number;
  /** The flag words, without dashes, in the tool's order. */
  readonly flags: readonly string[];
}

export interface NflogTarget {
  readonly kind: 'NFLOG';
  readonly prefix: string;
  readonly group: number;
  readonly size: number | null;
  readonly threshold: number | null;
}

export interface ConnmarkTarget {
  readonly kind: 'CONNMARK';
  readonly op: 'set' | 'save' | 'restore';
  /** set: value and mask to clear; save, restore: nfmask and ctmask. */
  readonly value: number;
  readonly ctmask: number;
  readonly nfmask: number;
}

export interface MarkTarget {
  readonly kind: 'MARK';
  /** new mark = (mark AND NOT mask) XOR value. */
  readonly value: number;
  readonly mask: number;
}

export type NatTarget =
  | { readonly kind: 'DNAT'; readonly range: NatRange }
  | { readonly kind: 'SNAT'; readonly range: NatRange }
  | { readonly kind: 'MASQUERADE'; readonly range: NatRange }
  | { readonly kind: 'REDIRECT'; readonly range: NatRange };

export type Target =
  | { readonly kind: 'ACCEPT' }
  | { readonly kind: 'DROP' }
  | { readonly kind: 'RETURN' }
  | { readonly kind: 'jump'; readonly chain: string }
  | { readonly kind: 'goto'; readonly chain: string }
  | { readonly kind: 'REJECT'; readonly with: RejectWith }
  | MarkTarget
  | ConnmarkTarget
  | NatTarget
  | LogTarget
  | NflogTarget
  /** `CT --notrack` and its old name NOTRACK. */
  | { readonly kind: 'CT' | 'NOTRACK' }
  | { readonly kind: 'TCPMSS'; /** Null: --clamp-mss-to-pmtu. */ readonly mss: number | null };

/** The name `iptables -L` shows in its target column. */
export function targetName(target: Target | null): string {
  if (target === null) return '';
  switch (target.kind) {
    case 'jump':
    case 'goto':
      return target.chain;
    case 'NOTRACK':
      return 'CT';
    default:
      return target.kind;
  }
}

export function isNat(target: Target): target is NatTarget {
  return target.kind === 'DNAT' || target.kind === 'SNAT' || target.kind === 'MASQUERADE' || target.kind === 'REDIRECT';
}
