/**
 * Draws many packets in flight on a canvas over the map, and their counts. One loop of frames that runs only while something
 * flies; between flights the counts are drawn again when the camera moves, and at no other time.
 */
import { dotsAt, landedAt, type Swarm } from '../packet/swarm.geom.ts';
import type { SwarmCount } from '../packet/swarm-counts.ts';
import type { Camera } from './camera.ts';

export interface SwarmFlightOptions {
  readonly canvas: HTMLCanvasElement;
  readonly camera: Camera;
  readonly swarm: Swarm;
  readonly counts: readonly SwarmCount[];
  /** Which ways come to a bad end, by their index. */
  readonly bad: readonly boolean[];
  /** When the first packet left, by performance.now(); -Infinity: all have landed. */
  readonly startedAt: number;
  /** How large letters are: 1, on the projector more. */
  readonly size: number;
  readonly number: (value: number) => string;
  readonly onLanded: () => void;
}

export interface SwarmFlight {
  readonly destroy: () => void;
}

const RADIUS = 2.25;

export function flySwarm(options: SwarmFlightOptions): SwarmFlight {
  const { camera, canvas, swarm, startedAt, onLanded } = options;
  const inks = inksOf(canvas);
  let frame: number | null = null;
  const draw = (): boolean => {
    const ms = performance.now() - startedAt;
    const flying = ms < swarm.totalMs;
    canvas.dataset['flying'] = String(flying);
    drawSwarm(options, inks, ms);
    return flying;
  };
  const tick = (): void => {
    const flying = draw();
    frame = flying ? requestAnimationFrame(tick) : null;
    if (!flying) onLanded();
  };
  // While the loop runs it draws the camera's moves too.
  const redraw = (): void => {
    if (frame === null) draw();
  };
  tick();
  const observer = new ResizeObserver(redraw);
  observer.observe(canvas);
  const unsubscribe = camera.subscribe(redraw);
  return {
    destroy: () => {
      if (frame !== null) cancelAnimationFrame(frame);
      observer.disconnect();
      unsubscribe();
    },
  };
}

interface Inks {
  readonly dot: string;
  readonly rim: string;
  readonly bad: string;
  readonly on: string;
  readonly mono: string;
}

function inksOf(element: Element): Inks {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    dot: token('--accent'),
    rim: token('--surface'),
    bad: token('--drop'),
    on: token('--on-accent'),
    mono: token('--font-mono'),
  };
}

function drawSwarm(options: SwarmFlightOptions, inks: Inks, ms: number): void {
  const { canvas, swarm } = options;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const ratio = window.devicePixelRatio;
  const [w, h] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, w, h);
  drawDots(context, options, inks, ms);
  drawCounts(context, options, inks, landedAt(swarm, ms));
}

/** Two fills a frame, one a colour: a path holds all its dots. */
function drawDots(
  context: CanvasRenderingContext2D,
  { camera, swarm, bad, size }: SwarmFlightOptions,
  inks: Inks,
  ms: number,
): void {
  const good = new Path2D();
  const lost = new Path2D();
  for (const { at, along, aside, way } of dotsAt(swarm, ms)) {
    const { x, y } = camera.toScreen(at);
    const [dotX, dotY] = [x - along.y * aside * size, y + along.x * aside * size];
    const path = bad[way] === true ? lost : good;
    path.moveTo(dotX + RADIUS * size, dotY);
    path.arc(dotX, dotY, RADIUS * size, 0, 2 * Math.PI);
  }
  context.fillStyle = inks.dot;
  context.fill(good);
  context.fillStyle = inks.bad;
  context.fill(lost);
}

function drawCounts(
  context: CanvasRenderingContext2D,
  { camera, counts, size, number }: SwarmFlightOptions,
  inks: Inks,
  landed: readonly number[],
): void {
  context.font = `700 ${12 * size}px ${inks.mono}`;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const { at, ways, bad } of counts) {
    const total = ways.reduce((sum, way) => sum + (landed[way] ?? 0), 0);
    // As wide as its widest: digits do not move while it grows.
    const text = number(total);
    const { x, y } = camera.toScreen(at);
    const w = (Math.max(3, text.length) * 6 + (bad ? 22 : 12)) * size;
    const h = 18 * size;
    context.fillStyle = bad ? inks.bad : inks.dot;
    context.strokeStyle = inks.rim;
    context.lineWidth = 1.5;
    context.beginPath();
    context.roundRect(x, y - h / 2, w, h, 4);
    context.fill();
    context.stroke();
    context.fillStyle = inks.on;
    context.fillText(text, x + w - 6 * size, y + 0.5);
    // Told by shape, too: a bad end has its cross.
    if (bad) drawCross(context, { x: x + 9 * size, y, r: 3 * size, ink: inks.on });
  }
}

function drawCross(
  context: CanvasRenderingContext2D,
  { x, y, r, ink }: { readonly x: number; readonly y: number; readonly r: number; readonly ink: string },
): void {
  context.strokeStyle = ink;
  context.lineWidth = 1.75;
  context.beginPath();
  context.moveTo(x - r, y - r);
  context.lineTo(x + r, y + r);
  context.moveTo(x + r, y - r);
  context.lineTo(x - r, y + r);
  context.stroke();
}
