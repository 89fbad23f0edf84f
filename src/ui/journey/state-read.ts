/** What a step read of the kernel's state, as rows of the detail panel: tool text under a name of the catalogue. */
import { ruleWords } from '../chains/rule-text.ts';
import type { Label } from '../i18n/label.ts';
import { NS_PER_S } from '../store/instant.ts';
import type { JourneyStep } from './model.ts';
import type { StepOf } from './trace-types.ts';

type TupleView = NonNullable<StepOf<'ct'>['original']>;

export interface StateRow {
  readonly name: Label;
  /** Lines as the tool prints them. */
  readonly lines: readonly string[];
}

export function stateRead({ step, expanded }: JourneyStep): readonly StateRow[] {
  if (expanded !== null) return [row('journey.detail.rule', shortRule(expanded.rule.text))];
  switch (step.kind) {
    case 'nf.rule':
      return [row('journey.detail.rule', shortRule(step.rule.text))];
    case 'route.lookup':
      return routeRows(step);
    case 'neigh':
      return [
        row(
          'journey.detail.neighbour',
          `${step.addr} dev ${step.dev}${step.lladdr === null ? '' : ` lladdr ${step.lladdr}`} ${step.state}`,
        ),
      ];
    case 'vxlan.fdb':
      return [
        row(
          'journey.detail.fdb',
          step.remote === null ? `${step.mac} dev ${step.dev}: –` : `${step.mac} dev ${step.dev} dst ${step.remote}`,
        ),
      ];
    case 'bridge.fdb':
      return bridgeRows(step);
    case 'ct':
      return [tupleRow('journey.detail.original', step.original), tupleRow('journey.detail.reply', step.reply)].flatMap(
        (each) => each ?? [],
      );
    case 'pmtu':
      return [row('journey.detail.route', `${step.dst} cache expires ${secondsUntil(step)}sec mtu ${step.mtu}`)];
    case 'qdisc':
      return [row('journey.detail.qdisc', step.text)];
    case 'drop':
      return step.detail === '' ? [] : [row('journey.detail.rule', step.detail)];
    default:
      return [];
  }
}

/** As `ip route get` counts an exception down. */
function secondsUntil({ t, expiresAt }: StepOf<'pmtu'>): number {
  return Math.round((expiresAt - t) / NS_PER_S);
}

/** Matches and target, without chain and comment: those are said elsewhere. */
function shortRule(text: string): string {
  const { matches, target, goto, targetOptions } = ruleWords(text);
  return [...matches, ...(target === null ? [] : [goto ? '-g' : '-j', target, targetOptions])]
    .filter((word) => word !== '')
    .join(' ');
}

function row(name: Label, ...lines: readonly string[]): StateRow {
  return { name, lines };
}

function routeRows({ route, passedOver }: StepOf<'route.lookup'>): readonly StateRow[] {
  const chosen = route === null ? [] : [row('journey.detail.route', route.text)];
  return passedOver.length === 0
    ? chosen
    : [...chosen, row('journey.detail.passedOver', ...passedOver.map((each) => each.text))];
}

function bridgeRows({ mac, bridge, ports, decision, learned }: StepOf<'bridge.fdb'>): readonly StateRow[] {
  const entry = decision === 'forward' ? [row('journey.detail.fdb', `${mac} dev ${ports[0] ?? ''} master ${bridge}`)] : [];
  return learned === null
    ? entry
    : [...entry, row('journey.detail.learned', `${learned.mac} dev ${learned.port} master ${bridge}`)];
}

function tupleRow(name: Label, tuple: TupleView | null): StateRow | null {
  if (tuple === null) return null;
  const ports =
    tuple.icmp === null
      ? ` sport=${tuple.sport} dport=${tuple.dport}`
      : ` type=${tuple.icmp.type} code=${tuple.icmp.code} id=${tuple.icmp.id}`;
  return row(name, `src=${tuple.src} dst=${tuple.dst}${ports}`);
}
