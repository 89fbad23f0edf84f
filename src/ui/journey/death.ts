/** Where and why the shown packet went no further. */
import type { DropReason } from '../../net/trace/trace.ts';
import type { JourneyModel, JourneyStep } from './model.ts';

export interface Death {
  /** The step to look at: the rule or policy that decided, else the drop itself. */
  readonly index: number;
  /** `class2, FORWARD filter KUBE-FORWARD`: machine, hook and chain, or device. */
  readonly place: string;
  readonly reason: DropReason;
}

/** The end of the first packet of the walk that died; retransmissions mostly die like it. Null when none did. */
export function deathOf({ steps }: JourneyModel): Death | null {
  const dead = steps.find(
    ({ packet }) => packet.reason !== null && packet.disposition !== 'CONSUMED' && packet.disposition !== 'DELIVERED',
  )?.packet;
  if (dead?.reason === undefined || dead.reason === null) return null;
  const last = steps.findLast(({ packet }) => packet.id === dead.id);
  if (last === undefined) return null;
  const decided = decisive(steps, last);
  return { index: decided.index, place: placeText(decided), reason: dead.reason };
}

function decisive(steps: readonly JourneyStep[], last: JourneyStep): JourneyStep {
  if (last.step.kind !== 'drop' && last.step.kind !== 'reject') return last;
  const before = steps[last.index - 1];
  const decided =
    before?.packet.id === last.packet.id &&
    (before.step.kind === 'nf.rule' || before.step.kind === 'nf.end' || before.step.kind === 'reject');
  return decided ? decisive(steps, before) : last;
}

function placeText({ at, step }: JourneyStep): string {
  const machine = at.netns === '' || at.netns === 'root' ? at.node : at.netns.slice(at.netns.indexOf('/') + 1);
  const outside = at.device ?? (step.kind === 'wire' ? step.segment : null);
  const inside = at.hook === null ? [outside] : [at.hook, at.table, at.chain === at.hook ? null : at.chain];
  const detail = inside.filter((part) => part !== null).join(' ');
  return detail === '' ? machine : `${machine}, ${detail}`;
}
