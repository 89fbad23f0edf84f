/**
 * Tiny real topologies for tests: machines on one wire, namespaces behind veth pairs, bridges; and clients that tell how it went.
 *
 *   const { a, b } = lab().machines({ a: '192.168.1.1/24', b: '192.168.1.2/24' });
 *   b.listen(80);
 *   expect(a.tcp('192.168.1.2', 80).outcome).toBe('answered');
 *
 * Nothing is faked: these are the engine's own kernels. What cannot be set up throws.
 */
import { assert } from '../../lib/assert.ts';
import { cidr, cidrAddress } from '../../lib/cidr.ts';
import { IP_ANY, ip } from '../../lib/ip.ts';
import { mac } from '../../lib/mac.ts';
import type { Provenance } from '../../lib/provenance.ts';
import type { Result } from '../../lib/result.ts';
import { createRng } from '../../lib/rng.ts';
import { NS_PER_S, Sim } from '../../sim/sim.ts';
import { Segment } from '../dev/segment.ts';
import { Kernel } from '../kernel.ts';
import type { Netns } from '../netns.ts';
import type { ClientEvent, ClientSpec, ServerRequest } from '../socket/sockets.ts';
import { TraceRecorder } from '../trace/recorder.ts';
import type { Trace, TraceStep } from '../trace/trace.ts';

export const BY_TEST: Provenance = { actor: 'test', action: 'lab', object: null };

/** How a client's attempt ended, and everything its packets did. */
export interface Flow {
  /** `answered`, an errno, or `silence` when the client gave up waiting. */
  readonly outcome: string;
  readonly text: string | null;
  readonly trace: Trace;
}

/** Events of one flow; a loop hits it. */
const MAX_EVENTS = 5_000;

export class Lab {
  readonly sim: Sim;
  readonly #segment: Segment;
  #flows = 0;

  constructor(seed: number) {
    this.sim = new Sim(createRng(seed));
    this.#segment = new Segment('wire', this.sim);
  }

  /** Machines on the wire, each with `eth0` of that address. */
  machines<Name extends string>(addresses: Readonly<Record<Name, string>>): Readonly<Record<Name, LabNetns>> {
    const entries = Object.entries(addresses) as [Name, string][];
    return Object.fromEntries(entries.map(([name, address]) => [name, this.machine(name, address)])) as Record<Name, LabNetns>;
  }

  machine(name: string, address: string): LabNetns {
    const kernel = new Kernel(name, this.sim, BY_TEST);
    done(kernel.root.addEther({ name: 'eth0', segment: this.#segment }, BY_TEST));
    const root = new LabNetns(this, kernel.root);
    root.up('eth0', address);
    return root;
  }

  /** A machine that is on no wire. */
  island(name: string): LabNetns {
    return new LabNetns(this, new Kernel(name, this.sim, BY_TEST).root);
  }

  /** Lets time pass, in seconds. */
  wait(seconds: number): void {
    this.sim.run({ deadline: this.sim.now + seconds * NS_PER_S, maxSteps: 100_000 });
  }

  flow(client: (spec: Omit<ClientSpec, 'dst' | 'port'>) => { close(): void }, waitSeconds: number): Flow {
    const recorder = new TraceRecorder(`flow-${++this.#flows}`, this.sim.now);
    const events: ClientEvent[] = [];
    const handle = client({ process: 'client', text: 'hello', recorder, onEvent: (event) => void events.push(event) });
    const ended = (): boolean => events.length > 0 && !this.sim.busy;
    const end = this.sim.run({ deadline: this.sim.now + waitSeconds * NS_PER_S, maxSteps: MAX_EVENTS, until: ended });
    if (events.some(({ kind }) => kind === 'answered')) this.wait(0.5);
    handle.close();
    const first = events[0];
    const looped = first?.kind !== 'answered' && (end === 'limit' || recorder.looped);
    const told = first === undefined ? 'silence' : first.kind === 'error' ? first.errno : first.kind;
    const outcome = looped ? 'loop' : told;
    const trace = recorder.close(this.sim.now, looped ? 'loop' : outcome === 'answered' ? 'reply' : 'timeout');
    return { outcome, text: first?.kind === 'answered' ? first.text : null, trace };
  }
}

/** One namespace of a lab. */
export class LabNetns {
  readonly lab: Lab;
  readonly netns: Netns;

  constructor(lab: Lab, netns: Netns) {
    this.lab = lab;
    this.netns = netns;
  }

  /** Brings a device up, with an address where one is given. */
  up(dev: string, address?: string): this {
    done(this.netns.setLink(dev, { up: true }, BY_TEST));
    if (address !== undefined) done(this.netns.addAddress(dev, cidr(address), {}, BY_TEST));
    return this;
  }

  bridge(name: string, options: { readonly address?: string; readonly mac?: string } = {}): this {
    done(this.netns.addBridge({ name, ...(options.mac === undefined ? {} : { mac: mac(options.mac) }) }, BY_TEST));
    return this.up(name, options.address);
  }

  /** A namespace of this machine behind a veth pair: `eth0` inside, `veth-NAME` here, a port of `master` where one is given. */
  pod(
    name: string,
    options: { readonly address: string; readonly via?: string; readonly master?: string; readonly hairpin?: boolean },
  ): LabNetns {
    const inside = this.netns.kernel.addNetns(name, BY_TEST);
    done(this.netns.addVeth({ name: `veth-${name}`, peer: { name: 'eth0', netns: inside } }, BY_TEST));
    const { master, hairpin = false } = options;
    done(this.netns.setLink(`veth-${name}`, { up: true, hairpin, ...(master === undefined ? {} : { master }) }, BY_TEST));
    const pod = new LabNetns(this.lab, inside);
    pod.up('lo').up('eth0', options.address);
    if (options.via !== undefined) pod.route('default', options.via);
    return pod;
  }

  route(dst: string, via: string, dev?: string): this {
    const to = dst === 'default' ? dst : cidr(dst);
    done(this.netns.addRoute({ dst: to, via: ip(via), ...(dev === undefined ? {} : { dev }) }, BY_TEST));
    return this;
  }

  sysctl(name: string, value: number): this {
    done(this.netns.sysctl.set(name, String(value)));
    return this;
  }

  /** `iptables …`, without the word. */
  iptables(args: string): this {
    const result = this.netns.netfilter.command(args, BY_TEST);
    assert(result.exitCode === 0, `iptables ${args}: ${result.stderr}`);
    return this;
  }

  listen(
    port: number,
    answer: (request: ServerRequest) => string = ({ peer }) => `you are ${peer.addr}`,
    protocol: 'tcp' | 'udp' = 'tcp',
  ): this {
    done(this.netns.listen({ protocol, addr: IP_ANY, port, process: 'server', handler: answer }));
    return this;
  }

  tcp(dst: string, port: number, waitSeconds = 10): Flow {
    return this.lab.flow((spec) => this.netns.sockets.connectTcp({ ...spec, dst: ip(dst), port }), waitSeconds);
  }

  udp(dst: string, port: number, waitSeconds = 10, bytes = 5): Flow {
    const text = 'hello'.padEnd(bytes, '.');
    return this.lab.flow((spec) => this.netns.sockets.sendUdp({ ...spec, dst: ip(dst), port, text }), waitSeconds);
  }

  ping(dst: string, waitSeconds = 10, echoBytes = 56): Flow {
    return this.lab.flow((spec) => this.netns.sockets.ping({ ...spec, dst: ip(dst), port: 0, echoBytes }), waitSeconds);
  }

  /** `addr dev state`, per neighbour, as `ip neigh` orders them. */
  neighbours(): readonly string[] {
    return this.netns.view().neighbours.map(({ addr, dev, state }) => `${addr} ${dev} ${state}`);
  }

  address(dev: string): string {
    const first = this.netns.link(dev)?.addresses[0];
    assert(first !== undefined, `${dev} has no address`);
    return cidrAddress(first.address);
  }
}

/** A new lab. */
export function lab(seed = 1): Lab {
  return new Lab(seed);
}

/** `PLACE DEV in/out LABEL` of every device a packet crossed, in order; ARP left out unless it is asked for. */
export function crossings(trace: Trace, options: { readonly arp: boolean } = { arp: false }): readonly string[] {
  const labels = new Map(trace.packets.map(({ id, label }) => [id, label]));
  return trace.steps.flatMap((step) => {
    if ((step.kind !== 'dev.tx' && step.kind !== 'dev.rx') || (step.l3.kind === 'arp' && !options.arp)) return [];
    const place = step.netns === 'root' ? step.node : step.netns;
    return [`${place} ${step.dev.name} ${step.kind === 'dev.tx' ? 'out' : 'in'} ${labels.get(step.packetId) ?? ''}`];
  });
}

/** The steps of one kind. */
export function stepsOf<K extends TraceStep['kind']>(trace: Trace, kind: K): readonly Extract<TraceStep, { kind: K }>[] {
  return trace.steps.filter((step): step is Extract<TraceStep, { kind: K }> => step.kind === kind);
}

function done(result: Result<unknown, string>): void {
  assert(result.ok, result.ok ? '' : result.error);
}
