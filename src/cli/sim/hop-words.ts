/**
 * A step of a trace as the two columns of a hop line: what happened, and the state it was decided by. Null for steps that stand beneath
 * a hop (rules, connection tracking, rewrites), which `rule-lines.ts` writes.
 */
import type { RouteView, TraceStep } from '../../net/trace/trace.ts';
import { assertNever } from '../../lib/assert.ts';
import { icmpWords, packetWords } from './packet-words.ts';

export interface HopWords {
  readonly what: string;
  readonly detail: string;
}

export function hopWords(step: TraceStep): HopWords | null {
  switch (step.kind) {
    case 'socket.send':
      return { what: `${step.process} sends ${step.what}`, detail: packetWords(step.l3) };
    case 'socket.deliver':
      return { what: `delivered to ${step.process}`, detail: packetWords(step.l3) };
    case 'route.lookup':
      return routeWords(step);
    case 'nf.hook':
      return { what: step.hook, detail: step.via === 'bridge' ? `a bridged frame, lent to iptables by br_netfilter` : '' };
    case 'ttl':
      return { what: 'forwarded', detail: `ttl ${step.from} becomes ${step.to}` };
    case 'neigh':
      return { what: 'neighbour', detail: neighWords(step) };
    case 'qdisc':
      return { what: `${step.dev.name} qdisc`, detail: `${step.text}: ${step.lost ? 'lost' : 'passed'}` };
    case 'dev.tx':
    case 'dev.rx':
      return { what: `${step.dev.name} ${step.kind === 'dev.tx' ? 'out' : 'in'}`, detail: frameWords(step) };
    case 'bridge.fdb':
      return { what: `${step.bridge} fdb`, detail: fdbWords(step) };
    case 'bridge.nf':
      return bridgeNfWords(step);
    case 'vxlan.fdb':
      return {
        what: `${step.dev} fdb`,
        detail: step.remote === null ? `nobody has ${step.mac}` : `${step.mac} lives at ${step.remote}`,
      };
    case 'encap':
      return {
        what: 'sealed',
        detail: `${sealWords(step)}: ${step.outerSrc} > ${step.outerDst}, ${step.overheadBytes} bytes more`,
      };
    case 'decap':
      return { what: 'opened', detail: `${tunnelName(step)} from ${step.outerSrc}` };
    case 'wire':
      return { what: step.segment, detail: `${step.from} > ${step.to.length === 0 ? 'nobody' : step.to.join(', ')}` };
    case 'icmp.error':
      return { what: 'answers', detail: `ICMP ${icmpWords(step.type, step.code)} to ${step.to}` };
    case 'reject':
      return { what: 'rejected', detail: `with ${step.with}` };
    case 'pmtu':
      return { what: 'path MTU', detail: `to ${step.dst} is ${step.mtu} bytes from now on` };
    case 'drop':
      return { what: 'DROPPED', detail: `${step.reason}: ${step.detail}` };
    case 'nf.rule':
    case 'nf.run':
    case 'nf.end':
    case 'ct':
    case 'nat':
      return null;
    default:
      return assertNever(step);
  }
}

type StepOf<K extends TraceStep['kind']> = Extract<TraceStep, { kind: K }>;

function tunnelName({ vni }: StepOf<'encap' | 'decap'>): string {
  return vni === null ? 'IP in IP' : `VXLAN ${vni}`;
}

function sealWords(step: StepOf<'encap'>): string {
  return step.port === null ? tunnelName(step) : `${tunnelName(step)} in UDP ${step.port}`;
}

function routeWords(step: StepOf<'route.lookup'>): HopWords {
  const what = step.again ? 'routed again' : 'routed';
  if (step.route === null) return { what, detail: `no route to ${step.dst}` };
  const source = step.srcChosen === null || step.again ? '' : `, source ${step.srcChosen}`;
  return { what, detail: `${routeLine(step.route)}${source}` };
}

function routeLine(route: RouteView): string {
  return route.table === 'main' ? route.text : `${route.text} (table ${route.table})`;
}

function neighWords({ addr, dev, lladdr, state }: StepOf<'neigh'>): string {
  return lladdr === null ? `${addr} dev ${dev} unknown, asks by ARP` : `${addr} dev ${dev} lladdr ${lladdr} ${state}`;
}

function frameWords(step: StepOf<'dev.tx' | 'dev.rx'>): string {
  const macs = step.eth === null || step.type === 'loopback' ? '' : `  ${step.eth.smac} > ${step.eth.dmac}`;
  return `${packetWords(step.l3)}${macs}`;
}

function fdbWords({ mac, decision, ports, learned }: StepOf<'bridge.fdb'>): string {
  const news = learned === null ? '' : `; learns that ${learned.mac} is at ${learned.port}`;
  switch (decision) {
    case 'local':
      return `${mac} is the bridge itself${news}`;
    case 'flood':
      return `${mac} is not known: to ${ports.join(', ')}${news}`;
    case 'forward':
      return `${mac} is at ${ports.length === 0 ? 'the port it came from' : ports.join(', ')}${news}`;
  }
}

function bridgeNfWords({ bridge, outcome }: StepOf<'bridge.nf'>): HopWords {
  const what = `${bridge} br_netfilter`;
  switch (outcome) {
    case 'bridged':
      return { what, detail: 'stays on the bridge' };
    case 'routed':
      return { what, detail: 'the new destination is not on this bridge: up, to be routed' };
    case 'dnat-bridged':
      return { what, detail: 'the new destination is on this bridge: stays, with its link address' };
    case 'skipped':
      return { what, detail: 'bridge-nf-call-iptables is 0: no rules' };
  }
}
