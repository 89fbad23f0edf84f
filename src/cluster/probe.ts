/**
 * One client, one question: sends a packet from a place to a target, lets the clock run until the answer, an error or the client's
 * patience has come, and closes the trace.
 */
import { assertNever } from '../lib/assert.ts';
import type { IpAddr } from '../lib/ip.ts';
import { isPacketEvent } from '../net/events.ts';
import type { Netns } from '../net/netns.ts';
import { gaiText, lookup, type LookupEnd, type Resolver } from '../net/resolv/lookup.ts';
import { resolvConfText } from '../net/resolv/resolv-conf.ts';
import type { ClientErrno, ClientEvent } from '../net/socket/sockets.ts';
import { TraceRecorder } from '../net/trace/recorder.ts';
import type { Outcome, Trace, TraceStep } from '../net/trace/trace.ts';
import { httpBodyOf } from '../node/workload/http.ts';
import { NS_PER_MS, NS_PER_S, type Sim } from '../sim/sim.ts';
import type { ProbeResult, Resolution } from './cluster-api.ts';
import type { ProbeSpec } from './commands.ts';
import { addressOwner, type Endpoints } from './owners.ts';

/** What a client waits when nobody says otherwise: long enough for three SYNs and for ARP to give up. */
const DEFAULT_WAIT_NS = 5 * NS_PER_S;
/** Time given to the last segments after the answer or error. */
const CLOSING_NS = 500 * NS_PER_MS;
/** Longer than any resolver waits: all servers, all domains of a search list, thirty seconds and five attempts each would be an hour. */
const MAX_LOOKUP_NS = 3_600 * NS_PER_S;
/** Events of one probe before it is called a loop. */
const MAX_EVENTS = 50_000;

/** A probe with its ends found. */
export interface ResolvedProbe {
  readonly spec: ProbeSpec;
  readonly netns: Netns;
  readonly destination: Destination;
}

/** Where to: an address, or a name that the client looks up first. */
type Destination =
  | { readonly kind: 'address'; readonly address: IpAddr }
  | { readonly kind: 'name'; readonly name: string; readonly resolver: Resolver };

interface Ending {
  outcome: Outcome | null;
  body: string | null;
  closed: boolean;
}

type Handle = { close(): void };

/** Sends the probe in the world as it is now. With `light` only what tells the outcome is recorded. */
export function runProbe(
  sim: Sim,
  ends: Endpoints,
  probe: ResolvedProbe,
  options: { readonly flowId: string; readonly light: boolean },
): ProbeResult {
  const recorder = new TraceRecorder(
    options.flowId,
    sim.now,
    options.light ? (kind) => kind === 'socket.deliver' || kind === 'nat' : null,
  );
  const found = findAddress(sim, probe, recorder);
  if (found.kind === 'loop') return resultOf(probe, ends, { found, outcome: 'loop', body: null }, closeLooped(sim, recorder));
  if (found.address === null) {
    const trace = recorder.close(sim.now, 'could not resolve host');
    return resultOf(probe, ends, { found, outcome: 'could not resolve host', body: null }, trace);
  }
  const ending: Ending = { outcome: null, body: null, closed: false };
  const deadline = sim.now + (probe.spec.waitNs ?? DEFAULT_WAIT_NS);
  const client = startClient(probe, found.address, recorder, (event) => {
    note(ending, event, probe.spec.protocol);
  });
  const first = sim.run({ deadline, maxSteps: MAX_EVENTS, until: () => ending.outcome !== null });
  const looped = first === 'limit' || drain(sim, ending) === 'limit';
  client.close();
  const ended = ending.outcome ?? 'timeout';
  const outcome = looped || (recorder.looped && ended !== 'reply') ? 'loop' : ended;
  const trace = looped ? closeLooped(sim, recorder) : recorder.close(sim.now, outcome);
  return resultOf(probe, ends, { found, outcome, body: ending.body }, trace);
}

function closeLooped(sim: Sim, recorder: TraceRecorder): Trace {
  sim.discard(isPacketEvent);
  return recorder.close(sim.now, 'loop');
}

/** The address to dial and how it was found; null where the look-up failed. */
type Found =
  | { readonly kind: 'found'; readonly address: IpAddr | null; readonly resolution: Resolution | null }
  | { readonly kind: 'loop'; readonly address: null; readonly resolution: null };

/** Lets the client look the name up. The resolver has its own patience, so no deadline is set here. */
function findAddress(sim: Sim, { netns, destination, spec }: ResolvedProbe, recorder: TraceRecorder): Found {
  if (destination.kind === 'address') return { kind: 'found', address: destination.address, resolution: null };
  const { name, resolver } = destination;
  const ends: LookupEnd[] = [];
  const client = lookup(name, {
    netns,
    resolver,
    process: CLIENTS[spec.protocol],
    recorder,
    onEnd: (each) => void ends.push(each),
  });
  const run = sim.run({ deadline: sim.now + MAX_LOOKUP_NS, maxSteps: MAX_EVENTS, until: () => ends.length > 0 });
  client.close();
  const [end] = ends;
  return end === undefined || run === 'limit'
    ? { kind: 'loop', address: null, resolution: null }
    : foundOf(name, resolver, end);
}

function foundOf(name: string, resolver: Resolver, end: LookupEnd): Found {
  const base = { name, resolvConf: resolvConfText(resolver.conf), libc: resolver.libc, asked: end.asked };
  if (end.kind === 'failed') {
    const error = gaiText(end.error, resolver.libc);
    return { kind: 'found', address: null, resolution: { ...base, addresses: [], source: null, error } };
  }
  const { addresses, source } = end;
  return { kind: 'found', address: addresses[0] ?? null, resolution: { ...base, addresses, source, error: null } };
}

/** The programs probes are sent with. */
const CLIENTS = { tcp: 'curl', udp: 'nc', icmp: 'ping' } as const;

function startClient(
  { netns, spec, destination }: ResolvedProbe,
  address: IpAddr,
  recorder: TraceRecorder,
  onEvent: (event: ClientEvent) => void,
): Handle {
  const client = { dst: address, port: spec.port, recorder, onEvent, process: CLIENTS[spec.protocol] };
  switch (spec.protocol) {
    case 'tcp': {
      const called = destination.kind === 'name' ? destination.name : address;
      const host = spec.port === 80 ? called : `${called}:${spec.port}`;
      return netns.sockets.connectTcp({ ...client, text: httpRequest(host, spec.bytes) });
    }
    case 'udp':
      return netns.sockets.sendUdp({
        ...client,
        text: spec.bytes === undefined ? 'hello\n' : filler(spec.bytes),
        ...(spec.sport === undefined ? {} : { sport: spec.sport }),
      });
    case 'icmp':
      return netns.sockets.ping({ ...client, text: '', ...(spec.bytes === undefined ? {} : { echoBytes: spec.bytes }) });
    default:
      return assertNever(spec.protocol);
  }
}

/** What curl sends: a GET, or with a body (`--data-binary`) a POST. */
function httpRequest(host: string, bytes: number | undefined): string {
  const head = (method: string): string =>
    `${method} / HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n`;
  if (bytes === undefined) return `${head('GET')}\r\n`;
  const type = 'application/x-www-form-urlencoded';
  return `${head('POST')}Content-Length: ${bytes}\r\nContent-Type: ${type}\r\n\r\n${filler(bytes)}`;
}

/** Data of which only the length counts. */
function filler(bytes: number): string {
  return 'x'.repeat(bytes);
}

function note(ending: Ending, event: ClientEvent, protocol: ProbeSpec['protocol']): void {
  switch (event.kind) {
    case 'answered':
      ending.outcome ??= 'reply';
      ending.body = event.text;
      if (protocol !== 'tcp') ending.closed = true;
      return;
    case 'closed':
      ending.closed = true;
      return;
    case 'error':
      ending.outcome ??= outcomeOf(event.errno, protocol);
      ending.closed = true;
      return;
    default:
      assertNever(event);
  }
}

function outcomeOf(errno: ClientErrno, protocol: ProbeSpec['protocol']): Outcome {
  switch (errno) {
    case 'ECONNREFUSED':
    case 'ECONNRESET':
      return 'refused';
    case 'EHOSTUNREACH':
      return 'no route to host';
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return 'network unreachable';
    case 'ETTL':
      return protocol === 'icmp' ? 'time exceeded' : 'no route to host';
    case 'ETIMEDOUT':
      return 'timeout';
    case 'EMSGSIZE':
      return 'message too long';
    case 'EINVAL':
      return 'invalid argument';
    case 'EACCES':
      return 'permission denied';
    case 'EPERM':
      return 'operation not permitted';
    default:
      return assertNever(errno);
  }
}

/** Lets the conversation end: the close of both sides, and what is still on its way. */
function drain(sim: Sim, ending: Ending): 'ended' | 'limit' {
  if (ending.outcome === null) return 'ended';
  const closing = sim.run({ deadline: sim.now + CLOSING_NS, maxSteps: MAX_EVENTS, until: () => ending.closed && !sim.busy });
  return closing === 'limit' ? 'limit' : 'ended';
}

function resultOf(
  { spec, destination }: ResolvedProbe,
  ends: Endpoints,
  end: { readonly found: Found; readonly outcome: Outcome; readonly body: string | null },
  trace: Trace,
): ProbeResult {
  const { found, outcome, body } = end;
  const served = outcome === 'reply' ? servedStep(trace) : null;
  const saw = served?.l3.kind === 'ipv4' ? served.l3.src : null;
  return {
    spec,
    address: found.address ?? (destination.kind === 'name' ? destination.name : destination.address),
    port: spec.port,
    outcome,
    backend: served === null ? null : backendName(served),
    backendSaw: saw === null ? null : { ip: saw, who: addressOwner(ends, saw) },
    body: body === null ? null : httpBodyOf(body),
    resolution: found.resolution,
    trace,
  };
}

/** The delivery that was answered: the last request packet with something in it that reached a server. */
export function servedStep(trace: Trace): TraceStep | null {
  const roles = new Map(trace.packets.map((packet) => [packet.id, packet.role]));
  return (
    trace.steps.findLast(
      (step) => step.kind === 'socket.deliver' && roles.get(step.packetId) === 'request' && carriesRequest(step),
    ) ?? null
  );
}

function carriesRequest(step: TraceStep): boolean {
  if (step.l3.kind !== 'ipv4') return false;
  const { l4 } = step.l3;
  switch (l4.kind) {
    case 'tcp':
      return l4.data !== null;
    case 'udp':
      return true;
    case 'icmp':
      return l4.type === 8;
    case 'ipencap':
      return false;
    default:
      return assertNever(l4);
  }
}

/** A Pod by its name, a host-network server by its machine's. */
function backendName(step: TraceStep): string {
  return step.netns === 'root' ? step.node : step.netns.slice(step.netns.indexOf('/') + 1);
}
