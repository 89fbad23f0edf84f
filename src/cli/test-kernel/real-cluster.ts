/**
 * The real side: runs an exported script, sends probes through it, and reads back what the kernel has.
 */
import { execFile, execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { WIRE } from '../../cluster/export/places.ts';
import { DRIVER_PROGRAM } from './driver-program.ts';
import type { SeenFrame } from './hop-lines.ts';
import type { End } from './observation.ts';

/** Exit status of a script that says what the machine or its kernel lacks. */
export const LACKING = 3;

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Client, address, port, protocol, seconds. */
export interface RealProbe {
  readonly netns: string;
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
  readonly seconds: number;
  /** Data the client sends; 0 for a small request. */
  readonly bytes: number;
}

/** A device of a kind the kernel lacks, in whose place there is one that leads nowhere. */
export interface StandIn {
  readonly netns: string;
  readonly dev: string;
  readonly kind: string;
}

/** Packets by `TABLE CHAIN NUMBER`. */
type Counts = Readonly<Record<string, number>>;

/** How a connection ended, the rules it moved, and what the devices saw of it. */
export interface CountedEnd extends End {
  readonly rules: readonly string[];
  readonly frames: readonly SeenFrame[];
}

interface DriverAnswer {
  readonly outcome: string;
  readonly ttl: number | null;
  readonly text: string;
  readonly counters: Readonly<Record<string, Counts>>;
  /** Namespace, device, whether it goes out, bytes in hexadecimal. */
  readonly frames: readonly (readonly [netns: string, dev: string, out: boolean, bytes: string])[];
}

export class RealCluster {
  /** Where python3 is: the first in PATH may be a program that looks for it each time. */
  static #python: string | null = null;
  readonly #folder = mkdtempSync(join(tmpdir(), 'kubehop-'));
  readonly #script = join(this.#folder, 'cluster.sh');
  readonly #prefix: string;
  readonly #nodes: readonly string[];
  readonly #standIns: boolean;
  #driver: ChildProcess | null = null;
  #answers: AsyncIterator<string> | null = null;
  /** As they were after the last probe; null when something else has moved them since. */
  #counters: DriverAnswer['counters'] | null = null;

  /** `nodes`: the machines whose rules are counted; `prefix` begins every namespace's name; `standIns`: builds what the kernel has. */
  constructor(script: string, nodes: readonly string[], prefix: string, { standIns = false } = {}) {
    this.#prefix = prefix;
    this.#standIns = standIns;
    this.#nodes = nodes;
    writeFileSync(this.#script, script);
  }

  /** A process that is ended on the way removes what it made all the same. */
  readonly #leave = (): void => {
    spawnSync('bash', [this.#script, 'down'], { env: this.#env() });
  };

  async up(): Promise<Ran> {
    process.on('exit', this.#leave);
    const ran = await this.#run('bash', [this.#script, 'up']);
    if (ran.status !== 0) return ran;
    const driver = spawn('python3', ['-c', DRIVER_PROGRAM], { env: this.#env(), stdio: ['pipe', 'pipe', 'inherit'] });
    this.#driver = driver;
    this.#answers = createInterface({ input: driver.stdout })[Symbol.asyncIterator]();
    return ran;
  }

  /** Who asks by ARP in vain gives up after a third of a second, not after three. */
  async hurry(netns: readonly string[]): Promise<void> {
    await this.#ask({ hurry: netns.map((name) => this.#name(name)) });
  }

  /** All frames of these namespaces are seen from now on. */
  async watch(netns: readonly string[]): Promise<void> {
    await this.#ask({ watch: netns.map((name) => this.#name(name)) });
  }

  /** Removes all the script made, and the script. */
  async down(): Promise<void> {
    this.#driver?.stdin?.end();
    this.#driver = null;
    const { status, err } = await this.#run('bash', [this.#script, 'down']);
    if (status !== 0) throw new Error(`the cluster could not be removed: ${err}`);
    process.off('exit', this.#leave);
    rmSync(this.#folder, { recursive: true });
  }

  /** What a tool prints in a namespace. */
  async print(netns: string, ...command: readonly string[]): Promise<string> {
    const [text = ''] = await this.printAll(netns, [command]);
    return text;
  }

  /** What tools print in a namespace. */
  async printAll(netns: string, commands: readonly (readonly string[])[]): Promise<readonly string[]> {
    return (await this.#ask({ print: commands.map((command) => [this.#name(netns), ...command]) })) as readonly string[];
  }

  /** One connection from a state without connections, and how it ended. */
  async probe(probe: RealProbe): Promise<End> {
    const answer = await this.#try(probe, []);
    this.#counters = null;
    if (answer.outcome === 'timeout') await this.#restartServers();
    return endOf(answer);
  }

  /** One connection, how it ended, the rules it moved, and the frames seen meanwhile. */
  async countedProbe(probe: RealProbe): Promise<CountedEnd> {
    const before = this.#counters ?? (await this.#try(null, this.#nodes)).counters;
    const answer = await this.#try(probe, this.#nodes);
    this.#counters = answer.counters;
    if (answer.outcome === 'timeout') await this.#restartServers();
    const rules = this.#nodes.flatMap((node) => {
      const name = this.#name(node);
      return moved(node, before[name] ?? {}, answer.counters[name] ?? {});
    });
    return { ...endOf(answer), rules: rules.sort(), frames: answer.frames.map((frame) => this.#frame(frame)) };
  }

  #frame([netns, dev, out, bytes]: DriverAnswer['frames'][number]): SeenFrame {
    const name = netns.slice(this.#prefix.length + 1);
    return { netns: name, dev, dir: out ? 'out' : 'in', bytes: Buffer.from(bytes, 'hex') };
  }

  /** Servers begin anew: what they still had to send to a client that is gone must not move the next probe's counters. */
  async #restartServers(): Promise<void> {
    await this.#ask({ restart: this.#name(WIRE) });
    this.#counters = null;
  }

  async #try(probe: RealProbe | null, count: readonly string[]): Promise<DriverAnswer> {
    const told = {
      forget: [...this.#nodes, ...(probe === null ? [] : [probe.netns])].map((netns) => this.#name(netns)),
      probe: probe === null ? null : this.#probeWords(probe),
      count: count.map((node) => this.#name(node)),
    };
    return (await this.#ask({ probe: told })) as DriverAnswer;
  }

  #probeWords({ netns, address, port, protocol, seconds, bytes }: RealProbe): readonly (string | number)[] {
    return [this.#name(netns), address, port, protocol, seconds, bytes];
  }

  async #ask(request: Readonly<Record<string, unknown>>): Promise<unknown> {
    if (this.#driver === null || this.#answers === null) throw new Error('the cluster is not up');
    this.#driver.stdin?.write(`${JSON.stringify(request)}\n`);
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error('the driver program ended');
    return JSON.parse(answer.value);
  }

  #name(netns: string): string {
    return `${this.#prefix}_${netns}`;
  }

  #env(): NodeJS.ProcessEnv {
    RealCluster.#python ??= execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
    const path = `${dirname(RealCluster.#python)}:${process.env['PATH'] ?? ''}`;
    return { ...process.env, PATH: path, KUBEHOP_PREFIX: this.#prefix, KUBEHOP_STAND_INS: this.#standIns ? 'yes' : 'no' };
  }

  #run(program: string, argv: readonly string[]): Promise<Ran> {
    return new Promise((done) => {
      execFile(program, argv, { env: this.#env(), maxBuffer: 1 << 28 }, (error, out, err) => {
        done({ status: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, out, err });
      });
    });
  }
}

/** What a script that was run says of its stand-ins. */
export function standInsOf({ out }: Ran): readonly StandIn[] {
  return [...out.matchAll(/^stand-in: (\S+) (\S+) (\S+)$/gm)].map(([, netns = '', dev = '', kind = '']) => ({
    netns,
    dev,
    kind,
  }));
}

/** Servers say `NAME saw ADDRESS ttl TTL`. */
function endOf({ outcome, ttl, text }: DriverAnswer): End {
  const [, backend = null, saw = null, requestTtl = null] = /^(\S+) saw (\S+) ttl (\S+)$/.exec(text) ?? [];
  return { outcome, backend, saw, requestTtl, replyTtl: ttl === null ? null : String(ttl) };
}

function moved(node: string, before: Counts, after: Counts): readonly string[] {
  return Object.entries(after).flatMap(([rule, packets]) => (packets > (before[rule] ?? 0) ? [`${node} ${rule}`] : []));
}
