/**
 * The timeline: one tick per decision, its height by weight and its colour by kind, on a line cut by namespace, with the
 * names of what changed the packet above. Pure geometry of a width.
 */
import type { Label } from '../i18n/label.ts';
import type { JourneyGroup } from './groups.ts';
import type { JourneyModel, JourneyStep } from './model.ts';

/** What a tick is, which chooses its colour and height. */
export type TickKind = 'device' | 'node' | 'rewrite' | 'socket' | 'decision' | 'match' | 'noMatch' | 'drop';

export interface Tick {
  readonly index: number;
  readonly x: number;
  readonly height: number;
  readonly kind: TickKind;
}

export interface TickLabel {
  readonly index: number;
  readonly x: number;
  readonly anchor: 'start' | 'end';
  readonly key: Label;
  readonly params: Readonly<Record<string, string | number>>;
}

export interface Span {
  readonly group: JourneyGroup;
  readonly x: number;
  readonly width: number;
  /** How much of its name fits, and on which side; null where nothing does. */
  readonly name: { readonly short: boolean; readonly anchor: 'start' | 'end' } | null;
}

const HEIGHTS: Readonly<Record<TickKind, number>> = {
  device: 20,
  node: 20,
  rewrite: 20,
  drop: 20,
  socket: 16,
  match: 14,
  decision: 10,
  noMatch: 7,
};

export function tickKind({ step, nat, expanded }: JourneyStep): TickKind {
  if (nat !== null) return 'rewrite';
  if (expanded !== null) return 'noMatch';
  switch (step.kind) {
    case 'dev.rx':
    case 'dev.tx':
      return 'device';
    case 'wire':
    case 'encap':
    case 'decap':
      return 'node';
    case 'socket.send':
    case 'socket.deliver':
      return 'socket';
    case 'drop':
    case 'reject':
    case 'icmp.error':
      return 'drop';
    case 'nat':
      return 'rewrite';
    case 'nf.rule':
      return step.verdict === 'DROP' || step.verdict === 'REJECT' ? 'drop' : step.matched ? 'match' : 'noMatch';
    case 'nf.run':
      return 'noMatch';
    case 'nf.end':
      return step.policy === 'DROP' ? 'drop' : 'noMatch';
    default:
      return 'decision';
  }
}

/** Where the step of an index stands in a strip of `width`. */
export function tickX(index: number, count: number, width: number): number {
  return ((index + 0.5) * width) / Math.max(1, count);
}

/** The step under a place of the strip. */
export function indexAt(x: number, count: number, width: number): number {
  return Math.max(0, Math.min(count - 1, Math.floor((x / Math.max(1, width)) * count)));
}

export function ticksOf({ steps }: JourneyModel, width: number): readonly Tick[] {
  return steps.map((step) => {
    const kind = tickKind(step);
    return { index: step.index, x: tickX(step.index, steps.length, width), height: HEIGHTS[kind], kind };
  });
}

/** Room a label needs: 6 px a sign at 11 px, and a gap. */
const SIGN = 6;
const GAP = 10;

/** What is named first where not all fit: how it ended, then what changed the packet most. */
const IMPORTANCE: readonly Label[] = [
  'journey.mark.dropped',
  'journey.mark.rejected',
  'journey.mark.dnat',
  'journey.mark.snat',
  'journey.mark.masquerade',
  'journey.mark.back',
  'journey.mark.sealed',
  'journey.mark.opened',
  'journey.mark.attempt',
  'journey.mark.ttl',
  'journey.mark.delivered',
];

/** Names of the steps that changed the packet, right or left of their tick, as far as there is room; the more important first. */
export function labelsOf({ steps }: JourneyModel, width: number): readonly TickLabel[] {
  const named = steps
    .flatMap((step) => {
      const name = nameOf(step);
      return name === null ? [] : [{ index: step.index, name }];
    })
    .sort((a, b) => IMPORTANCE.indexOf(a.name.key) - IMPORTANCE.indexOf(b.name.key) || a.index - b.index);
  let placed: readonly Placed[] = [];
  for (const { index, name } of named)
    placed =
      withLabel(placed, { index, name, tick: tickX(index, steps.length, width), room: name.signs * SIGN + GAP }, width) ??
      placed;
  const inOrder = [...placed].sort((a, b) => a.label.index - b.label.index);
  return inOrder.map(({ label: { index, name }, left, right, anchor }) => ({
    index,
    x: anchor === 'start' ? left : right - GAP,
    anchor,
    key: name.key,
    params: name.params,
  }));
}

interface Labelled {
  readonly index: number;
  readonly name: Name;
  readonly tick: number;
  readonly room: number;
}

/** A stretch of the strip, with the gap behind a name. */
interface Room extends Pick<TickLabel, 'anchor'> {
  readonly left: number;
  readonly right: number;
}

interface Placed extends Room {
  readonly label: Labelled;
}

/** How many names may move one after the other to make room for one more. */
const MOVES = 2;

/** Adds a label where there is room for it, if need be by moving others to other places of their own; null where there is none. */
function withLabel(placed: readonly Placed[], label: Labelled, width: number, moves = MOVES): readonly Placed[] | null {
  const places = placesFor(label, placed).filter(({ left, right }) => left >= 0 && right <= width + GAP + 2);
  const free = places.find((place) => !placed.some((each) => touches(each, place)));
  if (free !== undefined) return [...placed, { ...free, label }];
  if (moves === 0) return null;
  for (const place of places) {
    const [other, ...more] = placed.filter((each) => touches(each, place));
    if (other === undefined || more.length > 0) continue;
    const rest = [...placed.filter((each) => each !== other), { ...place, label }];
    const found = withLabel(rest, other.label, width, moves - 1);
    if (found !== null) return found;
  }
  return null;
}

function touches(a: Room, b: Room): boolean {
  return a.left < b.right && b.left < a.right;
}

/** How far a name may be from its tick, to stand clear of another. */
const ASIDE = 16;

/** Right of the tick, left of it, or moved aside just as far as another name asks for. */
function placesFor({ tick, room }: Labelled, taken: readonly Room[]): readonly Room[] {
  const from = (left: number): Room => ({ left, right: left + room, anchor: 'start' });
  const upTo = (right: number): Room => ({ left: right - room, right, anchor: 'end' });
  const right = tick - 2;
  const left = tick + 2 + GAP;
  return [
    from(right),
    upTo(left),
    ...taken.filter((each) => each.right > right && each.right - right <= ASIDE).map((each) => from(each.right)),
    ...taken.filter((each) => each.left < left && left - each.left <= ASIDE).map((each) => upTo(each.left)),
  ];
}

interface Name {
  readonly key: Label;
  readonly params: Readonly<Record<string, string | number>>;
  readonly signs: number;
}

function tickName(key: Label, signs: number, params: Name['params'] = {}): Name {
  return { key, signs, params };
}

function nameOf({ step, nat, packet, attempt }: JourneyStep): Name | null {
  if (nat !== null && (nat.from.addr !== nat.to.addr || nat.from.port !== nat.to.port)) return natName(nat.rule === null, nat);
  switch (step.kind) {
    case 'socket.send':
      return packet.relation === 'retransmission' ? tickName('journey.mark.attempt', 9, { attempt: String(attempt) }) : null;
    case 'encap':
      return tickName('journey.mark.sealed', 6);
    case 'decap':
      return tickName('journey.mark.opened', 6);
    case 'ttl':
      return tickName('journey.mark.ttl', 6, { ttl: String(step.to) });
    case 'drop':
      return tickName('journey.mark.dropped', 7);
    case 'reject':
      return tickName('journey.mark.rejected', 8);
    case 'socket.deliver':
      return tickName('journey.mark.delivered', 9);
    default:
      return null;
  }
}

function natName(remembered: boolean, { manip, rule }: NonNullable<JourneyStep['nat']>): Name {
  if (remembered) return tickName('journey.mark.back', 11);
  if (manip === 'destination') return tickName('journey.mark.dnat', 6);
  return rule?.text.includes('-j MASQUERADE') === true
    ? tickName('journey.mark.masquerade', 14)
    : tickName('journey.mark.snat', 6);
}

/** The namespaces the walk passes, as stretches of the strip; names give way from the right, where the walk ends. */
export function spansOf({ groups, steps }: JourneyModel, width: number): readonly Span[] {
  const unit = width / Math.max(1, steps.length);
  const spans: Span[] = [];
  let limit = width;
  for (const group of groups.toReversed()) {
    const x = group.from * unit + 1;
    const length = Math.max(1, (group.to - group.from + 1) * unit - 2);
    const name = spanName(group, { x, length, limit });
    if (name !== null) limit = (name.anchor === 'start' ? x : x + length - nameRoom(group, name.short)) - 8;
    spans.unshift({ group, x, width: length, name });
  }
  return spans;
}

/** A root namespace is named in full or by its machine; a Pod is where one wants to arrive, so it may reach to the left. */
function spanName(
  group: JourneyGroup,
  { x, length, limit }: { readonly x: number; readonly length: number; readonly limit: number },
): Span['name'] {
  const room = nameRoom(group, false);
  if (group.kind === 'pod' && x + length <= limit + 2 && room > length && x + length >= room)
    return { short: false, anchor: 'end' };
  for (const short of [false, true])
    if (x + nameRoom(group, short) <= limit)
      return nameRoom(group, short) <= length || group.kind !== 'wire' ? { short, anchor: 'start' } : null;
  return null;
}

function nameRoom({ kind, node, netns }: JourneyGroup, short: boolean): number {
  const signs = kind === 'wire' ? 8 : kind === 'pod' ? netns.length - netns.indexOf('/') - 1 : node.length + (short ? 0 : 16);
  return signs * SIGN;
}
