/**
 * Service plates above the nodes, with dashed ties to the Pods behind them. A plate has no device, so it stands in the
 * cluster and not in a node; ties run in lanes between plates and nodes and come down in the right third of a Pod.
 */
import { groupBy } from './group-by.ts';
import { isServiceDrawn } from './layout-memory.ts';
import type { NodeContent } from './pod-box.ts';
import type { SceneBuilder } from './scene-builder.ts';
import { bottom, boxOf, grow, right } from './box.geom.ts';
import type { Box, Point } from './scene-types.ts';
import { dot, line, newMark, rect, text } from './shapes.ts';
import { keepStart, mono12, ui11, ui13b } from './text.geom.ts';
import type { SceneWords } from './words.ts';
import type { ServiceWorld } from './world.ts';

/** Where a tie may end: a Pod's or a fold's top edge. */
export interface TieTarget {
  readonly pods: readonly string[];
  readonly x: number;
  readonly w: number;
  readonly top: number;
  /** Top of the node's row: lanes run above it. */
  readonly rowTop: number;
}

export interface PlateSizes {
  readonly plateW: number;
  readonly plateH: number;
  /** Whether ports are listed by name and the truth about devices is spelt out. */
  readonly long: boolean;
  /** x of the lane in the gutter between the nodes, for rows below the first. */
  readonly gutter: number;
}

/** hostNetwork Pods have no box: their end of a tie is the node's own wall. */
export function hostTarget({ hostPods }: NodeContent, box: Box): readonly TieTarget[] {
  if (hostPods.length === 0) return [];
  return [{ pods: hostPods.map((pod) => pod.id), x: right(box) - 32, w: 16, top: box.y, rowTop: box.y }];
}

const LANE = 14;
/** Plates in a row, and so ties shown when no Service is selected. */
const IN_ROW = 2;
const PLATES_BOTTOM = -20 - LANE;

export function addServices(scene: SceneBuilder, targets: readonly TieTarget[], sizes: PlateSizes): void {
  const { world, memory, service: selected } = scene.input;
  const byKey = new Map(
    world.services.filter((service) => isServiceDrawn(memory, service)).map((service) => [service.key, service]),
  );
  const standing = memory.services.flatMap((key, slot) => {
    const service = byKey.get(key);
    return service === undefined ? [] : [{ service, slot }];
  });
  const large = standing.filter(({ slot }) => slot < IN_ROW);
  const small = smallPlates(
    standing.filter(({ slot }) => slot >= IN_ROW),
    selected,
  );
  const placed = [
    ...large.map(({ service, slot }) => ({ service, slot, box: plateBox(slot, sizes) })),
    ...small.map(({ service, slot }, i) => ({ service, slot, box: smallBox(i, sizes) })),
  ];
  const shown = placed.some(({ service }) => service.key === selected)
    ? placed.filter(({ service }) => service.key === selected)
    : placed.filter(({ slot }) => slot < IN_ROW);
  for (const { service, slot, box } of placed)
    if (slot < IN_ROW) addPlate(scene, service, box, sizes);
    else addSmallPlate(scene, service, box);
  addRest(
    scene,
    standing.map(({ service }) => service).filter((each) => !placed.some(({ service }) => service === each)),
    sizes,
  );
  for (const [lane, { service, slot, box }] of shown.entries())
    addTies(scene, service, targets, { lane, slot, box, aside: rowEnd(sizes), gutter: sizes.gutter });
  addPending(scene, sizes);
}

const PLATE_GAP = 28;

function plateBox(slot: number, { plateW, plateH }: PlateSizes): Box {
  return { x: -plateW / 2 + slot * (plateW + PLATE_GAP), y: PLATES_BOTTOM - plateH, w: plateW, h: plateH };
}

/** Right end of the rows of plates. */
function rowEnd({ plateW }: PlateSizes): number {
  return -plateW / 2 + IN_ROW * plateW + (IN_ROW - 1) * PLATE_GAP;
}

/** More Services than two stand above, small, in one row; what finds no room in it is a count at its end. */
const SMALL = { h: 24, gap: 8, places: 5 };

type Standing = { readonly service: ServiceWorld; readonly slot: number };

/** The first ones; the selected one always. */
function smallPlates(rest: readonly Standing[], selected: string | null): readonly Standing[] {
  if (rest.length <= SMALL.places) return rest;
  const shown = rest.slice(0, SMALL.places - 1);
  const chosen = rest.find(({ service }) => service.key === selected);
  return chosen === undefined || shown.includes(chosen) ? shown : [...shown.slice(0, -1), chosen];
}

function smallBox(place: number, sizes: PlateSizes): Box {
  const start = -sizes.plateW / 2;
  const w = (rowEnd(sizes) - start - (SMALL.places - 1) * SMALL.gap) / SMALL.places;
  const y = PLATES_BOTTOM - sizes.plateH - 12 - SMALL.h;
  return { x: start + place * (w + SMALL.gap), y, w, h: SMALL.h };
}

function addSmallPlate(scene: SceneBuilder, service: ServiceWorld, box: Box): void {
  const ref = { kind: 'object', key: service.key } as const;
  const ready = service.pods.filter((pod) => pod.ready).length;
  const title = text(box.x + 8, box.y + 16, keepStart(service.name, box.w - 16, ui11), 's11 b cs');
  scene.add(
    {
      id: `service/${service.key}`,
      kind: 'service',
      box,
      shapes: [rect(box, 6, 'g-svc'), ...(scene.isNew(ref) ? [newMark(box, 6)] : []), title],
      ref,
      label: scene.input.words.aria.service(service.name, service.clusterIP, ready),
      to: { kind: 'svc', namespace: service.namespace, name: service.name },
    },
    'service',
  );
}

/** The Services without a plate, as a count; their names are its label and stand in the outline. */
function addRest(scene: SceneBuilder, rest: readonly ServiceWorld[], sizes: PlateSizes): void {
  if (rest.length === 0) return;
  const box = smallBox(SMALL.places - 1, sizes);
  const label = scene.input.words.moreServices(rest.length);
  const shapes = [
    rect(box, 6, 'g-svc'),
    text(box.x + box.w / 2, box.y + 16, keepStart(label, box.w - 12, ui11), 's11 cs', 'middle'),
  ];
  scene.add(
    { id: 'services/more', kind: 'service', box, shapes, label: `${label}: ${rest.map(({ name }) => name).join(', ')}` },
    'service',
  );
}

function addPlate(scene: SceneBuilder, service: ServiceWorld, box: Box, { long }: PlateSizes): void {
  const { words } = scene.input;
  const ref = { kind: 'object', key: service.key } as const;
  const truth = truthOf(service, words, long);
  const title = long ? ui13b : ui11;
  const room = box.w - 24;
  const ports = long ? service.ports.join(', ') : service.ports.map((each) => each.split(' ').at(-1)).join(', ');
  scene.add(
    {
      id: `service/${service.key}`,
      kind: 'service',
      box,
      shapes: [
        rect(box, 6, 'g-svc'),
        ...(scene.isNew(ref) ? [newMark(box, 10)] : []),
        text(
          box.x + 12,
          box.y + (long ? 19 : 16),
          keepStart(service.name, room - mono12(service.clusterIP) - 12, title),
          long ? 'b s13 cs' : 'b cs',
        ),
        text(box.x + box.w - 12, box.y + (long ? 19 : 16), service.clusterIP, 'm b', 'end'),
        text(box.x + 12, box.y + box.h - (long ? 10 : 7), keepStart(ports, room - ui11(truth) - 12, ui11), 's11 i2'),
        text(box.x + box.w - 12, box.y + box.h - (long ? 10 : 7), truth, 's11 cs', 'end'),
      ],
      ref,
      label: words.aria.service(service.name, service.clusterIP, service.pods.filter((pod) => pod.ready).length),
      to: { kind: 'svc', namespace: service.namespace, name: service.name },
    },
    'service',
  );
}

/** What there is of a Service: rules, or where it has no address of its own only its name. */
function truthOf({ nameOnly }: ServiceWorld, words: SceneWords, long: boolean): string {
  if (nameOnly) return words.nameOnly;
  return long ? words.noDevice : words.rulesOnEveryNode;
}

interface TieLane {
  readonly lane: number;
  readonly slot: number;
  readonly box: Box;
  /** Right of all plates: ties of the upper row come down there. */
  readonly aside: number;
  readonly gutter: number;
}

/** A tie's end in one row: where it comes down, and whether a ready endpoint is there. */
interface TieEnd {
  readonly id: string;
  readonly x: number;
  readonly top: number;
  readonly ready: boolean;
}

/** The lane of a row is drawn once, however many Pods hang on it: dashes are dear, and doubled dashes are a solid line. */
function addTies(scene: SceneBuilder, service: ServiceWorld, targets: readonly TieTarget[], at: TieLane): void {
  const ready = new Map(service.pods.map((pod) => [pod.id, pod.ready]));
  const behind = targets.filter(({ pods }) => pods.some((id) => ready.has(id)));
  if (behind.length === 0) return;
  const laneY = -10 - LANE * at.lane;
  const start = startOf(at, laneY);
  const entry = start.at(-1)?.x ?? 0;
  addTie(scene, `tie/${service.key}/plate`, [start], []);
  const trunk = at.gutter + LANE * at.lane;
  let above = { x: entry, y: laneY };
  for (const [rowTop, row] of groupBy(behind, (target) => target.rowTop)) {
    const y = rowTop + laneY;
    if (rowTop > 0) {
      addTie(scene, `tie/${service.key}/trunk/${rowTop}`, [[above, { x: trunk, y: above.y }, { x: trunk, y }]], []);
      above = { x: trunk, y };
    }
    const ends = row.map(({ x, w, top, pods }): TieEnd => {
      const own = pods.filter((id) => ready.has(id));
      return { id: own[0] ?? '', x: x + w * 0.74 + LANE * at.lane, top, ready: own.some((id) => ready.get(id) === true) };
    });
    addRowOfTies(scene, service.key, { x: rowTop > 0 ? trunk : entry, y }, ends);
  }
}

/** From where the lane is entered to its outermost ends, rounded, and down from it to the others. */
function addRowOfTies(scene: SceneBuilder, key: string, from: Point, ends: readonly TieEnd[]): void {
  const sorted = ends.toSorted((a, b) => a.x - b.x);
  const outermost = new Set([sorted.find((end) => end.x < from.x), sorted.findLast((end) => end.x >= from.x)]);
  for (const end of sorted) {
    const down = [
      { x: end.x, y: from.y },
      { x: end.x, y: end.top },
    ];
    addTie(scene, `tie/${key}/${end.id}`, [outermost.has(end) ? [from, ...down] : down], [end]);
  }
}

function addTie(scene: SceneBuilder, id: string, runs: readonly (readonly Point[])[], ends: readonly TieEnd[]): void {
  const cls = ends.every((end) => end.ready) ? 'tie' : 'tie unready';
  const shapes = [
    ...runs.map((points) => line(points, cls, 8)),
    ...ends.map((end) => dot({ x: end.x, y: end.top }, 3.5, `${cls}-end`)),
  ];
  scene.add({ id, kind: 'tie', layer: 'tie', box: grow(boxOf(runs.flat()), 4), shapes }, 'service');
}

/** From the plate's lower edge; those of the upper row go aside between the rows and pass the plates beneath. */
function startOf({ slot, box, aside }: TieLane, laneY: number): readonly Point[] {
  const middle = box.x + box.w / 2;
  if (slot < IN_ROW)
    return [
      { x: middle, y: box.y + box.h },
      { x: middle, y: laneY },
    ];
  const between = bottom(box) + 6;
  return [
    { x: middle, y: bottom(box) },
    { x: middle, y: between },
    { x: aside + LANE, y: between },
    { x: aside + LANE, y: laneY },
  ];
}

/** Pods that no node runs yet, as one plate left of the Services. */
function addPending(scene: SceneBuilder, { plateW, plateH }: PlateSizes): void {
  const { world, words } = scene.input;
  const first = world.pending[0];
  if (first === undefined) return;
  const box = { x: -plateW / 2 - 28 - 190, y: PLATES_BOTTOM - plateH, w: 190, h: plateH };
  const label = words.pendingPods(world.pending.length);
  scene.add({
    id: 'pending',
    kind: 'pending',
    box,
    shapes: [
      rect(box, 8, 'g-pod folded'),
      text(box.x + 12, box.y + 17, label, 's11 b cp'),
      text(box.x + 12, box.y + plateH - 9, keepStart(world.pending.map((pod) => pod.name).join(', '), 166, ui11), 's11 i2'),
    ],
    ref: first.ref,
    label,
  });
}
