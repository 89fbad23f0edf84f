/**
 * Why a step happened, in one or two plain sentences. What kube-proxy's chains are for is known by their names, which are
 * the same in every cluster; counts of endpoints are read from the rules that were there.
 */
import { commentedService, ruleWords } from '../chains/rule-text.ts';
import { sentence, type Sentence } from '../chains/sentence.ts';
import type { JourneyStep } from './model.ts';
import { dnsOf, endpoint, goesBack, hexMark, insideOf, whatIs } from './packet-text.ts';
import type { Chain, DnsMessage, NatStep, RuleStep, StepOf } from './trace-types.ts';

/** Looks up a chain of the namespace the step is in; null when it is gone. */
export type ChainLookup = (table: string, chain: string) => Chain | null;

export function whyOf(journeyStep: JourneyStep, chainOf: ChainLookup): Sentence {
  const { step, expanded } = journeyStep;
  if (expanded !== null) return sentence('journey.why.failed');
  switch (step.kind) {
    case 'socket.send':
      return sendWhy(journeyStep, step);
    case 'socket.deliver':
      return sentence('journey.why.delivered');
    case 'route.lookup':
      return routeWhy(step);
    case 'nf.hook':
      return sentence(step.via === 'bridge' ? 'journey.why.hookBridge' : 'journey.why.hook');
    case 'nf.rule':
      return ruleWhy(journeyStep, step, chainOf);
    case 'nf.run':
      return sentence('journey.why.run');
    case 'nf.end':
      return sentence(END_WHYS[step.policy]);
    case 'ct':
      return sentence(CT_WHYS[step.op]);
    case 'nat':
      return sentence(goesBack(journeyStep.packet.role, journeyStep.after.l3) ? 'journey.why.natBack' : 'journey.why.natKnown');
    case 'reject':
      return sentence('journey.why.rejected');
    case 'ttl':
      return sentence('journey.why.ttl');
    case 'neigh':
      return neighWhy(step, journeyStep.found);
    case 'qdisc':
      return qdiscWhy(step);
    case 'dev.tx':
      return sentence(step.type === 'veth' ? 'journey.why.vethOut' : 'journey.why.devOut');
    case 'dev.rx':
      return sentence(step.type === 'veth' ? 'journey.why.vethIn' : 'journey.why.devIn');
    case 'bridge.fdb':
      return sentence(FDB_WHYS[step.decision]);
    case 'bridge.nf':
      return sentence(BRIDGE_NF_WHYS[step.outcome]);
    case 'vxlan.fdb':
      return step.remote === null
        ? sentence('journey.why.vxlanFdbNone')
        : sentence('journey.why.vxlanFdb', { by: step.madeBy.actor });
    case 'encap':
      return sentence(step.vni === null ? 'journey.why.sealedIpip' : 'journey.why.sealed');
    case 'decap':
      return sentence(step.vni === null ? 'journey.why.openedIpip' : 'journey.why.opened');
    case 'wire':
      return sentence(insideOf(step.l3) === null ? 'journey.why.wire' : 'journey.why.wireSealed');
    case 'icmp.error':
      return sentence('journey.why.icmp');
    case 'pmtu':
      return sentence('journey.why.pathMtu');
    case 'drop':
      return sentence(`journey.reason.${step.reason}`);
  }
}

const END_WHYS = { ACCEPT: 'journey.why.policy', DROP: 'journey.why.policyDrop', RETURN: 'journey.why.chainEnd' } as const;

const CT_WHYS = {
  new: 'journey.why.ctNew',
  found: 'journey.why.ctFound',
  confirmed: 'journey.why.ctConfirmed',
  invalid: 'journey.why.ctInvalid',
  untracked: 'journey.why.ctUntracked',
  related: 'journey.why.ctRelated',
  full: 'journey.why.ctFull',
} as const;

const FDB_WHYS = { forward: 'journey.why.fdbPort', flood: 'journey.why.fdbFlood', local: 'journey.why.fdbLocal' } as const;

const BRIDGE_NF_WHYS = {
  bridged: 'journey.why.bridgeNfLends',
  routed: 'journey.why.bridgeNfRouted',
  'dnat-bridged': 'journey.why.bridgeNfDnat',
  skipped: 'journey.why.bridgeNfOff',
} as const;

function sendWhy({ packet, after }: JourneyStep, { what }: StepOf<'socket.send'>): Sentence {
  if (packet.relation === 'retransmission') return sentence('journey.why.again');
  if (packet.relation === 'error' || packet.relation === 'arp') return sentence('journey.why.kernelSends');
  const dns = dnsOf(after.l3);
  if (dns !== null) return dnsWhy(what, dns);
  if (packet.role === 'reply') return sentence('journey.why.sends');
  return after.l3.kind === 'ipv4' && whatIs(after.l3) === 'SYN'
    ? sentence('journey.why.connects', { to: after.l3.dst })
    : sentence('journey.why.sends');
}

function dnsWhy(what: string, { response, rcode, answers, question }: DnsMessage): Sentence {
  if (!response) return sentence('journey.why.asks', { name: question.name });
  if (what.includes('cache')) return sentence('journey.why.answersKept');
  if (rcode === 'NXDOMAIN') return sentence('journey.why.noSuchName', { name: question.name });
  return answers.length === 0
    ? sentence('journey.why.noData', { name: question.name, type: question.type })
    : sentence('journey.why.answers');
}

function qdiscWhy({ text, draw, lost, delayNs }: StepOf<'qdisc'>): Sentence {
  if (text.startsWith('tbf'))
    return sentence(lost ? 'journey.why.tbfLost' : delayNs === 0 ? 'journey.why.tbfPasses' : 'journey.why.tbfWaits');
  if (draw === null) return sentence('journey.why.qdiscWaits');
  const drawn = { value: drawText(draw.value), probability: String(draw.probability) };
  if (lost) return sentence('journey.why.qdiscLost', drawn);
  return sentence(delayNs === 0 ? 'journey.why.qdiscKept' : 'journey.why.qdiscKeptWaits', drawn);
}

function routeWhy({ route, dst, again, srcChosen }: StepOf<'route.lookup'>): Sentence {
  if (route === null || route.type === 'unreachable' || route.type === 'blackhole' || route.type === 'prohibit')
    return sentence('journey.why.noRoute', { dst });
  if (route.type === 'local') return sentence('journey.why.routedLocal', { dst });
  if (again) return sentence('journey.why.routedAgain');
  return sentence(srcChosen === null ? 'journey.why.routed' : 'journey.why.routedSource', { dst });
}

function neighWhy({ addr, lladdr, state }: StepOf<'neigh'>, found: JourneyStep['found']): Sentence {
  if (found !== null) return sentence('journey.why.neighFound', { addr, answer: found.label });
  if (lladdr !== null) return sentence('journey.why.neigh');
  return sentence(state === 'FAILED' ? 'journey.why.neighFailed' : 'journey.why.neighAsk', { addr });
}

function ruleWhy({ nat, calledFrom }: JourneyStep, step: RuleStep, chainOf: ChainLookup): Sentence {
  if (!step.matched) return sentence('journey.why.failed');
  switch (step.verdict) {
    case 'JUMP':
    case 'GOTO':
      return jumpWhy(step, chainOf);
    case 'NAT':
      return natWhy(step, nat, calledFrom === null ? null : chainOf(calledFrom.table, calledFrom.chain));
    case 'ACCEPT':
      return sentence('journey.why.accept');
    case 'DROP':
      return sentence('journey.why.drop');
    case 'REJECT':
      return sentence('journey.why.reject');
    case 'RETURN':
      return sentence(step.rule.chain === 'KUBE-POSTROUTING' ? 'journey.why.returnUnmarked' : 'journey.why.return');
    case 'MARK':
      return markWhy(step);
    case 'NOTRACK':
      return sentence('journey.why.untracked');
    default:
      return sentence('journey.why.counted');
  }
}

/** kube-proxy's own mark, --iptables-masquerade-bit 14. */
const MASQUERADE_MARK = 0x4000;

function markWhy({ mark, rule }: RuleStep): Sentence {
  if (rule.chain === 'KUBE-POSTROUTING' && (mark & MASQUERADE_MARK) === 0) return sentence('journey.why.markCleared');
  return sentence((mark & MASQUERADE_MARK) === 0 ? 'journey.why.markOther' : 'journey.why.mark', { mark: hexMark(mark) });
}

function jumpWhy(step: RuleStep, chainOf: ChainLookup): Sentence {
  const to = step.toChain ?? '';
  if (to === 'KUBE-SERVICES' && step.rule.table === 'nat')
    return sentence(step.hook === 'OUTPUT' ? 'journey.why.jumpServicesOut' : 'journey.why.jumpServicesIn');
  if (to === 'KUBE-MARK-MASQ') return sentence('journey.why.jumpMark');
  if (to === 'KUBE-POSTROUTING') return sentence('journey.why.jumpPostrouting');
  if (to.startsWith('KUBE-SEP-')) return endpointWhy(step, chainOf);
  const service = commentedService(ruleWords(step.rule.text).comment);
  if (service !== null && /^KUBE-(SVC|SVL|EXT)-/.test(to))
    return sentence('journey.why.jumpService', { service: `${service.namespace}/${service.service}` });
  return sentence('journey.why.jump', { chain: to });
}

function endpointWhy(step: RuleStep, chainOf: ChainLookup): Sentence {
  if (step.draw !== null)
    return sentence('journey.why.jumpDrawn', { value: drawText(step.draw.value), probability: ruleProbability(step) });
  const count = endpointsOf(chainOf(step.rule.table, step.rule.chain));
  if (count === 1) return sentence('journey.why.jumpOnly');
  return count > 1 ? sentence('journey.why.jumpLast') : sentence('journey.why.jump', { chain: step.toChain ?? '' });
}

/** A draw with the eleven digits that iptables gives probabilities. */
export function drawText(value: number): string {
  return value.toFixed(11);
}

/** As the rule spells it; a recorded probability is not rounded. */
export function ruleProbability(step: RuleStep): string {
  const words = ruleWords(step.rule.text).matches.find((match) => match.startsWith('--probability '));
  return words?.slice('--probability '.length) ?? String(step.draw?.probability ?? '');
}

/** How many endpoints a Service's chain chooses between: its rules that go to KUBE-SEP chains. */
export function endpointsOf(chain: Chain | null): number {
  const targets = chain?.rules.map((rule) => ruleWords(rule.text).target ?? '') ?? [];
  return new Set(targets.filter((target) => target.startsWith('KUBE-SEP-'))).size;
}

function natWhy(step: RuleStep, nat: NatStep | null, caller: Chain | null): Sentence {
  const target = ruleWords(step.rule.text).target;
  if (nat === null || (nat.from.addr === nat.to.addr && nat.from.port === nat.to.port)) return sentence('journey.why.natSame');
  if (target === 'MASQUERADE') return sentence('journey.why.masquerade');
  if (nat.manip === 'source') return sentence('journey.why.snat', { to: nat.to.addr });
  const service = step.rule.chain.startsWith('KUBE-SEP-') ? endpointsOf(caller) : 0;
  if (service === 1) return sentence('journey.why.dnatOne');
  return service > 1
    ? sentence('journey.why.dnatMany', { count: service })
    : sentence('journey.why.dnat', { to: endpoint(nat.to.addr, nat.to.port) });
}
