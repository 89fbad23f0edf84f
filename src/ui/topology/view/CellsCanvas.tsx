/** Far-away Pods as cells, on one canvas under the SVG: redrawn when the camera moves, so panning costs no DOM. */
import { useEffect, useRef, type ReactElement } from 'react';
import { useApp } from '../../store/context.ts';
import type { Cell } from '../scene/scene-types.ts';
import type { Camera } from './camera.ts';
import styles from './Topology.module.css';

export interface CellsCanvasProps {
  readonly camera: Camera;
  readonly cells: readonly Cell[];
}

export function CellsCanvas({ camera, cells }: CellsCanvasProps): ReactElement | null {
  const ref = useRef<HTMLCanvasElement>(null);
  const theme = useApp((state) => state.theme);
  useEffect(() => {
    const canvas = ref.current;
    if (canvas === null) return;
    const inks = inksOf(canvas);
    const draw = (): void => drawCells(canvas, camera, cells, inks);
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(canvas);
    const unsubscribe = camera.subscribe(draw);
    return () => {
      observer.disconnect();
      unsubscribe();
    };
  }, [camera, cells, theme]);
  return cells.length === 0 ? null : <canvas ref={ref} className={styles.cells} aria-hidden="true" />;
}

interface Ink {
  readonly colour: string;
  readonly opacity: number;
}

type Inks = Readonly<Record<Cell['tone'], Ink>> & { readonly mark: string };

/** Colours are the theme's; opacities the study's. */
function inksOf(element: Element): Inks {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    lit: { colour: token('--pod'), opacity: 1 },
    rest: { colour: token('--pod'), opacity: 0.38 },
    daemon: { colour: token('--line-3'), opacity: 0.55 },
    bad: { colour: token('--drop'), opacity: 0.45 },
    new: { colour: token('--pod'), opacity: 1 },
    mark: token('--mark'),
  };
}

function drawCells(canvas: HTMLCanvasElement, camera: Camera, cells: readonly Cell[], inks: Inks): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const ratio = window.devicePixelRatio;
  const [w, h] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, w, h);
  const { x, y, k } = camera.transform;
  context.setTransform(k * ratio, 0, 0, k * ratio, x * ratio, y * ratio);
  for (const tone of ['rest', 'lit', 'daemon', 'bad', 'new'] as const) {
    context.fillStyle = inks[tone].colour;
    context.globalAlpha = inks[tone].opacity;
    for (const { box } of cells.filter((cell) => cell.tone === tone)) context.fillRect(box.x, box.y, box.w, box.h);
  }
  markNew(context, cells, inks.mark);
}

/** New Pods carry the yellow mark, as everywhere. */
function markNew(context: CanvasRenderingContext2D, cells: readonly Cell[], colour: string): void {
  context.fillStyle = colour;
  context.globalAlpha = 1;
  for (const { tone, box } of cells) if (tone === 'new') context.fillRect(box.x, box.y, box.w * 0.4, box.h);
}
