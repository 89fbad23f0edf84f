/**
 * kube-proxy's doors opened on a simulated namespace: each call is the command an operator would run in the node's root namespace.
 */
import { cidrAddress } from '../../lib/cidr.ts';
import type { IpAddr } from '../../lib/ip.ts';
import type { Provenance } from '../../lib/provenance.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Conn } from '../../net/netfilter/conntrack-types.ts';
import type { TableName } from '../../net/netfilter/hooks.ts';
import type { Netns } from '../../net/netns.ts';
import type { ConntrackFilter } from './conntrack-cleanup.ts';
import { healthCheckResponse, type HealthChecks, type ServiceHealthCheck } from './health-check.ts';
import type { IptablesPort, RestoreRequest } from './iptables-port.ts';
import { BY_KUBE_PROXY } from './provenance.ts';

export class NetnsIptablesPort implements IptablesPort {
  readonly #netns: Netns;
  /** Health check listeners by Service, address and port. */
  readonly #healthChecks = new Map<string, { check: ServiceHealthCheck; readonly close: () => void }>();

  /** `netns` is the node's root namespace. */
  constructor(netns: Netns) {
    this.#netns = netns;
  }

  ensureChain(table: TableName, chain: string, by: Provenance): Result<void, string> {
    return this.chainExists(table, chain) ? ok(undefined) : this.#iptables(`-t ${table} -N ${chain}`, by);
  }

  ensureRulePrepended(table: TableName, chain: string, rule: string, by: Provenance): Result<void, string> {
    const found = this.#iptables(`-t ${table} -C ${chain} ${rule}`, by);
    return found.ok ? found : this.#iptables(`-t ${table} -I ${chain} ${rule}`, by);
  }

  chains(table: TableName): Iterable<string> {
    return this.#netns.netfilter.ruleset[table].chains.keys();
  }

  chainExists(table: TableName, chain: string): boolean {
    return this.#netns.netfilter.ruleset[table].chains.has(chain);
  }

  restore({ text, provenanceOf }: RestoreRequest): Result<void, string> {
    const restored = this.#netns.netfilter.restore(text, { noflush: true, counters: true, by: BY_KUBE_PROXY, provenanceOf });
    return restored.ok ? ok(undefined) : err(restored.error.map(({ text }) => text).join(''));
  }

  getSysctl(name: string): number | null {
    const value = this.#netns.sysctl.get(name);
    return value === null ? null : Number(value);
  }

  setSysctl(name: string, value: number): Result<void, string> {
    return this.#netns.sysctl.set(name, String(value));
  }

  interfaceAddresses(): readonly IpAddr[] {
    return this.#netns.links().flatMap((dev) => dev.addresses.map(({ address }) => cidrAddress(address)));
  }

  deleteConntrack(filter: ConntrackFilter): void {
    this.#netns.netfilter.conntrack.delete((conn) => matches(conn, filter));
    this.#netns.touch();
  }

  serveHealthChecks({ addresses, checks }: HealthChecks): void {
    const wanted = checks.flatMap((check) => addresses.map((addr) => ({ addr, check })));
    const keys = new Set(wanted.map(({ addr, check }) => listenerKey(addr, check)));
    for (const [key, { close }] of this.#healthChecks) {
      if (keys.has(key)) continue;
      close();
      this.#healthChecks.delete(key);
    }
    for (const { addr, check } of wanted) this.#serve(addr, check);
  }

  #serve(addr: IpAddr, check: ServiceHealthCheck): void {
    const key = listenerKey(addr, check);
    const serving = this.#healthChecks.get(key);
    if (serving !== undefined) {
      serving.check = check;
      return;
    }
    const entry = { check, close: (): void => undefined };
    const opened = this.#netns.listen({
      protocol: 'tcp',
      addr,
      port: check.port,
      process: 'kube-proxy',
      handler: () => healthCheckResponse(entry.check),
    });
    // A port already taken is only logged by the real one; the load balancer then finds no answer there.
    if (opened.ok) this.#healthChecks.set(key, Object.assign(entry, { close: opened.value }));
  }

  #iptables(command: string, by: Provenance): Result<void, string> {
    const done = this.#netns.netfilter.command(command, by);
    return done.exitCode === 0 ? ok(undefined) : err(done.stderr);
  }
}

function listenerKey(addr: IpAddr, { service, port }: ServiceHealthCheck): string {
  return `${service} ${addr}:${port}`;
}

function matches(conn: Conn, filter: ConntrackFilter): boolean {
  return (
    conn.original.protocol === filter.protocol &&
    (filter.origDst === undefined || conn.original.dst === filter.origDst) &&
    (filter.origDport === undefined || conn.original.dport === filter.origDport) &&
    (filter.dstNat === undefined || (conn.dstNat && conn.reply.src === filter.dstNat))
  );
}
