/**
 * One client, one question: sends a packet from a place to a target, lets the clock run until the answer, an error or the client's
 * patience has come, and closes the trace.
 */
import { assertNever } from '../lib/assert.ts';
import type { IpAddr } from '../lib/ip.ts';
import { isPacketEvent } from '../net/events.ts';
import type { Netns } from '../net/netns.ts';
import type { ClientErrno, ClientEvent } from '../net/socket/sockets.ts';
import { TraceRecorder } from '../net/trace/recorder.ts';
import type { Outcome, Trace, TraceStep } from '../net/trace/trace.ts';
import { httpBodyOf } from '../node/workload/http.ts';
import { NS_PER_MS, NS_PER_S, type Sim } from '../sim/sim.ts';
import type { ProbeResult } from './cluster-api.ts';
import type { ProbeSpec } from './commands.ts';
import { addressOwner, type Endpoints } from './owners.ts';

/** What a client waits when nobody says otherwise: long enough for three SYNs and for ARP to give up. */
const DEFAULT_WAIT_NS = 5 * NS_PER_S;
/** Time given to the last segments after the answer or error. */
const CLOSING_NS = 500 * NS_PER_MS;
/** Events of one probe before it is called a loop. */
const MAX_EVENTS = 50_000;

/** A probe with its ends found. */
export interface ResolvedProbe {
  readonly spec: ProbeSpec;
  readonly netns: Netns;
  readonly address: IpAddr;
}

interface Ending {
  outcome: Outcome | null;
  body: string | null;
  closed: boolean;
}

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
  const ending: Ending = { outcome: null, body: null, closed: false };
  const deadline = sim.now + (probe.spec.waitNs ?? DEFAULT_WAIT_NS);
  const client = startClient(probe, recorder, (event) => {
    note(ending, event, probe.spec.protocol);
  });
  const first = sim.run({ deadline, maxSteps: MAX_EVENTS, until: () => ending.outcome !== null });
  const looped = first === 'limit' || drain(sim, ending) === 'limit';
  client.close();
  if (looped) sim.discard(isPacketEvent);
  const outcome = looped ? 'loop' : (ending.outcome ?? 'timeout');
  return resultOf(probe, ends, outcome, ending.body, recorder.close(sim.now, outcome));
}

function startClient(probe: ResolvedProbe, recorder: TraceRecorder, onEvent: (event: ClientEvent) => void): { close(): void } {
  const { netns, address, spec } = probe;
  const client = { dst: address, port: spec.port, recorder, onEvent };
  switch (spec.protocol) {
    case 'tcp': {
      const host = spec.port === 80 ? address : `${address}:${spec.port}`;
      return netns.sockets.connectTcp({ ...client, process: 'curl', text: httpRequest(host, spec.bytes) });
    }
    case 'udp':
      return netns.sockets.sendUdp({
        ...client,
        process: 'nc',
        text: spec.bytes === undefined ? 'hello\n' : filler(spec.bytes),
      });
    case 'icmp':
      return netns.sockets.ping({
        ...client,
        process: 'ping',
        text: '',
        ...(spec.bytes === undefined ? {} : { echoBytes: spec.bytes }),
      });
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

function resultOf(probe: ResolvedProbe, ends: Endpoints, outcome: Outcome, body: string | null, trace: Trace): ProbeResult {
  const served = outcome === 'reply' ? servedStep(trace) : null;
  const saw = served?.l3.kind === 'ipv4' ? served.l3.src : null;
  return {
    spec: probe.spec,
    address: probe.address,
    port: probe.spec.port,
    outcome,
    backend: served === null ? null : backendName(served),
    backendSaw: saw === null ? null : { ip: saw, who: addressOwner(ends, saw) },
    body: body === null ? null : httpBodyOf(body),
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
