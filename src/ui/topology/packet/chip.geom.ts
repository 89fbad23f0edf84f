/** The chip's shapes from its top left corner, and where it finds room near the packet. Numbers are the study's (states). */
import { contains, overlapArea } from '../scene/box.geom.ts';
import type { Box, Point, Shape } from '../scene/scene-types.ts';
import { line, rect, text } from '../scene/shapes.ts';
import { mono11, mono12, ui11 } from '../scene/text.geom.ts';
import type { Chip, ChipValue } from './chip.ts';

export interface ChipDrawing {
  /** The chip itself; a dead one's reason stands outside, at its right. */
  readonly w: number;
  readonly h: number;
  /** Everything, with the reason. */
  readonly fullW: number;
  readonly shapes: readonly Shape[];
  /** Place of the octagon of a dead one, 22 px wide; null for a living one. */
  readonly mark: Point | null;
}

const PADDING = 8;
const GAP = 12;

export function drawChip(chip: Chip): ChipDrawing {
  if (chip.envelope !== null) return drawSealed(chip, chip.envelope);
  const rewritten = chip.source.before !== null || chip.destination.before !== null;
  return drawOpen(chip, { h: rewritten ? 44 : chip.dead === null ? 36 : 42, dead: chip.dead });
}

interface Inks {
  readonly text: string;
  readonly arrow: string;
  readonly flag: string;
}

const LIVING: Inks = { text: 'm b wa', arrow: 'pk-arrow', flag: 'pk-flag' };
const DEAD: Inks = { text: 'm i3', arrow: 'pk-arrow dead', flag: 'pk-flag dead' };

function drawOpen(chip: Chip, { h, dead }: { readonly h: number; readonly dead: Chip['dead'] }): ChipDrawing {
  const row = drawRow(chip, { x: 0, middle: h / 2, inks: dead === null ? LIVING : DEAD });
  const w = row.end + (dead === null ? PADDING + 2 : 18);
  const body = rect({ x: 0, y: 0, w, h }, 6, dead === null ? 'pk' : 'pk-dead');
  if (dead === null) return { w, h, fullW: w, shapes: [body, ...row.shapes], mark: null };
  const reason = [text(w + 20, h / 2 - 4, dead.reason, 'm b cd'), text(w + 20, h / 2 + 11, dead.place, 's11 i2')];
  const fullW = w + 20 + Math.max(mono12(dead.reason), ui11(dead.place));
  return { w, h, fullW, shapes: [body, ...row.shapes, ...reason], mark: { x: w - 11, y: h / 2 - 11 } };
}

interface RowStart {
  readonly x: number;
  readonly middle: number;
  readonly inks: Inks;
}

/** `[flag] source → destination ttl`. */
function drawRow(chip: Chip, { x, middle, inks }: RowStart): { readonly shapes: readonly Shape[]; readonly end: number } {
  const flagW = Math.max(30, mono12(chip.flag) + 12);
  let at = x + PADDING;
  const flag = [
    rect({ x: at, y: middle - 9, w: flagW, h: 18 }, 3, inks.flag),
    text(at + flagW / 2, middle + 4, chip.flag, inks.text, 'middle'),
  ];
  at += flagW + GAP;
  const source = drawValue(chip.source, at, middle, inks);
  at = source.end + GAP - 2;
  const tip = at + 14;
  const arrow = [
    line(
      [
        { x: at, y: middle },
        { x: tip, y: middle },
      ],
      inks.arrow,
    ),
    line(
      [
        { x: tip - 4, y: middle - 4 },
        { x: tip, y: middle },
        { x: tip - 4, y: middle + 4 },
      ],
      inks.arrow,
    ),
  ];
  const destination = drawValue(chip.destination, tip + GAP, middle, inks);
  const ttl =
    chip.ttl === '' ? [] : [text(destination.end + GAP, middle + 4, chip.ttl, inks === LIVING ? 'm s11 wa' : 'm s11 i3')];
  const end = chip.ttl === '' ? destination.end : destination.end + GAP + mono11(chip.ttl);
  return { shapes: [...flag, ...source.shapes, ...arrow, ...destination.shapes, ...ttl], end };
}

/** A rewritten value is two lines: the old one struck above, the new one marked beneath. */
function drawValue(
  { now, before }: ChipValue,
  x: number,
  middle: number,
  inks: Inks,
): { readonly shapes: readonly Shape[]; readonly end: number } {
  if (before === null) return { shapes: [text(x, middle + 4, now, inks.text)], end: x + mono12(now) };
  const shapes = [
    text(x, middle - 5, before, 'm wa pk-old'),
    line(
      [
        { x: x - 2, y: middle - 9 },
        { x: x + mono12(before) + 2, y: middle - 9 },
      ],
      'pk-strike',
    ),
    rect({ x: x - 4, y: middle, w: mono12(now) + 8, h: 17 }, 2, 'pk-new'),
    text(x, middle + 13, now, 'm b om pk-new-text'),
  ];
  return { shapes, end: x + Math.max(mono12(before), mono12(now)) };
}

function drawSealed(chip: Chip, envelope: NonNullable<Chip['envelope']>): ChipDrawing {
  const h = 78;
  const row = drawRow(chip, { x: 8, middle: 55, inks: LIVING });
  const outside = mono12(envelope.source) + mono12(envelope.destination) + 36 + mono11(envelope.what) + 40;
  const w = Math.max(row.end + 18, outside);
  const arrowX = 12 + mono12(envelope.source) + 6;
  const shapes = [
    rect({ x: 0, y: 0, w, h }, 5, 'env'),
    line(
      [
        { x: 1, y: 2 },
        { x: w / 2, y: 17 },
        { x: w - 1, y: 2 },
      ],
      'env-flap',
    ),
    text(12, 33, envelope.source, 'm b cn'),
    line(
      [
        { x: arrowX, y: 29 },
        { x: arrowX + 12, y: 29 },
      ],
      'env-arrow',
    ),
    line(
      [
        { x: arrowX + 8, y: 25.5 },
        { x: arrowX + 12, y: 29 },
        { x: arrowX + 8, y: 32.5 },
      ],
      'env-arrow',
    ),
    text(arrowX + 18, 33, envelope.destination, 'm b cn'),
    text(w - 12, 33, envelope.what, 'm s11 i2', 'end'),
    rect({ x: 10, y: 42, w: w - 20, h: 26 }, 4, 'pk'),
    ...row.shapes,
  ];
  if (chip.dead === null) return { w, h, fullW: w, shapes, mark: null };
  const reason = [text(w + 20, h / 2 - 4, chip.dead.reason, 'm b cd'), text(w + 20, h / 2 + 11, chip.dead.place, 's11 i2')];
  return { w, h, fullW: w + 20 + mono12(chip.dead.reason), shapes: [...shapes, ...reason], mark: { x: w - 11, y: h / 2 - 11 } };
}

export interface ChipRoom {
  /** What the tail points to. */
  readonly target: Box;
  readonly view: Box;
  /** Boxes that say something the reader may need. */
  readonly obstacles: readonly Box[];
}

export type TailSide = 'up' | 'down' | 'left' | 'right';

export interface ChipPlace {
  readonly x: number;
  readonly y: number;
  /** Which side of the target the chip is on. */
  readonly side: TailSide;
}

/** Room between chip and target for the tail. */
const TAIL = 10;
const DISTANCES = [TAIL, 26, 46, 70, 100, 140];

/**
 * The place near the target that hides least: above is best, nearer is better, outside the view is worst. Deterministic: the
 * first of equals wins.
 */
export function placeChip({ fullW: w, h }: Pick<ChipDrawing, 'fullW' | 'h'>, { target, view, obstacles }: ChipRoom): ChipPlace {
  const middleX = target.x + target.w / 2;
  const middleY = target.y + target.h / 2;
  const clampX = (x: number): number => Math.min(Math.max(x, view.x + 6), Math.max(view.x + 6, view.x + view.w - w - 6));
  const clampY = (y: number): number => Math.min(Math.max(y, view.y + 6), Math.max(view.y + 6, view.y + view.h - h - 6));
  let best: { readonly place: ChipPlace; readonly cost: number } | null = null;
  for (const distance of DISTANCES) {
    const candidates: readonly ChipPlace[] = [
      ...[0.5, 0.35, 0.65, 0.2, 0.8, 0.06, 0.94].map((share): ChipPlace => ({
        x: clampX(middleX - w * share),
        y: target.y - distance - h,
        side: 'up',
      })),
      ...[0.5, 0.25, 0.75].map((share): ChipPlace => ({
        x: clampX(middleX - w * share),
        y: target.y + target.h + distance,
        side: 'down',
      })),
      { x: target.x + target.w + distance, y: clampY(middleY - h / 2), side: 'right' },
      { x: target.x - distance - w, y: clampY(middleY - h / 2), side: 'left' },
    ];
    for (const place of candidates) {
      const box = { x: place.x, y: place.y, w, h };
      const hidden = obstacles.reduce((sum, obstacle) => sum + hiddenCost(overlapArea(box, obstacle)), 0);
      const onTarget = overlapArea(box, target) * 4;
      const outside = contains(view, box) ? 0 : 100_000;
      const cost = hidden + onTarget + outside + distance * 14 + (place.side === 'up' ? 0 : 400);
      if (best === null || cost < best.cost) best = { place, cost };
    }
  }
  return best?.place ?? { x: clampX(middleX - w / 2), y: target.y - TAIL - h, side: 'up' };
}

/** Touching a label at all is worse than a little more of it. */
function hiddenCost(area: number): number {
  return area === 0 ? 0 : 300 + area;
}

/** The triangle between chip and target, and the line on when they are far apart. */
export function tailOf(
  place: ChipPlace,
  { w, h }: Pick<ChipDrawing, 'w' | 'h'>,
  target: Point,
  edge: Box,
): { readonly triangle: readonly Point[]; readonly lead: readonly Point[] } {
  const x = Math.min(Math.max(target.x, place.x + 14), place.x + w - 14);
  const y = Math.min(Math.max(target.y, place.y + 10), place.y + h - 10);
  switch (place.side) {
    case 'up':
      return {
        triangle: [
          { x: x - 8, y: place.y + h - 1 },
          { x: x + 8, y: place.y + h - 1 },
          { x, y: place.y + h + 9 },
        ],
        lead: [
          { x, y: place.y + h + 6 },
          { x, y: Math.max(place.y + h + 6, edge.y) },
        ],
      };
    case 'down':
      return {
        triangle: [
          { x: x - 8, y: place.y + 1 },
          { x: x + 8, y: place.y + 1 },
          { x, y: place.y - 9 },
        ],
        lead: [
          { x, y: place.y - 6 },
          { x, y: Math.min(place.y - 6, edge.y + edge.h) },
        ],
      };
    case 'right':
      return {
        triangle: [
          { x: place.x + 1, y: y - 8 },
          { x: place.x + 1, y: y + 8 },
          { x: place.x - 9, y },
        ],
        lead: [
          { x: place.x - 6, y },
          { x: Math.min(place.x - 6, edge.x + edge.w), y },
        ],
      };
    case 'left':
      return {
        triangle: [
          { x: place.x + w - 1, y: y - 8 },
          { x: place.x + w - 1, y: y + 8 },
          { x: place.x + w + 9, y },
        ],
        lead: [
          { x: place.x + w + 6, y },
          { x: Math.max(place.x + w + 6, edge.x), y },
        ],
      };
  }
}
