/**
 * The journey of a packet as text: a heading per namespace, a hop per line, rules indented beneath, the outcome last.
 */
import type { ProbeResult } from '../../cluster/cluster-api.ts';
import type { Trace, TracePacket, TraceStep } from '../../net/trace/trace.ts';
import { openingWay } from '../opening.ts';
import { placeText, targetText } from '../place.ts';
import { hopWords } from './hop-words.ts';
import { isRuleStep, ruleLines } from './rule-lines.ts';

const NUMBER_WIDTH = 4;
const WHAT_WIDTH = 24;
const BENEATH = ' '.repeat(NUMBER_WIDTH + 4);

/** The whole page. `all` shows every packet, else the opening one and what answered it. */
export function journeyText(result: ProbeResult, { all }: { readonly all: boolean }): string {
  const shown = shownSteps(result.trace, { all });
  return [
    `${titleText(result)}\n`,
    ...lookupLines(result.resolution),
    ...sectionLines(result.trace, shown),
    '',
    ...restLines(result.trace, { all }),
    outcomeText(result),
    '',
  ].join('\n');
}

/** `node/class to svc/web:80 (10.96.0.20:80), tcp`. */
export function titleText({ spec, address, port }: Pick<ProbeResult, 'spec' | 'address' | 'port'>): string {
  const to = targetText(spec.to);
  const dialled = to === address ? '' : ` (${address}:${port})`;
  return `${placeText(spec.from)} to ${to}:${port}${dialled}, ${spec.protocol}`;
}

function shownSteps(trace: Trace, { all }: { readonly all: boolean }): readonly TraceStep[] {
  if (all) return trace.steps;
  const roles = new Map(trace.packets.map(({ id, role }) => [id, role]));
  return trace.steps.filter((step) => openingWay(step.l3, roles.get(step.packetId) === 'reply') !== null);
}

function sectionLines(trace: Trace, steps: readonly TraceStep[]): readonly string[] {
  const packets = new Map(trace.packets.map((packet) => [packet.id, packet]));
  const lines: string[] = [];
  let number = 0;
  let packet = '';
  let place = '';
  for (const step of steps) {
    const title = packetTitle(packets, step.packetId);
    if (title !== packet) lines.push(...(packet === '' ? [] : ['']), title);
    const here = placeTitle(step);
    if (title !== packet || here !== place) lines.push(`  ${here}`);
    packet = title;
    place = here;
    const words = hopWords(step);
    if (words !== null) lines.push(hopLine(++number, words.what, words.detail));
    else if (isRuleStep(step)) lines.push(...ruleLines(step).map((rule) => `${BENEATH}${rule}`));
  }
  return lines;
}

function hopLine(number: number, what: string, detail: string): string {
  return `${String(number).padStart(NUMBER_WIDTH)}  ${detail === '' ? what : `${what.padEnd(WHAT_WIDTH)} ${detail}`}`;
}

/** A tunnel's outer packet walks under the name of what it carries. */
function packetTitle(packets: ReadonlyMap<number, TracePacket>, id: number): string {
  let packet = packets.get(id);
  while (packet?.relation === 'encapsulates' && packet.parentId !== null) packet = packets.get(packet.parentId);
  if (packet === undefined) return '';
  const again = packet.relation === 'retransmission' ? ', sent again' : packet.relation === 'clone' ? ', a copy' : '';
  return `${packet.role === 'dns' ? '' : `${packet.role} `}${packet.label}${again}`;
}

function placeTitle({ node, netns }: TraceStep): string {
  if (netns === '') return 'on the wire';
  return netns === 'root' ? `${node}, root namespace` : `Pod ${netns} on ${node}`;
}

function restLines(trace: Trace, { all }: { readonly all: boolean }): readonly string[] {
  const shown = new Set(shownSteps(trace, { all }).map(({ packetId }) => packetId));
  const rest = trace.packets.filter(({ id, relation }) => !shown.has(id) && relation !== 'encapsulates');
  if (rest.length === 0) return [];
  return [`and ${rest.length} more: ${rest.map(({ label }) => label).join(', ')} (--all shows them)`, ''];
}

/** The names that were asked for, each with what came of it. */
function lookupLines(resolution: ProbeResult['resolution']): readonly string[] {
  if (resolution === null || resolution.source === 'literal') return [];
  const { name, libc, asked, addresses, source, error } = resolution;
  if (source === 'hosts') return [`${name} is ${addresses.join(', ')} by /etc/hosts`, ''];
  const width = Math.max(...asked.map((each) => each.name.length));
  return [
    `${name} is looked up (${libc}; ${resolution.resolvConf.trim().split('\n').join('; ')})`,
    ...asked.map((each) => `  ${each.name.padEnd(width)}  ${each.result === 'answered' ? addresses.join(', ') : each.result}`),
    ...(error === null ? [] : [`  ${error}`]),
    '',
  ];
}

/** Where the first request died, retransmissions mostly dying like it; else where the last answer did. */
function deathOf(trace: Trace): Extract<TraceStep, { kind: 'drop' | 'reject' }> | undefined {
  const asks = trace.packets.filter(({ role }) => role === 'request');
  const requests = new Set((asks.length > 0 ? asks : trace.packets.filter(({ role }) => role === 'dns')).map(({ id }) => id));
  const deaths = trace.steps.filter((step) => step.kind === 'drop' || step.kind === 'reject');
  return deaths.find(({ packetId }) => requests.has(packetId)) ?? deaths.at(-1);
}

/** The last line: how it ended for the client. */
export function outcomeText(result: ProbeResult): string {
  const { outcome, backend, backendSaw, resolution, trace } = result;
  if (outcome === 'reply') {
    const saw = backendSaw === null ? '' : `, which saw ${backendSaw.ip} (${backendSaw.who})`;
    return `reply from ${backend ?? 'the other side'}${saw}`;
  }
  if (outcome === 'could not resolve host') {
    const silent = resolution?.asked.findLast(({ result: each }) => each === 'timeout' || each === 'refused');
    const died = silent === undefined ? '' : deathText(trace);
    return `${outcome}: ${result.address}: ${resolution?.error ?? ''}${died}`;
  }
  return `${outcome}${deathText(trace)}`;
}

/** Where and why the packet went no further; empty when none was stopped. */
function deathText(trace: Trace): string {
  const drop = deathOf(trace);
  if (drop === undefined) return '';
  const why = drop.kind === 'drop' ? `${drop.reason}, ${drop.detail}` : `rejected with ${drop.with} in ${drop.hook}`;
  return `: the packet ended in ${placeTitle(drop)}: ${why}`;
}
