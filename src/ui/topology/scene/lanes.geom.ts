/**
 * A subnet's wire among those of the others: its lane in each row, and its trunk between rows. With one subnet there is one lane and
 * nothing is moved.
 */
import { cidr, cidrContains } from '../../../lib/cidr.ts';
import { ip } from '../../../lib/ip.ts';

/** What lanes may take beside and beneath the first. */
export interface LaneRoom {
  /** Between two lanes of a row. */
  readonly pitchY: number;
  /** Between two trunks. */
  readonly pitchX: number;
  /** All lanes lie about the middle, or each beneath the one before. */
  readonly about: 'middle' | 'first';
}

export interface Lane {
  readonly subnet: string;
  readonly index: number;
  readonly dx: number;
  readonly dy: number;
}

export function lanesOf(subnets: readonly string[], { pitchX, pitchY, about }: LaneRoom): readonly Lane[] {
  const middle = (subnets.length - 1) / 2;
  return subnets.map((subnet, index) => ({
    subnet,
    index,
    dx: (index - middle) * pitchX,
    dy: (about === 'middle' ? index - middle : index) * pitchY,
  }));
}

/** The lane of a machine's address; the first for one of no subnet. */
export function laneOf(lanes: readonly Lane[], address: string): number {
  const index = lanes.findIndex(({ subnet }) => cidrContains(cidr(subnet), ip(address)));
  return Math.max(0, index);
}
