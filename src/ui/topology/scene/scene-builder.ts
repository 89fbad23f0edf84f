/** Collects the parts of a scene while a layout places them, and knows what is new and what the level hides. */
import type { Ref } from '../../../cluster/snapshot.ts';
import type { Level } from '../../store/state.ts';
import { grow, union } from './box.geom.ts';
import type { LayoutMemory } from './layout-memory.ts';
import { isFaded, type Matter } from './level.ts';
import { refKey } from './ref-key.ts';
import type { Anchor, Box, Cell, Edge, Point, Scene, SceneObject } from './scene-types.ts';
import { sceneObject } from './shapes.ts';
import type { SceneWords } from './words.ts';
import { faultMarks } from './fault-marks.ts';
import type { World } from './world.ts';

export interface SceneInput {
  readonly world: World;
  readonly memory: LayoutMemory;
  readonly level: Level;
  readonly words: SceneWords;
  /** What the last command made, by refKey. */
  readonly news: ReadonlySet<string>;
  /** The Service whose endpoints and ties are shown; null for the first ones. */
  readonly service: string | null;
  /** In a journey, the Pods that it may come to; the others fold where they would make the text small. */
  readonly near?: ReadonlySet<string>;
  /** What was broken on purpose, and what is said of it. */
  readonly broken?: readonly BrokenThing[];
  /** What a node's local process is called, where the journey knows. */
  readonly processes?: ReadonlyMap<string, string>;
}

/** A fault and where it is: the thing itself, then what that is on, for zooms that do not draw it. */
export interface BrokenThing {
  readonly at: readonly Ref[];
  readonly label: string;
}

type ObjectPart = Parameters<typeof sceneObject>[0];

export class SceneBuilder {
  readonly input: SceneInput;
  readonly nodeBoxes = new Map<string, Box>();
  readonly cells: Cell[] = [];
  readonly #objects: SceneObject[] = [];
  readonly #anchors = new Map<string, Anchor>();
  readonly #edges: Edge[] = [];

  readonly #zoom: Scene['zoom'];

  constructor(input: SceneInput, zoom: Scene['zoom']) {
    this.input = input;
    this.#zoom = zoom;
  }

  /** Adds an object; `matter` decides whether the level fades it. */
  add(part: ObjectPart, matter: Matter = 'landmark'): void {
    this.#objects.push(
      sceneObject({
        ...part,
        faded: isFaded(matter, this.input.level, this.#zoom),
        isNew: part.isNew ?? this.isNew(part.ref ?? null),
      }),
    );
  }

  isNew(ref: Ref | null): boolean {
    return ref !== null && this.input.news.has(refKey(ref));
  }

  anchor(id: string, at: Point, box: Box): void {
    this.#anchors.set(id, { id, at, box });
  }

  /** A line that packets follow both ways. */
  link(from: string, to: string, points: readonly Point[], kind: Edge['kind']): void {
    this.oneWay(from, to, points, kind);
    this.oneWay(to, from, points.toReversed(), kind);
  }

  oneWay(from: string, to: string, points: readonly Point[], kind: Edge['kind']): void {
    this.#edges.push({ from, to, points, kind });
  }

  anchorOf(id: string): Anchor | undefined {
    return this.#anchors.get(id);
  }

  build(): Scene {
    this.#objects.push(...faultMarks(this.#objects, this.input.broken ?? []));
    const bounds = grow(union(this.#objects.map((object) => object.box)), 12);
    return {
      zoom: this.#zoom,
      bounds,
      objects: this.#objects,
      cells: this.cells,
      anchors: this.#anchors,
      edges: this.#edges,
      nodeBoxes: this.nodeBoxes,
    };
  }
}

/** The id of a device on the map and of its anchor. */
export function linkId(node: string, netns: string, name: string): string {
  return `link/${node}/${netns}/${name}`;
}
