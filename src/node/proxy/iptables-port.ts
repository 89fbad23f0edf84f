/**
 * The doors through which kube-proxy's iptables mode reaches its node's kernel, each of them a command that an operator could
 * run in the node's root namespace (pkg/util/iptables Interface, component-helpers sysctl, pkg/proxy/conntrack).
 */
import type { IpAddr } from '../../lib/ip.ts';
import type { Provenance } from '../../lib/provenance.ts';
import type { Result } from '../../lib/result.ts';
import type { TableName } from '../../net/netfilter/hooks.ts';
import type { ConntrackFilter } from './conntrack-cleanup.ts';
import type { HealthChecks } from './health-check.ts';

export interface RestoreRequest {
  readonly text: string;
  /** Maker of each line the text adds. */
  readonly provenanceOf: (chain: string, line: string) => Provenance;
}

export interface IptablesPort {
  /** `iptables -t TABLE -N CHAIN`, unless it exists. */
  ensureChain(table: TableName, chain: string, by: Provenance): Result<void, string>;
  /** `iptables -t TABLE -C CHAIN RULE`, and where that fails `-I CHAIN RULE`. */
  ensureRulePrepended(table: TableName, chain: string, rule: string, by: Provenance): Result<void, string>;
  /** Names of a table's chains, as `iptables-save -t TABLE` lists them. */
  chains(table: TableName): Iterable<string>;
  chainExists(table: TableName, chain: string): boolean;
  /** `iptables-restore --noflush --counters`; the error is what it prints. */
  restore(request: RestoreRequest): Result<void, string>;
  /** A sysctl by its dotted name; null when there is none. */
  getSysctl(name: string): number | null;
  setSysctl(name: string, value: number): Result<void, string>;
  /** Addresses of all interfaces of the namespace. */
  interfaceAddresses(): readonly IpAddr[];
  /** `conntrack -D` with the filter's options. */
  deleteConntrack(filter: ConntrackFilter): void;
  /** Listens on exactly these ports of the node and answers 200 or 503. */
  serveHealthChecks(wanted: HealthChecks): void;
}
