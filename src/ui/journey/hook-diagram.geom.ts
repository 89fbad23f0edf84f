/**
 * Where the parts of the hook diagram stand, for a width: devices in, PREROUTING, route, INPUT, process, OUTPUT, route again,
 * POSTROUTING, devices out, with FORWARD bridging the two routes above. Boxes keep their size; the gaps take what is left.
 * Where that is too little for its letters to be read, hooks the packet does not meet fold to their names.
 */
import type { HookPass } from './hook-pass.ts';
import type { Hook, TableName } from './trace-types.ts';

/** Tables of each hook in kernel priority order (enum nf_ip_hook_priorities). */
export const HOOK_TABLES: Readonly<Record<Hook, readonly TableName[]>> = {
  PREROUTING: ['raw', 'mangle', 'nat'],
  INPUT: ['mangle', 'filter', 'nat'],
  FORWARD: ['mangle', 'filter'],
  OUTPUT: ['raw', 'mangle', 'nat', 'filter'],
  POSTROUTING: ['mangle', 'nat'],
};

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface HookBox extends Box {
  readonly hook: Hook;
  readonly tables: readonly (Box & { readonly table: TableName })[];
}

/** Hooks that are drawn as their names alone. */
export type Folded = ReadonlySet<Hook>;

const NONE: Folded = new Set();

/** A stretch of line between two parts, and the pair of parts whose meeting makes it travelled. */
export interface Segment {
  readonly id: string;
  readonly path: string;
}

export interface HookDiagram {
  readonly width: number;
  readonly hooks: readonly HookBox[];
  readonly process: Box;
  /** `above`: the gap is too narrow for the name, which then stands over the boxes, beside the line to FORWARD. */
  readonly routes: readonly { readonly x: number; readonly again: boolean; readonly above: boolean }[];
  readonly inX: number;
  readonly outX: number;
  readonly segments: readonly Segment[];
}

export const DIAGRAM_HEIGHT = 118;
/** The line everything stands on. */
export const MIDDLE = 74;
const HOOK_TOP = 42;
const HOOK_HEIGHT = 64;
const FOLDED_HEIGHT = 30;
const TABLE_HEIGHT = 22;
const TABLE_GAP = 4;
const PROCESS_WIDTH = 76;
/** Room for devices on either side, and what must do in a narrow panel. */
const DEVICES = 78;
const LEAST_DEVICES = 62;
/** Gaps of the drawing at 1,008 px, left to right: in, route, input, process, output, route again, out. */
const GAPS = [12, 36, 18, 22, 84, 26] as const;
const LEAST = [10, 28, 12, 12, 30, 12] as const;

function tableWidth(table: TableName): number {
  return table.length > 3 ? 45 : 28.5;
}

function hookWidth(hook: Hook, folded: Folded): number {
  if (folded.has(hook)) return hook.length * 6.5 + 16;
  const tables = HOOK_TABLES[hook].reduce((sum, table) => sum + tableWidth(table) + TABLE_GAP, -TABLE_GAP);
  return Math.max(tables + 16, hook.length * 6.5 + 24);
}

/** The narrowest diagram; under it the drawing shrinks. */
export function leastWidth(folded: Folded = NONE): number {
  return boxes(LEAST_DEVICES, folded) + sum(LEAST);
}

const IN_LINE: readonly Hook[] = ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'];
const HOOKS: readonly Hook[] = [...IN_LINE, 'FORWARD'];

function boxes(devices: number, folded: Folded): number {
  return 2 * devices + PROCESS_WIDTH + sum(IN_LINE.map((hook) => hookWidth(hook, folded)));
}

/** How the diagram is drawn in a panel: what is folded, and how large. */
export interface Fit {
  readonly folded: Folded;
  readonly scale: number;
}

/** The theme's size may shrink by so much before hooks are folded. */
const OPEN = 0.78;

/** Smaller than this its letters can't be read: then the panel scrolls. */
const LEAST_SCALE = 0.86;

/** The diagram takes this share of its panel's height at most: rules are read beneath it. */
const SHARE = 0.44;

/** `scale` is the theme's; hooks the packet meets are never folded. */
export function fitDiagram(
  panel: { readonly width: number; readonly height: number },
  scale: number,
  met: readonly Hook[],
): Fit {
  const wanted = Math.min(scale, Math.max(1, (panel.height * SHARE) / DIAGRAM_HEIGHT));
  const fit = (folded: Folded): Fit => ({
    folded,
    scale: Math.max(LEAST_SCALE, Math.min(wanted, panel.width / leastWidth(folded))),
  });
  const open = fit(NONE);
  if (open.scale >= wanted * OPEN && open.scale * leastWidth() <= panel.width) return open;
  return met.length === 0 ? open : fit(new Set(HOOKS.filter((hook) => !met.includes(hook))));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Shares the room beyond the boxes as the drawing does, never less than the least. */
function gapsFor(width: number, devices: number, folded: Folded): readonly number[] {
  const free = Math.max(sum(LEAST), width - boxes(devices, folded));
  const wanted = sum(GAPS) - sum(LEAST);
  return LEAST.map((least, i) => least + ((free - sum(LEAST)) * ((GAPS[i] ?? least) - least)) / wanted);
}

export function hookDiagram(panelWidth: number, folded: Folded = NONE): HookDiagram {
  const width = Math.max(leastWidth(folded), panelWidth);
  const devices = width < boxes(DEVICES, folded) + sum(LEAST) ? LEAST_DEVICES : DEVICES;
  const [gIn = 0, gRoute = 0, gInput = 0, gProcess = 0, gAgain = 0] = gapsFor(width, devices, folded);
  const hookBox = (hook: Hook, x: number): HookBox => (folded.has(hook) ? foldedBox(hook, x) : openBox(hook, x));
  const pre = hookBox('PREROUTING', devices + gIn);
  const input = hookBox('INPUT', right(pre) + gRoute);
  const process = { x: right(input) + gInput, y: MIDDLE - 17, width: PROCESS_WIDTH, height: 34 };
  const output = hookBox('OUTPUT', right(process) + gProcess);
  const post = hookBox('POSTROUTING', right(output) + gAgain);
  const route = right(pre) + gRoute / 2;
  const again = right(output) + gAgain / 2;
  const forward = forwardBox((route + again) / 2, folded.has('FORWARD'));
  const outX = width - devices + 4;
  return {
    width,
    hooks: [pre, input, forward, output, post],
    process,
    routes: [
      { x: route, again: false, above: gRoute < 32 },
      { x: again, again: true, above: gAgain < 68 },
    ],
    inX: devices - 4,
    outX,
    segments: [
      line('in PREROUTING', devices, pre.x),
      line('PREROUTING route', right(pre), route - 9),
      line('route INPUT', route + 9, input.x),
      line('INPUT process', right(input), process.x),
      line('process OUTPUT', right(process), output.x),
      line('OUTPUT again', right(output), again - 9),
      line('again POSTROUTING', again + 9, post.x),
      line('POSTROUTING out', right(post), outX - 4),
      bend('route FORWARD', route, forward.x, 1),
      bend('FORWARD again', again, right(forward), -1),
    ],
  };
}

function right(box: Box): number {
  return box.x + box.width;
}

function foldedBox(hook: Hook, x: number): HookBox {
  return {
    hook,
    x,
    y: MIDDLE - FOLDED_HEIGHT / 2,
    width: hook.length * 6.5 + 16,
    height: FOLDED_HEIGHT,
    tables: [],
  };
}

function openBox(hook: Hook, x: number): HookBox {
  let at = x + 8;
  const tables = HOOK_TABLES[hook].map((table) => {
    const box = { table, x: at, y: MIDDLE, width: tableWidth(table), height: TABLE_HEIGHT };
    at += box.width + TABLE_GAP;
    return box;
  });
  return { hook, x, y: HOOK_TOP, width: hookWidth(hook, NONE), height: HOOK_HEIGHT, tables };
}

/** FORWARD stands above, flat, with its tables behind its name. */
function forwardBox(centre: number, folded: boolean): HookBox {
  const width = folded ? 72 : 200;
  const x = centre - width / 2;
  if (folded) return { hook: 'FORWARD', x, y: 6, width, height: 26, tables: [] };
  const tables = HOOK_TABLES.FORWARD.map((table, i) => ({ table, x: x + 82 + i * 56, y: 9, width: 50, height: 20 }));
  return { hook: 'FORWARD', x, y: 6, width, height: 26, tables };
}

function line(id: string, from: number, to: number): Segment {
  return { id, path: `M${from} ${MIDDLE}H${to}` };
}

/** Up from a route and over to FORWARD, with a rounded corner. */
function bend(id: string, x: number, to: number, direction: 1 | -1): Segment {
  return { id, path: `M${x} ${MIDDLE - 9}V29Q${x} 19 ${x + direction * 10} 19H${to}` };
}

/** How far the walk has come on each segment. */
export function segmentStates({ hooks, states }: HookPass): ReadonlyMap<string, 'travelled' | 'next'> {
  const result = new Map<string, 'travelled' | 'next'>();
  const mark = (ids: readonly string[], hook: Hook, arriving: boolean): void => {
    const state = states.get(hook) ?? 'none';
    const travelled = arriving ? state !== 'next' && state !== 'none' : state === 'met';
    for (const id of ids) result.set(id, travelled ? 'travelled' : 'next');
  };
  for (const [i, hook] of hooks.entries()) {
    const before = hooks[i - 1];
    mark(before === undefined ? INTO[hook] : (BETWEEN[`${before} ${hook}`] ?? []), hook, true);
  }
  const last = hooks.at(-1);
  if (last !== undefined) mark(OUT_OF[last], last, false);
  return result;
}

const INTO: Readonly<Record<Hook, readonly string[]>> = {
  PREROUTING: ['in PREROUTING'],
  INPUT: ['route INPUT'],
  FORWARD: ['route FORWARD'],
  OUTPUT: ['process OUTPUT'],
  POSTROUTING: ['again POSTROUTING'],
};

const OUT_OF: Readonly<Record<Hook, readonly string[]>> = {
  PREROUTING: ['PREROUTING route'],
  INPUT: ['INPUT process'],
  FORWARD: ['FORWARD again'],
  OUTPUT: ['OUTPUT again'],
  POSTROUTING: ['POSTROUTING out'],
};

const BETWEEN: Readonly<Record<string, readonly string[]>> = {
  'PREROUTING INPUT': ['PREROUTING route', 'route INPUT'],
  'PREROUTING FORWARD': ['PREROUTING route', 'route FORWARD'],
  'FORWARD POSTROUTING': ['FORWARD again', 'again POSTROUTING'],
  'OUTPUT POSTROUTING': ['OUTPUT again', 'again POSTROUTING'],
};
