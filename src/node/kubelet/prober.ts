/**
 * Runs a container's probes on the clock and counts successes and failures (pkg/kubelet/prober/worker.go). The first attempt comes
 * initialDelaySeconds after the start, liveness and readiness wait for the startup probe.
 */
import type { Probe } from '../../api/types/container.ts';
import type { Result } from '../../lib/result.ts';
import { NS_PER_S, type Sim, type Timer } from '../../sim/sim.ts';

export type ProbeKind = 'Startup' | 'Readiness' | 'Liveness';

export interface ProbeWorkerOptions {
  readonly sim: Sim;
  readonly kind: ProbeKind;
  readonly probe: Probe;
  /** `namespace/pod/container`, for event labels. */
  readonly name: string;
  readonly attempt: () => Result<void, string>;
  /** Told of every attempt that failed. */
  readonly onFailure: (message: string) => void;
  /** Told when the verdict changes, after the thresholds; readiness begins with no, liveness with yes. */
  readonly onVerdict: (healthy: boolean) => void;
}

export class ProbeWorker {
  readonly #options: ProbeWorkerOptions;
  #timer: Timer | null = null;
  #stopped = false;
  /** Null: not known yet (a startup probe at its beginning). */
  #verdict: boolean | null;
  /** The last result and how often it came in a row (worker.go resultRun). */
  #last: boolean | null = null;
  #run = 0;

  constructor(options: ProbeWorkerOptions) {
    this.#options = options;
    this.#verdict = options.kind === 'Startup' ? null : options.kind === 'Liveness';
  }

  start(): void {
    const { sim, kind, probe, attempt } = this.#options;
    const delay = (probe.initialDelaySeconds ?? 0) * NS_PER_S;
    const first = (): void => {
      this.#probe();
    };
    // A liveness probe that has nothing to complain of changes nothing: the cluster is at rest without it.
    const quiet = kind === 'Liveness' && attempt().ok;
    this.#timer = quiet ? sim.background(delay, this.#label, first) : sim.after(delay, this.#label, first);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  get #label(): string {
    return `${this.#options.kind} probe ${this.#options.name}`;
  }

  #probe(): void {
    if (this.#stopped) return;
    const { sim, probe, attempt, onFailure } = this.#options;
    const period = (probe.periodSeconds ?? 10) * NS_PER_S;
    const again = (): void => {
      this.#probe();
    };
    const result = attempt();
    this.#run = result.ok === this.#last ? this.#run + 1 : 1;
    this.#last = result.ok;
    const counts = this.#run >= (result.ok ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3));
    const tips = counts && this.#verdict !== result.ok;
    if (tips) this.#verdict = result.ok;
    // While a change of verdict is on its way the cluster is not at rest; what will say the same again waits in the background.
    this.#timer =
      this.#verdict === result.ok ? sim.background(period, this.#label, again) : sim.after(period, this.#label, again);
    if (!result.ok) onFailure(result.error);
    if (tips) this.#options.onVerdict(result.ok);
  }
}
