/**
 * Short names for the parts of a trace, read off the trace's own type: the interface depends on what a trace publishes and
 * on nothing beneath it.
 */
import type { StepDetail, TraceStep } from '../../net/trace/trace.ts';

export type StepOf<K extends StepDetail['kind']> = Extract<TraceStep, { kind: K }>;
export type NatStep = StepOf<'nat'>;
export type RunStep = StepOf<'nf.run'>;
export type RuleStep = StepOf<'nf.rule'>;

export type Hook = StepOf<'nf.hook'>['hook'];
export type RuleRef = RuleStep['rule'];
export type TableName = RuleRef['table'];
export type Chain = RunStep['chain'];

export type L3 = TraceStep['l3'];
export type EthernetHeader = NonNullable<TraceStep['eth']>;
export type Ipv4Packet = Extract<L3, { kind: 'ipv4' }>;
export type L4 = Ipv4Packet['l4'];
export type UdpDatagram = Extract<L4, { kind: 'udp' }>;
export type DnsMessage = Extract<UdpDatagram['payload'], { kind: 'dns' }>;
/** What an envelope holds: a frame, or with IP in IP a packet alone. */
export interface Enclosed {
  readonly eth: EthernetHeader | null;
  readonly l3: L3;
}
