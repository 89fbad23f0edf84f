/** Lines as lists of points: path strings with rounded corners, lengths, and the point a way along. */
import type { Point } from './scene-types.ts';

export function distance(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}

export function lengthOf(points: readonly Point[]): number {
  let length = 0;
  for (const [i, point] of points.entries()) length += distance(points[i - 1] ?? point, point);
  return length;
}

/** The point at `fraction` (0 to 1) of the line; its first point when it has no length. */
export function pointAt(points: readonly Point[], fraction: number): Point {
  let left = Math.min(1, Math.max(0, fraction)) * lengthOf(points);
  let last: Point = points[0] ?? { x: 0, y: 0 };
  for (const point of points) {
    const part = distance(last, point);
    if (part > 0 && left <= part) return between(last, point, left / part);
    left -= part;
    last = point;
  }
  return last;
}

function between(a: Point, b: Point, fraction: number): Point {
  return { x: a.x + (b.x - a.x) * fraction, y: a.y + (b.y - a.y) * fraction };
}

/** Two decimals at most, so that goldens and the DOM hold no noise. */
export function num(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** `M…L…` with corners rounded by at most `radius`. */
export function pathOf(points: readonly Point[], radius = 0): string {
  const bends = withoutRepeats(points);
  return bends.map((point, i) => corner(point, bends[i - 1], bends[i + 1], radius)).join('');
}

function corner(point: Point, previous: Point | undefined, next: Point | undefined, radius: number): string {
  if (previous === undefined) return `M${num(point.x)} ${num(point.y)}`;
  if (next === undefined || radius === 0) return `L${num(point.x)} ${num(point.y)}`;
  const room = Math.min(radius, distance(previous, point) / 2, distance(point, next) / 2);
  const start = between(point, previous, room / distance(point, previous));
  const end = between(point, next, room / distance(point, next));
  return `L${num(start.x)} ${num(start.y)}Q${num(point.x)} ${num(point.y)} ${num(end.x)} ${num(end.y)}`;
}

function withoutRepeats(points: readonly Point[]): readonly Point[] {
  return points.filter((point, i) => {
    const previous = points[i - 1];
    return previous === undefined || distance(previous, point) > 0.01;
  });
}
