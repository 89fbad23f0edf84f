/**
 * The fact of a step in one short line, as the hop list has it. Pure: a step in, a sentence of the catalogue out.
 */
import { dnsWords } from '../../cluster/explain.ts';
import { readFailed, type FailedReading } from '../chains/failed.ts';
import { commentedService, ruleWords } from '../chains/rule-text.ts';
import { sentence, type Sentence } from '../chains/sentence.ts';
import type { FailedMatch } from '../../net/trace/trace.ts';
import type { JourneyStep } from './model.ts';
import { destinationOf, dnsOf, endpoint, goesBack, hexMark, icmpName, insideOf, sourceOf, whatIs } from './packet-text.ts';
import type { DnsMessage, NatStep, RuleRef, StepOf } from './trace-types.ts';

export function factOf(journeyStep: JourneyStep): Sentence {
  const { step, expanded, nat } = journeyStep;
  if (expanded !== null) return failedFact(expanded.rule, expanded.failed);
  switch (step.kind) {
    case 'socket.send':
      return sendFact(journeyStep, step);
    case 'socket.deliver':
      return sentence('journey.fact.delivered', { process: step.process });
    case 'route.lookup':
      return routeFact(step);
    case 'nf.hook':
      return sentence(step.via === 'bridge' ? 'journey.fact.hookBridge' : 'journey.fact.hook', { hook: step.hook });
    case 'nf.rule':
      return ruleFact(step, nat);
    case 'nf.run':
      return sentence('journey.fact.run', { count: step.count, chain: step.chain.name });
    case 'nf.end':
      return sentence(step.policy === 'RETURN' ? 'journey.fact.chainEnd' : 'journey.fact.policy', {
        table: step.table,
        chain: step.chain,
        policy: step.policy,
      });
    case 'ct':
      return sentence(CT_FACTS[step.op], { state: step.state });
    case 'nat':
      return natFact(step, goesBack(journeyStep.packet.role, journeyStep.after.l3));
    case 'reject':
      return sentence('journey.fact.rejected', { with: step.with });
    case 'ttl':
      return sentence('journey.fact.ttl', { from: String(step.from), to: String(step.to) });
    case 'neigh':
      return neighFact(step, journeyStep.found);
    case 'qdisc':
      return qdiscFact(step);
    case 'dev.tx':
      return sentence('journey.fact.devOut', { dev: step.dev.name });
    case 'dev.rx':
      return sentence('journey.fact.devIn', { dev: step.dev.name });
    case 'bridge.fdb':
      return bridgeFact(step);
    case 'bridge.nf':
      return sentence(BRIDGE_NF_FACTS[step.outcome], { bridge: step.bridge });
    case 'vxlan.fdb':
      return step.remote === null
        ? sentence('journey.fact.vxlanFdbNone')
        : sentence('journey.fact.vxlanFdb', { remote: step.remote });
    case 'encap':
      return sealFact(step);
    case 'decap':
      return openFact(step);
    case 'wire':
      return wireFact(journeyStep);
    case 'icmp.error':
      return sentence('journey.fact.icmp', { name: icmpName(step.type, step.code), to: step.to });
    case 'pmtu':
      return sentence('journey.fact.pathMtu', { dst: step.dst, mtu: String(step.mtu) });
    case 'drop':
      return sentence('journey.fact.dropped', { reason: step.reason });
  }
}

function sealFact({ vni, port, outerSrc, outerDst }: StepOf<'encap'>): Sentence {
  return vni === null
    ? sentence('journey.fact.sealedIpip', { from: outerSrc, to: outerDst })
    : sentence('journey.fact.sealed', { vni: String(vni), port: String(port) });
}

function openFact({ vni, port, outerSrc }: StepOf<'decap'>): Sentence {
  return vni === null
    ? sentence('journey.fact.openedIpip', { from: outerSrc })
    : sentence('journey.fact.opened', { vni: String(vni), port: String(port) });
}

const CT_FACTS = {
  new: 'journey.fact.ctNew',
  found: 'journey.fact.ctFound',
  confirmed: 'journey.fact.ctConfirmed',
  invalid: 'journey.fact.ctInvalid',
  untracked: 'journey.fact.ctUntracked',
  related: 'journey.fact.ctRelated',
  full: 'journey.fact.ctFull',
} as const;

function qdiscFact({ dev, text, lost, delayNs }: StepOf<'qdisc'>): Sentence {
  if (lost) return sentence('journey.fact.qdiscLost', { dev: dev.name, text });
  return sentence(delayNs === 0 ? 'journey.fact.qdiscPassed' : 'journey.fact.qdiscWaits', { dev: dev.name, text });
}

const BRIDGE_NF_FACTS = {
  bridged: 'journey.fact.bridgeNfLends',
  routed: 'journey.fact.bridgeNfRouted',
  'dnat-bridged': 'journey.fact.bridgeNfDnat',
  skipped: 'journey.fact.bridgeNfOff',
} as const;

function sendFact({ attempt, packet, after }: JourneyStep, step: StepOf<'socket.send'>): Sentence {
  const to = destinationOf(after.l3);
  if (packet.relation === 'retransmission')
    return sentence('journey.fact.connectsAgain', { process: step.process, attempt: String(attempt) });
  const what = after.l3.kind === 'ipv4' ? whatIs(after.l3) : packet.label;
  if (what === 'SYN') return sentence('journey.fact.connects', { process: step.process, to });
  if (packet.relation === 'error' || packet.relation === 'arp')
    return sentence('journey.fact.kernelSends', { what: packet.label, to });
  const dns = dnsOf(after.l3);
  if (dns !== null) return dnsFact(step, dns, to);
  return sentence('journey.fact.sends', { process: step.process, what, to });
}

function dnsFact({ process, what }: StepOf<'socket.send'>, message: DnsMessage, to: string): Sentence {
  const values = { process, to, what: dnsWords(message) };
  if (!message.response) return sentence('journey.fact.asks', values);
  return sentence(what.includes('cache') ? 'journey.fact.answersKept' : 'journey.fact.answers', values);
}

function routeFact({ route, dst, again, srcChosen }: StepOf<'route.lookup'>): Sentence {
  if (route === null) return sentence('journey.fact.noRoute', { dst });
  if (route.type === 'local') return sentence('journey.fact.routedLocal');
  if (route.type !== 'unicast') return sentence('journey.fact.routedRefused', { type: route.type, dst });
  const dev = route.dev ?? '';
  const name = route.dst === '0.0.0.0/0' ? 'default' : route.dst;
  if (again)
    return route.via === null
      ? sentence('journey.fact.routedAgain', { dev })
      : sentence('journey.fact.routedAgainVia', { via: route.via, dev });
  if (srcChosen !== null) return sentence('journey.fact.routed', { route: name, dev, src: srcChosen });
  return route.via === null
    ? sentence('journey.fact.routedPlain', { route: name, dev })
    : sentence('journey.fact.routedVia', { via: route.via, dev });
}

function ruleFact(step: StepOf<'nf.rule'>, nat: NatStep | null): Sentence {
  if (!step.matched) return failedFact(step.rule, step.failed ?? { text: '', packet: '', property: '' });
  switch (step.verdict) {
    case 'JUMP':
    case 'GOTO':
      return sentence('journey.fact.jumps', { chain: step.toChain ?? '' });
    case 'NAT':
      return natRuleFact(step.rule, nat);
    case 'ACCEPT':
      return sentence('journey.fact.accepts');
    case 'DROP':
      return sentence('journey.fact.drops');
    case 'REJECT':
      return sentence('journey.fact.rejects');
    case 'RETURN':
      return sentence('journey.fact.returns');
    case 'MARK':
      return sentence('journey.fact.marks', { mark: hexMark(step.mark) });
    case 'NOTRACK':
      return sentence('journey.fact.untracked');
    default:
      return sentence('journey.fact.counted');
  }
}

function natRuleFact(rule: RuleRef, nat: NatStep | null): Sentence {
  const target = ruleWords(rule.text).target ?? 'NAT';
  if (nat === null) return sentence('journey.fact.natSame', { target });
  const to = nat.manip === 'source' ? nat.to.addr : endpoint(nat.to.addr, nat.to.port);
  const key = ({ DNAT: 'dnat', SNAT: 'snat', MASQUERADE: 'masquerade', REDIRECT: 'redirect' } as const)[target as 'DNAT'];
  return sentence(`journey.fact.${key}`, { to });
}

/** Rewrites that conntrack repeats: the decision of the first packet, or its reverse on the way back. */
function natFact(step: NatStep, back: boolean): Sentence {
  const to = endpoint(step.to.addr, step.manip === 'source' && step.to.port === step.from.port && !back ? null : step.to.port);
  if (step.manip === 'source') return sentence(back ? 'journey.fact.natBackSource' : 'journey.fact.natKnownSource', { to });
  return sentence(back ? 'journey.fact.natBackDestination' : 'journey.fact.natKnownDestination', { to });
}

export function failedFact(rule: RuleRef, failed: FailedMatch): Sentence {
  const reading = readFailed(failed);
  const service = commentedService(ruleWords(rule.text).comment);
  const about = reading.kind === 'dport' ? (service?.port ?? service?.service ?? null) : null;
  return sentence(failedKey(reading), { packet: reading.packet, want: reading.want, property: reading.property }, about);
}

function failedKey({ kind, negated }: FailedReading): Sentence['key'] {
  if (kind === 'unknown') return 'journey.failed.unknown';
  return negated ? `journey.failed.${kind}Not` : `journey.failed.${kind}`;
}

function neighFact({ addr, lladdr, state }: StepOf<'neigh'>, found: JourneyStep['found']): Sentence {
  if (found !== null) return sentence('journey.fact.neighFound', { addr, mac: found.mac });
  if (lladdr !== null) return sentence('journey.fact.neigh', { addr, mac: lladdr });
  return sentence(state === 'FAILED' ? 'journey.fact.neighFailed' : 'journey.fact.neighAsk', { addr });
}

function bridgeFact({ bridge, decision, ports }: StepOf<'bridge.fdb'>): Sentence {
  if (decision === 'flood') return sentence('journey.fact.fdbFlood', { bridge, count: ports.length });
  if (decision === 'local') return sentence('journey.fact.fdbLocal', { bridge });
  return sentence('journey.fact.fdbPort', { bridge, port: ports[0] ?? '' });
}

function wireFact({ after, packet }: JourneyStep): Sentence {
  if (after.l3.kind === 'arp') return sentence('journey.fact.wireArp', { label: packet.label });
  return sentence(insideOf(after.l3) === null ? 'journey.fact.wire' : 'journey.fact.wireSealed', {
    from: sourceOf(after.l3),
    to: after.l3.dst,
  });
}
