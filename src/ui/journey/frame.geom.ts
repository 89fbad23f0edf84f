/** The bytes of a frame to scale: each header as wide as it is long, an envelope around what is sealed. Pure geometry. */
import type { FramePart } from './frame-parts.ts';

export interface PartBox {
  readonly part: FramePart;
  readonly x: number;
  readonly width: number;
  /** Bytes before it. */
  readonly offset: number;
}

export interface FrameBar {
  readonly boxes: readonly PartBox[];
  readonly total: number;
  /** Where the sealed frame begins; null when nothing is sealed. */
  readonly sealedX: number | null;
  readonly outerBytes: number;
}

const MARGIN = 13;
const GAP = 2;

export function frameBar(parts: readonly FramePart[], width: number): FrameBar {
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const unit = Math.max(0, width - 2 * MARGIN) / Math.max(1, total);
  let offset = 0;
  const boxes = parts.map((part): PartBox => {
    const box = { part, x: MARGIN + offset * unit, width: Math.max(1, part.bytes * unit - GAP), offset };
    offset += part.bytes;
    return box;
  });
  const sealed = boxes.find(({ part }) => part.sealed);
  return { boxes, total, sealedX: sealed?.x ?? null, outerBytes: sealed?.offset ?? total };
}
