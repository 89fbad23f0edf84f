/**
 * One machine's Linux kernel, as far as its network goes: namespaces, a random source, the clock it lives by.
 *
 * It knows nothing of Kubernetes. Agents talk to it as real ones do: links, addresses, routes, sysctls, iptables-restore text.
 */
import { assert } from '../lib/assert.ts';
import type { Mac } from '../lib/mac.ts';
import { randomMac } from '../lib/mac.ts';
import type { Provenance } from '../lib/provenance.ts';
import type { Rng, RngStream } from '../lib/rng.ts';
import type { Sim } from '../sim/sim.ts';
import { RuleCache } from './netfilter/rule-cache.ts';
import { Netns } from './netns.ts';
import type { SysctlTable } from './sysctl.ts';

export class Kernel {
  /** The machine's host name, `class`. */
  readonly name: string;
  readonly sim: Sim;
  readonly rng: Rng;
  /** The initial network namespace. */
  readonly root: Netns;
  /** Decides the draws of `-m statistic` in place of the random stream while outcomes are explored; else null. */
  chance: ((probability: number) => number) | null = null;
  readonly #sysctlViews = new Map<string, ReadonlyMap<string, string>>();
  readonly #namespaces = new Map<string, Netns>();
  readonly #modules = new Set<'ipip'>();

  /** Rules read before, shared by the kernels of a world. */
  readonly ruleCache: RuleCache;

  constructor(name: string, sim: Sim, by: Provenance, ruleCache = new RuleCache()) {
    this.name = name;
    this.ruleCache = ruleCache;
    this.sim = sim;
    this.rng = sim.rng;
    this.root = new Netns(this, 'root', by);
    this.#namespaces.set('root', this.root);
    this.root.setLink('lo', { up: true }, by);
  }

  /** A new namespace with `lo` down and nothing else (`ip netns add`). */
  addNetns(name: string, by: Provenance): Netns {
    assert(!this.#namespaces.has(name), `namespace ${name} exists on ${this.name}`);
    const netns = new Netns(this, name, by);
    this.#namespaces.set(name, netns);
    if (this.#modules.has('ipip')) netns.addFallbackIpip();
    return netns;
  }

  /** `modprobe`: the ipip module has a device in every namespace there is and will be. */
  modprobe(module: 'ipip'): void {
    this.#modules.add(module);
    for (const netns of this.#namespaces.values()) netns.addFallbackIpip();
  }

  /** Takes a namespace away with all its devices; the other ends of its veth pairs go too. */
  deleteNetns(name: string, by: Provenance): void {
    const netns = this.#namespaces.get(name);
    if (netns === undefined || netns === this.root) return;
    for (const dev of [...netns.links()]) netns.deleteLink(dev.name, by);
    this.#namespaces.delete(name);
    for (const other of this.#namespaces.values()) other.netnsIds.forget(netns);
  }

  netns(name: string): Netns | undefined {
    return this.#namespaces.get(name);
  }

  namespaces(): readonly Netns[] {
    return [...this.#namespaces.values()];
  }

  /** This machine's own stream of that name. */
  random(purpose: string): RngStream {
    return this.rng.fork(`${this.name}:${purpose}`);
  }

  /** The next draw of `-m statistic` with that probability (0 to 1); an explorer of outcomes may decide it instead of chance. */
  statistic(probability: number): number {
    return this.chance === null ? this.random('netfilter.statistic').u32() : this.chance(probability);
  }

  /** True with that probability, drawn as `-m statistic` draws (xt_statistic.c: the low 31 bits). */
  happens(probability: number): boolean {
    return (this.statistic(probability) & 0x7fffffff) < probability * 0x80000000;
  }

  /** A random link address for a new device. */
  newMac(): Mac {
    return randomMac(this.random('mac'));
  }

  /** The settings of a namespace; one map for all namespaces that have the same. */
  sysctlView(table: SysctlTable): ReadonlyMap<string, string> {
    const signature = table.signature();
    let view = this.#sysctlViews.get(signature);
    if (view === undefined) {
      view = table.entries();
      this.#sysctlViews.set(signature, view);
    }
    return view;
  }

  /** Returns a closure that undoes what traffic has changed since. */
  checkpoint(): () => void {
    const restores = [...this.#namespaces.values()].map((netns) => netns.checkpoint());
    return () => {
      for (const restore of restores) restore();
    };
  }
}
