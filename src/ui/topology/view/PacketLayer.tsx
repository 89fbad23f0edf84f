/**
 * The packet over the map: a token while it moves, the chip where it stands. It follows the player and the camera by writing
 * attributes; React renders only when the step changes.
 */
import { easeCubicInOut } from 'd3-ease';
import { useEffect, useMemo, useRef, type ReactElement, type RefObject } from 'react';
import type { JourneyModel } from '../../journey/model.ts';
import { playerOf } from '../../journey/playback.ts';
import { useScale } from '../../kit/useScale.ts';
import { VerdictMark } from '../../kit/VerdictMark.tsx';
import { useApp, useAppStore } from '../../store/context.ts';
import { chipOf } from '../packet/chip.ts';
import { drawChip, placeChip, tailOf, type ChipDrawing } from '../packet/chip.geom.ts';
import { positionBetween } from '../packet/packet-position.ts';
import { walkOf } from '../packet/stops.ts';
import { centre } from '../scene/box.geom.ts';
import { pathOf } from '../scene/line.geom.ts';
import type { Box, Scene, SceneObject } from '../scene/scene-types.ts';
import type { Camera } from './camera.ts';
import { Shapes } from './SceneObjects.tsx';
import styles from './Topology.module.css';

export interface PacketLayerProps {
  readonly camera: Camera;
  readonly scene: Scene;
  readonly journey: JourneyModel;
  readonly objects: readonly SceneObject[];
}

export function PacketLayer({ camera, scene, journey, objects }: PacketLayerProps): ReactElement | null {
  const index = useApp((state) => Math.min(state.playback.index, journey.steps.length - 1));
  const scale = useScale();
  const step = journey.steps[index];
  const chip = useMemo(() => (step === undefined ? null : chipOf(step)), [step]);
  const drawing = useMemo(() => (chip === null ? null : drawChip(chip)), [chip]);
  const token = useRef<SVGGElement>(null);
  const chipRef = useRef<SVGGElement>(null);
  const tail = useRef<SVGPathElement>(null);
  const lead = useRef<SVGPathElement>(null);
  usePacketMotion({ camera, scene, journey, objects }, drawing, { token, chip: chipRef, tail, lead }, scale);
  if (chip === null || drawing === null) return null;
  const kind = chip.dead === null ? 'chip' : 'chip dead';
  return (
    <svg className={`kh-map ${styles.overlay}`} aria-hidden="true">
      <g ref={token} className={chip.envelope === null ? 'token' : 'token sealed'}>
        <rect x={-13} y={-9} width={26} height={18} rx={2} className="env" />
        <path d="M-12 -7 0 1 12 -7" className="env-flap open" />
        <rect x={-7} y={-5} width={14} height={10} rx={2.5} className="pk token-body" />
      </g>
      <path ref={lead} className="pk-lead" />
      <path ref={tail} className={chip.dead === null && chip.envelope === null ? 'pk' : 'pk-tail'} />
      <g ref={chipRef} className={kind} data-packet={chip.flag}>
        <g key={index} className="chip-body">
          <Shapes shapes={drawing.shapes} />
          {drawing.mark === null ? null : (
            <VerdictMark verdict={chip.dead?.mark ?? 'drop'} size={22} x={drawing.mark.x} y={drawing.mark.y} />
          )}
        </g>
      </g>
    </svg>
  );
}

interface PacketParts {
  readonly token: RefObject<SVGGElement | null>;
  readonly chip: RefObject<SVGGElement | null>;
  readonly tail: RefObject<SVGPathElement | null>;
  readonly lead: RefObject<SVGPathElement | null>;
}

function usePacketMotion(props: PacketLayerProps, drawing: ChipDrawing | null, refs: PacketParts, size: number): void {
  const store = useAppStore();
  const { camera, scene, journey, objects } = props;
  const { token, chip, tail, lead } = refs;
  useEffect(() => {
    const player = playerOf(store);
    // Far-away nodes are full of text that is no object of its own.
    const nodes = scene.zoom === 'cluster' ? [...scene.nodeBoxes.values()] : [];
    const obstacles = [...objects.flatMap(obstacleOf), ...nodes];
    const parts = { token, chip, tail, lead };
    const draw = (): void => place({ camera, scene, journey, obstacles, drawing, parts, size, motion: player.motion });
    draw();
    const stops = [player.subscribe(draw), camera.subscribe(draw)];
    return () => stops.forEach((stop) => stop());
  }, [store, camera, scene, journey, objects, drawing, token, chip, tail, lead, size]);
}

/** Objects whose text the chip should not hide. */
const SAYS = new Set<SceneObject['kind']>([
  'pod',
  'device',
  'bridge',
  'netfilter',
  'hook',
  'service',
  'host',
  'node',
  'fold',
  'container',
]);

/** What an object shows; of a namespace, only its upper wall. */
function obstacleOf({ kind, layer, box }: SceneObject): readonly Box[] {
  if (kind === 'netns') return [{ ...box, h: 2 }];
  return SAYS.has(kind) && (layer === 'box' || kind === 'netfilter' || kind === 'pod') ? [box] : [];
}

interface Placing extends Omit<PacketLayerProps, 'objects'> {
  readonly obstacles: readonly Box[];
  readonly drawing: ChipDrawing | null;
  readonly parts: PacketParts;
  readonly size: number;
  readonly motion: { readonly from: number; readonly to: number; readonly progress: number };
}

function place({ camera, scene, journey, obstacles, drawing, parts, size, motion }: Placing): void {
  const walk = walkOf(scene, journey);
  const position = positionBetween(walk, { ...motion, progress: easeCubicInOut(motion.progress) });
  const moving = position?.box === null;
  const onWire = walk.stops[motion.to]?.anchor === null;
  show(parts.token.current, position !== null && (moving || onWire));
  for (const part of [parts.chip, parts.tail, parts.lead]) show(part.current, position !== null && !moving && drawing !== null);
  if (position === null) return;
  const at = camera.toScreen(position.at);
  parts.token.current?.setAttribute('transform', `translate(${at.x} ${at.y}) scale(${size})`);
  if (position.box === null || drawing === null) return;
  placeAt(position.box, { camera, obstacles, drawing, parts, size });
}

function placeAt(
  box: Box,
  {
    camera,
    obstacles,
    drawing,
    parts,
    size,
  }: Pick<Placing, 'camera' | 'obstacles' | 'parts' | 'size'> & { drawing: ChipDrawing },
): void {
  const { k } = camera.transform;
  const onScreen = (each: Box): Box => ({ ...camera.toScreen(each), w: each.w * k, h: each.h * k });
  const seen = camera.view();
  const view = { x: 0, y: 0, w: seen.w * k, h: seen.h * k };
  const target = onScreen(box);
  const scaled = { w: drawing.w * size, h: drawing.h * size, fullW: drawing.fullW * size };
  const chosen = placeChip(scaled, { target, view, obstacles: [...obstacles.map(onScreen), ...covered(view)] });
  const { triangle, lead } = tailOf(chosen, scaled, centre(target), target);
  parts.chip.current?.setAttribute('transform', `translate(${Math.round(chosen.x)} ${Math.round(chosen.y)}) scale(${size})`);
  parts.tail.current?.setAttribute('d', `${pathOf(triangle)}Z`);
  parts.lead.current?.setAttribute('d', pathOf(lead));
}

/** On a narrow map the other nodes' pills stand at its lower right. */
const NARROW = 560;

/** What the floating toolbar and the pills cover; counted twice, as a chip beneath them can't be read at all. */
function covered({ w, h }: Box): readonly Box[] {
  const left = { x: 0, y: 0, w: 350, h: 50 };
  const right = { x: w - 180, y: 0, w: 180, h: 50 };
  const pills = { x: w - 120, y: h - 60, w: 120, h: 60 };
  return [left, left, right, right, ...(w < NARROW ? [pills, pills] : [])];
}

function show(element: SVGElement | null, shown: boolean): void {
  element?.classList.toggle('hidden', !shown);
}
