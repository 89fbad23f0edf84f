/**
 * Which sentence says why a match failed. Told by the option's own spelling, as iptables has it, so a match that gets no
 * sentence of its own still says what was wanted and what was found.
 */
import type { FailedMatch } from '../../net/trace/trace.ts';
import { matchWords } from './rule-text.ts';

const OPTIONS = {
  '--dport': 'dport',
  '--dports': 'dport',
  '--sport': 'sport',
  '--sports': 'sport',
  '-s': 'source',
  '-d': 'destination',
  '-p': 'protocol',
  '--ctstate': 'ctstate',
  '--state': 'ctstate',
  '--mark': 'mark',
  '-i': 'iif',
  '--physdev-in': 'iif',
  '-o': 'oif',
  '--physdev-out': 'oif',
  '--dst-type': 'dstType',
  '--src-type': 'srcType',
  '--probability': 'probability',
} as const;

export type FailedKind = (typeof OPTIONS)[keyof typeof OPTIONS] | 'other' | 'unknown';

export interface FailedReading {
  readonly kind: FailedKind;
  readonly negated: boolean;
  /** The rule's value, without a /32 that says nothing. */
  readonly want: string;
  /** The packet's value. */
  readonly packet: string;
  readonly property: string;
}

function isKnown(option: string): option is keyof typeof OPTIONS {
  return option in OPTIONS;
}

export function readFailed(failed: FailedMatch): FailedReading {
  const { option, value, negated } = matchWords(failed.text);
  return {
    kind: isKnown(option) ? OPTIONS[option] : failed.text === '' ? 'unknown' : 'other',
    negated,
    want: value.replace(/\/32$/, ''),
    packet: failed.packet === '' ? '–' : failed.packet,
    property: failed.property,
  };
}
