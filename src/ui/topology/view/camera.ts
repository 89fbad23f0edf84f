/**
 * The camera over the map: d3-zoom's pan and zoom, frames for "fit", and moves that the user may interrupt. It lives outside
 * React: whoever draws subscribes, and React hears only when the view leaves what is mounted (`window`).
 */
import { easeCubicInOut } from 'd3-ease';
import { interpolateZoom } from 'd3-interpolate';
import { select } from 'd3-selection';
import { zoom, zoomIdentity, type ZoomTransform } from 'd3-zoom';
import { contains, grow } from '../scene/box.geom.ts';
import type { Box, Point } from '../scene/scene-types.ts';

export interface CameraOptions {
  /** What is dragged and wheeled. */
  readonly node: HTMLElement;
  /** False for a press that starts something else, such as dragging a packet. */
  readonly mayPan: (event: Event) => boolean;
  readonly reducedMotion: () => boolean;
}

/** What is mounted: the view and a margin around it, at a rounded scale. */
export interface MountedWindow {
  readonly box: Box;
  readonly scale: number;
}

const SCALES = { min: 0.04, max: 4 };
const CAMERA_MS = 520;

export interface Size {
  readonly w: number;
  readonly h: number;
}

export interface FrameOptions {
  readonly maxScale: number;
  readonly animate: boolean;
  /** Height at the top of the view that something else covers. */
  readonly top?: number;
}

export interface Camera {
  readonly transform: ZoomTransform;
  /** Told how large the node is: asked of the node in mid-change, the page would be laid out once more. */
  resize(size: Size): void;
  /** The part of the map that is seen. */
  view(): Box;
  toScreen(point: Point): Point;
  toMap(screen: Point): Point;
  /** Called with every change of the transform. */
  subscribe(listener: () => void): () => void;
  window(): MountedWindow;
  subscribeWindow(listener: () => void): () => void;
  /** Moves so that the box fills the view, at most as large as `maxScale`. */
  frame(box: Box, options: FrameOptions): void;
  zoomBy(factor: number): void;
  /** True after the user moved the camera by hand, until the next frame(). */
  readonly byHand: boolean;
  destroy(): void;
}

export function createPanZoom(options: CameraOptions): Camera {
  return new MapCamera(options);
}

class MapCamera implements Camera {
  transform: ZoomTransform = zoomIdentity;
  byHand = false;
  readonly #node: HTMLElement;
  readonly #reducedMotion: () => boolean;
  readonly #zoom = zoom<HTMLElement, unknown>();
  readonly #listeners = new Set<() => void>();
  readonly #windowListeners = new Set<() => void>();
  #window: MountedWindow = { box: { x: 0, y: 0, w: 0, h: 0 }, scale: 1 };
  #frame: number | null = null;
  #size: Size = { w: 0, h: 0 };

  constructor({ node, mayPan, reducedMotion }: CameraOptions) {
    this.#node = node;
    this.#reducedMotion = reducedMotion;
    this.#zoom
      .scaleExtent([SCALES.min, SCALES.max])
      .filter((event: MouseEvent) => mayPan(event) && (!event.ctrlKey || event.type === 'wheel') && event.button === 0)
      .on('start', ({ sourceEvent }: { sourceEvent: unknown }) => {
        if (sourceEvent !== null && sourceEvent !== undefined) this.#interrupt();
      })
      .on('zoom', ({ transform, sourceEvent }: { transform: ZoomTransform; sourceEvent: unknown }) => {
        if (sourceEvent !== null && sourceEvent !== undefined) this.byHand = true;
        this.#moved(transform);
      });
    select(node).call(this.#zoom).on('dblclick.zoom', null);
  }

  resize(size: Size): void {
    this.#size = size;
  }

  view(): Box {
    const { x, y, k } = this.transform;
    return { x: -x / k, y: -y / k, w: this.#size.w / k, h: this.#size.h / k };
  }

  toScreen({ x, y }: Point): Point {
    return { x: this.transform.applyX(x), y: this.transform.applyY(y) };
  }

  toMap({ x, y }: Point): Point {
    return { x: this.transform.invertX(x), y: this.transform.invertY(y) };
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  window(): MountedWindow {
    return this.#window;
  }

  subscribeWindow(listener: () => void): () => void {
    this.#windowListeners.add(listener);
    return () => this.#windowListeners.delete(listener);
  }

  frame(box: Box, { maxScale, animate, top = 0 }: FrameOptions): void {
    const { w, h } = this.#size;
    if (w === 0 || h === 0 || box.w === 0) return;
    this.byHand = false;
    const k = Math.max(SCALES.min, Math.min(maxScale, w / box.w, (h - top) / box.h));
    const target = zoomIdentity.translate(w / 2 - k * (box.x + box.w / 2), (h + top) / 2 - k * (box.y + box.h / 2)).scale(k);
    this.#moveTo(target, animate && !this.#reducedMotion());
  }

  zoomBy(factor: number): void {
    const { w, h } = this.#size;
    const k = Math.min(SCALES.max, Math.max(SCALES.min, this.transform.k * factor));
    const { x, y } = this.toMap({ x: w / 2, y: h / 2 });
    this.byHand = true;
    this.#moveTo(zoomIdentity.translate(w / 2 - k * x, h / 2 - k * y).scale(k), !this.#reducedMotion());
  }

  destroy(): void {
    this.#interrupt();
    select(this.#node).on('.zoom', null);
    this.#listeners.clear();
    this.#windowListeners.clear();
  }

  #moveTo(target: ZoomTransform, animate: boolean): void {
    this.#interrupt();
    if (!animate) {
      this.#set(target);
      return;
    }
    const path = interpolateZoom(this.#seen(this.transform), this.#seen(target));
    let startedAt: number | null = null;
    const step = (now: number): void => {
      startedAt ??= now;
      const progress = Math.min(1, (now - startedAt) / CAMERA_MS);
      this.#frame = progress < 1 ? requestAnimationFrame(step) : null;
      this.#set(progress < 1 ? this.#at(path(easeCubicInOut(progress))) : target);
    };
    this.#frame = requestAnimationFrame(step);
  }

  /** Centre and width of the view, as d3 interpolates them. */
  #seen({ x, y, k }: ZoomTransform): [number, number, number] {
    const { w, h } = this.#size;
    return [(w / 2 - x) / k, (h / 2 - y) / k, w / k];
  }

  #at([x, y, seen]: readonly [number, number, number]): ZoomTransform {
    const { w, h } = this.#size;
    const k = w / seen;
    return zoomIdentity.translate(w / 2 - k * x, h / 2 - k * y).scale(k);
  }

  #set(transform: ZoomTransform): void {
    // Through d3, so that the next drag starts from here.
    select(this.#node).call((selection) => {
      this.#zoom.transform(selection, transform);
    });
  }

  #interrupt(): void {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
  }

  #moved(transform: ZoomTransform): void {
    this.transform = transform;
    const view = this.view();
    const rescaled = transform.k < this.#window.scale * 0.8 || transform.k > this.#window.scale * 1.25;
    if (rescaled || !contains(this.#window.box, view)) {
      this.#window = { box: grow(view, Math.max(view.w, view.h) * 0.25), scale: transform.k };
      for (const listener of this.#windowListeners) listener();
    }
    for (const listener of this.#listeners) listener();
  }
}
