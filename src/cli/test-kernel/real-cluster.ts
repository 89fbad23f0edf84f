/**
 * The real side: runs an exported script, sends probes through it, and reads back what the kernel has.
 */
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DRIVER_PROGRAM } from './driver-program.ts';
import type { End, Observation } from './observation.ts';

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
}

/** Packets by `TABLE CHAIN NUMBER`. */
type Counts = Readonly<Record<string, number>>;

interface DriverAnswer {
  readonly outcome: string;
  readonly ttl: number | null;
  readonly text: string;
  readonly counters: Readonly<Record<string, Counts>>;
}

export class RealCluster {
  readonly #folder = mkdtempSync(join(tmpdir(), 'kubehop-'));
  readonly #script = join(this.#folder, 'cluster.sh');
  readonly #prefix: string;
  readonly #nodes: readonly string[];
  #driver: ChildProcess | null = null;
  #answers: AsyncIterator<string> | null = null;
  /** As they were after the last probe; null when something else has moved them since. */
  #counters: DriverAnswer['counters'] | null = null;

  /** `nodes`: the machines whose rules are counted; `prefix` begins every namespace's name. */
  constructor(script: string, nodes: readonly string[], prefix: string) {
    this.#prefix = prefix;
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
    const driver = spawn('python3', ['-c', DRIVER_PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#driver = driver;
    this.#answers = createInterface({ input: driver.stdout })[Symbol.asyncIterator]();
    return ran;
  }

  /** Removes all the script made, and the script. */
  async down(): Promise<void> {
    this.#driver?.stdin?.end();
    this.#driver = null;
    await this.#run('bash', [this.#script, 'down']);
    process.off('exit', this.#leave);
    rmSync(this.#folder, { recursive: true });
  }

  /** What a tool prints in a namespace. */
  async print(netns: string, ...command: readonly string[]): Promise<string> {
    const ran = await this.#run('ip', ['netns', 'exec', this.#name(netns), ...command]);
    if (ran.status !== 0) throw new Error(`${command.join(' ')} in ${netns}: ${ran.err}`);
    return ran.out;
  }

  /** Servers begin anew: what they still had to send to a client that is gone must not move the next probe's counters. */
  async restartServers(): Promise<void> {
    await this.#run('bash', [this.#script, 'restart-servers']);
    this.#counters = null;
  }

  /** One connection from a state without connections, and how it ended. */
  async probe(probe: RealProbe): Promise<End> {
    const answer = await this.#ask(probe, []);
    this.#counters = null;
    return endOf(answer);
  }

  /** One connection, how it ended, and the rules it moved. */
  async countedProbe(probe: RealProbe): Promise<Observation> {
    const before = this.#counters ?? (await this.#ask(null, this.#nodes)).counters;
    const answer = await this.#ask(probe, this.#nodes);
    this.#counters = answer.counters;
    const rules = this.#nodes.flatMap((node) => {
      const name = this.#name(node);
      return moved(node, before[name] ?? {}, answer.counters[name] ?? {});
    });
    return { ...endOf(answer), rules: rules.sort() };
  }

  async #ask(probe: RealProbe | null, count: readonly string[]): Promise<DriverAnswer> {
    if (this.#driver === null || this.#answers === null) throw new Error('the cluster is not up');
    const request = {
      forget: this.#nodes.map((node) => this.#name(node)),
      probe: probe === null ? null : [this.#name(probe.netns), probe.address, probe.port, probe.protocol, probe.seconds],
      count: count.map((node) => this.#name(node)),
    };
    this.#driver.stdin?.write(`${JSON.stringify(request)}\n`);
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error('the driver program ended');
    return JSON.parse(answer.value) as DriverAnswer;
  }

  #name(netns: string): string {
    return `${this.#prefix}_${netns}`;
  }

  #env(): NodeJS.ProcessEnv {
    return { ...process.env, KUBEHOP_PREFIX: this.#prefix };
  }

  #run(program: string, argv: readonly string[]): Promise<Ran> {
    return new Promise((done) => {
      execFile(program, argv, { env: this.#env(), maxBuffer: 1 << 28 }, (error, out, err) => {
        done({ status: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, out, err });
      });
    });
  }
}

/** Servers say `NAME saw ADDRESS ttl TTL`. */
function endOf({ outcome, ttl, text }: DriverAnswer): End {
  const [, backend = null, saw = null, requestTtl = null] = /^(\S+) saw (\S+) ttl (\S+)$/.exec(text) ?? [];
  return { outcome, backend, saw, requestTtl, replyTtl: ttl === null ? null : String(ttl) };
}

function moved(node: string, before: Counts, after: Counts): readonly string[] {
  return Object.entries(after).flatMap(([rule, packets]) => (packets > (before[rule] ?? 0) ? [`${node} ${rule}`] : []));
}
