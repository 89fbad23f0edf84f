/**
 * What the map draws, as values: objects made of plain shapes with class names, and the graph of lines a packet can follow.
 *
 * The same value is drawn as SVG, written as SVG text (goldens, export), searched for a hit, mirrored as a tree, and walked by
 * the packet. Lengths are px at camera scale 1.
 */
import type { Place, Target } from '../../../cluster/commands.ts';
import type { Ref } from '../../../cluster/snapshot.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export type Shape =
  | {
      readonly kind: 'rect';
      readonly x: number;
      readonly y: number;
      readonly w: number;
      readonly h: number;
      readonly r: number;
      readonly cls: string;
    }
  | {
      readonly kind: 'text';
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly cls: string;
      readonly anchor: 'start' | 'middle' | 'end';
    }
  | { readonly kind: 'path'; readonly d: string; readonly cls: string }
  | { readonly kind: 'circle'; readonly x: number; readonly y: number; readonly r: number; readonly cls: string };

/** Paint order: walls and tints, Service ties, lines, then boxes with their labels. The packet's path goes between line and box. */
export type Layer = 'wall' | 'tie' | 'line' | 'box';

export type SceneKind =
  | 'node'
  | 'netns'
  | 'pod'
  | 'fold'
  | 'container'
  | 'device'
  | 'bridge'
  | 'netfilter'
  | 'hook'
  | 'process'
  | 'service'
  | 'tie'
  | 'link'
  | 'underlay'
  | 'host'
  | 'pending';

export interface SceneObject {
  /** Stable over the life of the thing it draws: `pod/default/web-1`, `link/class/root/cni0`. */
  readonly id: string;
  readonly kind: SceneKind;
  readonly layer: Layer;
  /** What it covers; for hit tests, culling and the chip's search for room. */
  readonly box: Box;
  /** The scene object that contains it; null for what stands in the cluster itself. */
  readonly parent: string | null;
  readonly shapes: readonly Shape[];
  /** Selected by a click; null for what cannot be. */
  readonly ref: Ref | null;
  /** What a screen reader says; empty for what it need not say. */
  readonly label: string;
  /** The view level cannot see it. */
  readonly faded: boolean;
  /** The last command made it. */
  readonly isNew: boolean;
  /** A packet may start here. */
  readonly from: Place | null;
  /** A packet may be sent here. */
  readonly to: Target | null;
  /** A folded group, opened by double click or Enter; its key. */
  readonly fold: string | null;
}

/** A place a packet can stand: a device, a hook, a process, a junction of the wire. */
export interface Anchor {
  readonly id: string;
  readonly at: Point;
  /** What the packet is at; the chip's tail points to it. */
  readonly box: Box;
}

/** A line a packet can follow, in the direction from → to. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly points: readonly Point[];
  /** Where frames of a tunnel travel inside another packet. */
  readonly kind: 'veth' | 'wire' | 'flow';
}

/** A Pod as a far-away cell, drawn on the canvas. */
export interface Cell {
  readonly pod: string;
  readonly box: Box;
  readonly tone: 'rest' | 'lit' | 'bad' | 'daemon' | 'new';
}

export interface Scene {
  readonly zoom: 'cluster' | 'node' | 'kernel';
  /** Everything, with a margin: what "fit" shows. */
  readonly bounds: Box;
  readonly objects: readonly SceneObject[];
  readonly cells: readonly Cell[];
  readonly anchors: ReadonlyMap<string, Anchor>;
  readonly edges: readonly Edge[];
  /** By node name, for the camera. */
  readonly nodeBoxes: ReadonlyMap<string, Box>;
}
