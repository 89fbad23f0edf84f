/**
 * The netfilter of one network namespace: rules, connection tracking and nat at the five hooks.
 *
 * Tables hang on the hooks in kernel priority order with conntrack at -200, nat's destination at -100 and source at 100, and
 * confirmation last. Conntrack runs from the moment a nat table or a rule that asks for it exists, as on Linux
 * (nf_ct_netns_get). Seen with `iptables-save -c`, `iptables -nvL`, `conntrack -L`.
 * Simplification: once on, conntrack stays on; tables once made stay, with all their base chains.
 */
import { assert } from '../../lib/assert.ts';
import type { Provenance } from '../../lib/provenance.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Place } from '../trace/recorder.ts';
import type { Skb } from '../skb.ts';
import type { NetfilterView } from '../view.ts';
import type { StepDetail } from '../trace/trace.ts';
import { isIcmpError, type Ipv4Packet, type L3 } from '../wire/packet.ts';
import { runCommand, type CommandResult } from './command.ts';
import { ConntrackTable } from './conntrack.ts';
import { Counters, ZERO, type CounterSnapshot } from './counters.ts';
import { TableDraft, type TableChange } from './draft.ts';
import { emptyRuleset, TABLE_NAMES } from './empty.ts';
import { TableWalker, type Walk } from './evaluate.ts';
import {
  TABLES_OF_HOOK,
  type Hook,
  type HookResult,
  type NetfilterHost,
  type Reroute,
  type RuleRef,
  type TableName,
} from './hooks.ts';
import { listTable, type ListOptions } from './list.ts';
import { IdSet } from './id-set.ts';
import { IpsetTable } from './ipset.ts';
import type { Match } from './match.ts';
import { isDone, manipOf, Nat } from './nat.ts';
import { endpointOf, isRewritten, manipulate, manipulateError, type Manip } from './nat-packet.ts';
import { ctStateOf, packetFacts, type AddressTypes, type ReversePathOf } from './packet-facts.ts';
import { Refusal } from './parse-values.ts';
import { RuleCache } from './rule-cache.ts';
import { readRestore, type RestoreError, type RestoreOptions, type Section } from './restore.ts';
import { saveTable } from './save.ts';
import type { Chain, Rule, Ruleset, Table } from './ruleset.ts';
import { StatefulMatches } from './stateful.ts';
import type { Target } from './target.ts';

const ACCEPT: HookResult = { verdict: 'ACCEPT' };
const STOLEN: HookResult = { verdict: 'STOLEN' };

/** Steps of a hook: a table, or what the kernel does between tables. */
type Stage = { readonly kind: 'table'; readonly table: TableName } | { readonly kind: 'conntrack' | 'nat' | 'confirm' };

function stagesOf(hook: Hook): readonly Stage[] {
  const stages: Stage[] = TABLES_OF_HOOK[hook].map((table) => (table === 'nat' ? { kind: 'nat' } : { kind: 'table', table }));
  if (hook === 'PREROUTING' || hook === 'OUTPUT') stages.splice(1, 0, { kind: 'conntrack' });
  if (hook === 'INPUT' || hook === 'POSTROUTING') stages.push({ kind: 'confirm' });
  return stages;
}

const STAGES: Readonly<Record<Hook, readonly Stage[]>> = {
  PREROUTING: stagesOf('PREROUTING'),
  INPUT: stagesOf('INPUT'),
  FORWARD: stagesOf('FORWARD'),
  OUTPUT: stagesOf('OUTPUT'),
  POSTROUTING: stagesOf('POSTROUTING'),
};

/** What a restore changed. */
export interface RestoreReport {
  readonly added: readonly Rule[];
  readonly removed: readonly Rule[];
  readonly chains: readonly { readonly table: TableName; readonly chain: string }[];
}

/** What mangle or nat changed that OUTPUT must route anew, before filter sees it (nf_route_table_hook4, nf_nat_ipv4_local_fn). */
function routesAgain(stage: Stage, before: { readonly l3: L3; readonly mark: number }, skb: Skb): boolean {
  if (before.l3.kind !== 'ipv4' || skb.l3.kind !== 'ipv4') return false;
  const moved = before.l3.dst !== skb.l3.dst;
  if (stage.kind === 'nat') return moved;
  if (stage.kind !== 'table' || stage.table !== 'mangle') return false;
  return moved || before.l3.src !== skb.l3.src || before.l3.tos !== skb.l3.tos || before.mark !== skb.mark;
}

function drop(at: RuleRef | null): HookResult {
  return { verdict: 'DROP', reason: 'NETFILTER_DROP', at, reject: null };
}

type StepOp = Extract<StepDetail, { kind: 'ct' }>['op'];

/** What nf_conntrack_in logs when it drops for want of room. */
const TABLE_FULL = 'nf_conntrack: table full, dropping packet';

function needsConntrack(match: Match | Target | null): boolean {
  return match !== null && ['conntrack', 'state', 'connmark', 'CONNMARK'].includes(match.kind);
}

export class Netfilter {
  readonly conntrack: ConntrackTable;
  readonly ipset: IpsetTable;
  readonly #host: NetfilterHost;
  readonly #cache: RuleCache;
  readonly #types: AddressTypes;
  readonly #reversePath: ReversePathOf;
  readonly #nat: Nat;
  readonly #counters = new Counters();
  readonly #stateful: StatefulMatches;
  readonly #walker: TableWalker;
  readonly #jumps = new WeakMap<Chain, readonly string[]>();
  #ruleset: Ruleset = emptyRuleset();
  #made: ReadonlySet<TableName> = new Set();
  #tracking = false;
  /** Rules of lines that others say too, by id. */
  readonly #had = new IdSet();
  #view: NetfilterView | null = null;

  constructor(host: NetfilterHost, options: { readonly indexed?: boolean; readonly cache?: RuleCache } = {}) {
    this.#host = host;
    this.#cache = options.cache ?? new RuleCache();
    this.#types = { of: (addr, dev) => host.addressType(addr, dev) };
    this.#reversePath = (src, iif) => (iif === null || iif === 'lo' ? null : host.reversePath(src, iif));
    this.conntrack = new ConntrackTable(host);
    this.#nat = new Nat(host, this.conntrack);
    this.ipset = new IpsetTable({
      now: () => host.now(),
      changed: () => {
        host.changed();
      },
      initval: () => host.random.initval(),
      inUse: (name) => this.#asksSet(name),
    });
    this.#stateful = new StatefulMatches((probability) => host.random.statistic(probability));
    this.#walker = new TableWalker({ counters: this.#counters, stateful: this.#stateful, indexed: options.indexed ?? true });
  }

  get ruleset(): Ruleset {
    return this.#ruleset;
  }

  /** Tables that were ever written or listed, in the order iptables-save prints them. */
  get tables(): readonly TableName[] {
    return TABLE_NAMES.filter((table) => this.#made.has(table));
  }

  /** Applies `iptables-restore` text. On errors, tables committed before the first one stay applied. */
  restore(text: string, options: RestoreOptions): Result<RestoreReport, readonly RestoreError[]> {
    const changes: TableChange[] = [];
    const errors = readRestore(text, options, {
      cache: this.#cache,
      open: (table) => this.#draft(table),
      commit: (section) => changes.push(this.#commit(section)),
    });
    return errors.length > 0 ? err(errors) : ok(reportOf(changes));
  }

  /** Runs `iptables …` (the text after the program's name is split as a shell would, or given as words). */
  command(command: string | readonly string[], by: Provenance): CommandResult {
    const { nextRuleId } = this.#cache;
    const result = runCommand(command, {
      by,
      draft: (table) => this.#draft(table),
      commit: (section) => {
        this.#commit(section);
      },
      list: (table, chain, options) => this.list(table, chain, options),
      table: (table) => this.#ruleset[table],
      counters: () => this.#counters.snapshot(),
      zero: (table, chain) => this.zeroCounters({ table, chain }),
    });
    // Nothing was committed: the rules drafted never were, or a replay without the command would number others.
    if (result.exitCode !== 0) this.#cache.nextRuleId = nextRuleId;
    return result;
  }

  /** `iptables-save` text of one table, or of all that exist. Lines of date and program are left to the caller. */
  save(table: TableName | null, options: { readonly counters: boolean }): string {
    const names = table === null ? this.tables : [table];
    return names.map((name) => saveTable(this.#ruleset[name], this.#counters, options)).join('');
  }

  /** `iptables -L` text. */
  list(table: TableName, chain: string | null, options: ListOptions): string {
    return listTable(this.#ruleset[table], chain, this.#counters, options);
  }

  counters(): CounterSnapshot {
    return this.#counters.snapshot();
  }

  /** Rules, counters and policies as data; the same object until something changes. */
  view(): NetfilterView {
    const { rules, policies } = this.#counters.snapshot();
    const last = this.#view;
    const { sets } = this.ipset;
    const same = last?.ruleset === this.#ruleset && last.counters === rules && last.policyCounters === policies;
    if (same && last.sets === sets && last.tables.length === this.#made.size) return last;
    this.#view = { tables: this.tables, ruleset: this.#ruleset, sets, counters: rules, policyCounters: policies };
    return this.#view;
  }

  /**
   * `iptables -Z`: of everything, one table, or one chain. With the nf_tables back end a rule that counted is put anew in its place, so
   * its nth counts and limit buckets start again too; lists of `recent` do not.
   */
  zeroCounters(
    which: { readonly table: TableName | null; readonly chain: string | null } = { table: null, chain: null },
  ): void {
    this.#host.changed();
    if (which.table === null) {
      this.#stateful.forget(this.#counters.countedRules());
      this.#counters.restore({ rules: new Map(), policies: new Map() });
      return;
    }
    for (const chain of this.#ruleset[which.table].chains.values()) {
      if (which.chain !== null && which.chain !== chain.name) continue;
      const ids = chain.rules.map((rule) => rule.id);
      this.#stateful.forget(ids.filter((id) => this.#counters.rule(id).packets > 0));
      this.#counters.drop(ids);
      if (chain.policy !== null) this.#counters.setPolicy(which.table, chain.name, ZERO);
    }
  }

  /** Returns a closure that brings connections, counters, lists and draws' memory back to this moment. Rules are not part. */
  checkpoint(): () => void {
    const counters = this.#counters.snapshot();
    const restores = [this.conntrack.checkpoint(), this.#stateful.checkpoint(), () => this.#counters.restore(counters)];
    return () => {
      for (const restore of restores) restore();
    };
  }

  /** True when a table that was made hangs on the hook. */
  hangsOn(hook: Hook): boolean {
    return TABLES_OF_HOOK[hook].some((table) => this.#made.has(table));
  }

  /** Runs a hook on an IPv4 packet; the skb carries rewrites, mark and connection afterwards. */
  run(hook: Hook, skb: Skb, at: Place, reroute: Reroute | null = null): HookResult {
    for (const stage of STAGES[hook]) {
      const { l3, mark } = skb;
      const result = this.#stage(stage, hook, skb, at);
      if (result.verdict !== 'ACCEPT') return result;
      if (reroute !== null && routesAgain(stage, { l3, mark }, skb) && !reroute()) return STOLEN;
    }
    return ACCEPT;
  }

  #stage(stage: Stage, hook: Hook, skb: Skb, at: Place): HookResult {
    switch (stage.kind) {
      case 'table':
        return this.#made.has(stage.table) ? this.#table(stage.table, hook, skb, at) : ACCEPT;
      case 'conntrack':
        return this.#tracking ? this.#track(skb, at) : ACCEPT;
      case 'nat':
        return this.#made.has('nat') ? this.#translate(hook, skb, at) : ACCEPT;
      case 'confirm':
        return this.#tracking ? this.#confirm(skb, at) : ACCEPT;
    }
  }

  #walk(hook: Hook, skb: Skb, at: Place): Walk {
    const facts = packetFacts(skb, packetOf(skb), {
      now: this.#host.now(),
      types: this.#types,
      sets: this.ipset.sets,
      reversePath: this.#reversePath,
      in: hook === 'OUTPUT' || hook === 'POSTROUTING' ? null : skb.iif,
      out: hook === 'PREROUTING' || hook === 'INPUT' ? null : skb.oif,
    });
    return { hook, skb, place: at, facts };
  }

  #table(name: TableName, hook: Hook, skb: Skb, at: Place): HookResult {
    const table = this.#ruleset[name];
    const verdict = this.#walker.run(table, this.#walk(hook, skb, at));
    switch (verdict.kind) {
      case 'ACCEPT':
      case 'NAT':
        return ACCEPT;
      case 'DROP':
        return drop(verdict.at);
      case 'REJECT':
        this.#record(skb, at, { kind: 'reject', with: verdict.with, hook });
        return { verdict: 'DROP', reason: 'NETFILTER_DROP', at: verdict.at, reject: verdict.with };
    }
  }

  #record(skb: Skb, at: Place, detail: StepDetail): void {
    skb.recorder?.step(this.#host.now(), at, skb, detail);
  }

  #track(skb: Skb, at: Place): HookResult {
    const op = this.conntrack.incoming(skb, packetOf(skb));
    if (op === 'full') {
      this.#recordCt(skb, at, op);
      return { verdict: 'DROP', reason: 'NETFILTER_DROP', at: null, reject: null, why: TABLE_FULL };
    }
    // A packet that already has its connection is not looked up again; only a locally made error is worth telling.
    if (op === 'kept' && ctStateOf(skb.nfct) !== 'RELATED') return ACCEPT;
    this.#recordCt(skb, at, op === 'kept' ? 'related' : op);
    return ACCEPT;
  }

  #recordCt(skb: Skb, at: Place, op: StepOp): void {
    if (skb.recorder === null) return;
    const conn = skb.nfct === null || skb.nfct === 'untracked' ? null : skb.nfct.conn;
    const { original = null, reply = null, id = null } = conn ?? {};
    this.#record(skb, at, { kind: 'ct', op, state: ctStateOf(skb.nfct), original, reply, id });
  }

  #confirm(skb: Skb, at: Place): HookResult {
    const op = this.conntrack.confirm(skb);
    if (op === 'clash') return drop(null);
    if (op === 'confirmed') this.#recordCt(skb, at, 'confirmed');
    return ACCEPT;
  }

  /** nf_nat_inet_fn: decides for new connections, then rewrites by what was decided. */
  #translate(hook: Hook, skb: Skb, at: Place): HookResult {
    const { nfct } = skb;
    if (nfct === null || nfct === 'untracked') return ACCEPT;
    const { conn, ctinfo } = nfct;
    const manip = manipOf(hook);
    if (isIcmpError(packetOf(skb).l4)) {
      this.#rewrite(hook, manip, skb, at, null);
      return ACCEPT;
    }
    let rule: RuleRef | null = null;
    if (ctinfo.state !== 'ESTABLISHED' && !isDone(conn, manip)) {
      const walk = this.#walk(hook, skb, at);
      const verdict = this.#walker.run(this.#ruleset.nat, walk);
      if (verdict.kind === 'DROP' || verdict.kind === 'REJECT') return drop(verdict.at);
      if (verdict.kind === 'NAT') {
        rule = verdict.at;
        if (!this.#nat.apply(verdict.target, conn, skb, packetOf(skb), hook)) return drop(verdict.at);
      }
      if (!isDone(conn, manip)) this.#nat.nullBinding(conn, manip);
    } else if (this.#deviceChanged(hook, skb)) {
      this.conntrack.delete((other) => other === conn);
      return drop(null);
    }
    this.#rewrite(hook, manip, skb, at, rule);
    return ACCEPT;
  }

  /** A masqueraded connection that now leaves by another device is given up (nf_nat_oif_changed). */
  #deviceChanged(hook: Hook, skb: Skb): boolean {
    if (hook !== 'POSTROUTING' || skb.nfct === null || skb.nfct === 'untracked') return false;
    const { masqueradeDev } = this.conntrack.track(skb.nfct.conn);
    return masqueradeDev !== null && skb.nfct.ctinfo.direction === 'original' && skb.oif !== null && skb.oif !== masqueradeDev;
  }

  #rewrite(hook: Hook, manip: Manip, skb: Skb, at: Place, rule: RuleRef | null): void {
    if (skb.nfct === null || skb.nfct === 'untracked') return;
    const { conn, ctinfo } = skb.nfct;
    if (!isRewritten(conn, ctinfo.direction, manip)) return;
    const packet = packetOf(skb);
    const error = isIcmpError(packet.l4);
    const next = error
      ? manipulateError(packet, conn, ctinfo.direction, manip)
      : manipulate(packet, conn, ctinfo.direction, manip);
    if (next === packet) return;
    skb.l3 = next;
    this.#record(skb, at, {
      kind: 'nat',
      manip,
      hook,
      from: endpointOf(packet, manip),
      to: endpointOf(next, manip),
      rule,
      connId: conn.id,
    });
  }

  #draft(name: TableName): TableDraft {
    const madeAt = this.#host.now();
    return new TableDraft(
      this.#ruleset[name],
      {
        rule: (chain, spec, madeBy) => {
          this.#checkSets(spec.matches);
          return this.#cache.rule(chain, spec, { madeBy, madeAt, had: this.#had });
        },
        chain: (...parts) => this.#cache.chain(...parts),
      },
      this.#jumps,
    );
  }

  /** A rule can only ask a set that is there (libxt_set get_set_byname). */
  #checkSets(matches: readonly Match[]): void {
    for (const match of matches)
      if (match.kind === 'set' && !this.ipset.sets.has(match.name)) throw new Refusal(`Set ${match.name} doesn't exist.\n`);
  }

  #asksSet(name: string): boolean {
    return TABLE_NAMES.some((table) =>
      [...this.#ruleset[table].chains.values()].some((chain) =>
        chain.rules.some(({ matches }) => matches.some((match) => match.kind === 'set' && match.name === name)),
      ),
    );
  }

  #commit({ draft, policyCounters, ruleCounters }: Section): TableChange {
    const change = draft.finish();
    const { name } = change.table;
    if (change.chains.length > 0) this.#replace(name, change.table);
    if (!this.#made.has(name)) this.#made = new Set([...this.#made, name]);
    this.#tracking ||=
      name === 'nat' || change.added.some((rule) => rule.matches.some(needsConntrack) || needsConntrack(rule.target));
    if (change.removed.length > 0) this.#counters.drop(change.removed.map((rule) => rule.id));
    for (const [id, counter] of ruleCounters) this.#counters.setRule(id, counter);
    for (const [chain, counter] of policyCounters) this.#counters.setPolicy(name, chain, counter);
    this.#host.changed();
    return change;
  }

  #replace(name: TableName, table: Table): void {
    this.#ruleset = { ...this.#ruleset, [name]: table };
  }
}

function packetOf(skb: Skb): Ipv4Packet {
  assert(skb.l3.kind === 'ipv4', 'netfilter sees IPv4 only');
  return skb.l3;
}

function reportOf(changes: readonly TableChange[]): RestoreReport {
  const [only] = changes;
  return {
    added: changes.length === 1 && only !== undefined ? only.added : changes.flatMap((change) => change.added),
    removed: changes.length === 1 && only !== undefined ? only.removed : changes.flatMap((change) => change.removed),
    chains: changes.flatMap((change) => change.chains.map((chain) => ({ table: change.table.name, chain }))),
  };
}
