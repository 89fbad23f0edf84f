/** The mark of a step, by shape first: what the kit draws beside its fact. */
import type { Verdict } from '../kit/VerdictMark.tsx';
import type { Trace } from '../../net/trace/trace.ts';
import type { JourneyStep } from './model.ts';
import type { RuleStep } from './trace-types.ts';

export function verdictOf({ step, expanded, nat }: JourneyStep): Verdict {
  if (expanded !== null) return 'unmatched';
  if (nat !== null) return 'rewrite';
  switch (step.kind) {
    case 'nf.rule':
      return ruleVerdict(step);
    case 'nf.run':
      return 'unmatched';
    case 'nf.end':
      return step.policy === 'RETURN' ? 'return' : step.policy === 'DROP' ? 'drop' : 'accept';
    case 'nf.hook':
      return 'device';
    case 'ct':
      return 'conntrack';
    case 'nat':
    case 'ttl':
      return 'rewrite';
    case 'route.lookup':
    case 'pmtu':
      return 'route';
    case 'socket.send':
      return 'socket';
    case 'socket.deliver':
      return 'delivered';
    case 'encap':
    case 'decap':
      return 'sealed';
    case 'drop':
      return 'drop';
    case 'reject':
    case 'icmp.error':
      return 'reject';
    case 'qdisc':
      return step.lost ? 'drop' : 'device';
    case 'dev.rx':
    case 'dev.tx':
    case 'wire':
    case 'neigh':
    case 'bridge.fdb':
    case 'bridge.nf':
    case 'vxlan.fdb':
      return 'device';
  }
}

export function ruleVerdict(step: RuleStep): Verdict {
  if (!step.matched) return 'unmatched';
  switch (step.verdict) {
    case 'JUMP':
      return 'jump';
    case 'GOTO':
      return 'goto';
    case 'RETURN':
      return 'return';
    case 'NAT':
    case 'MARK':
    case 'NOTRACK':
      return 'rewrite';
    case 'DROP':
      return 'drop';
    case 'REJECT':
      return 'reject';
    default:
      return 'accept';
  }
}

/** How a flow ended, as a mark. */
export function outcomeVerdict(outcome: Trace['outcome']): Verdict {
  if (outcome === 'reply') return 'delivered';
  return outcome === 'timeout' || outcome === 'loop' ? 'timeout' : 'reject';
}
