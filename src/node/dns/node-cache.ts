/**
 * node-cache of NodeLocal DNSCache beside its CoreDNS (kubernetes/dns cmd/node-cache/app, pkg/netif): the dummy device that has the address
 * it listens on, the rules that keep conntrack from its packets, and the Corefile from a template.
 *
 * The device is there before the sockets open, and is never set up: an address is local without that. The rules follow when CoreDNS serves.
 * Each is put first in its chain, so the last of the list ends up on top; both are looked after every minute. SIGTERM takes rules and
 * device away again, a crash leaves them. Seen with `ip addr show nodelocaldns`, `iptables -t raw -S`.
 */
import type { IpAddr } from '../../lib/ip.ts';
import type { Provenance } from '../../lib/provenance.ts';
import { cidrOf } from '../../lib/cidr.ts';
import type { Netns } from '../../net/netns.ts';
import { NS_PER_S } from '../../sim/sim.ts';
import { PeriodicWork } from '../cni/periodic.ts';

/** `-interfacename` and `-syncinterval` as they are where nobody gives them. */
const INTERFACE = 'nodelocaldns';
const SYNC_INTERVAL_NS = 60 * NS_PER_S;

const DNS_PORT = 53;
/** `-health-port`. */
const HEALTH_PORT = 8080;
const SKIP_CONNTRACK = 'NodeLocal DNS Cache: skip conntrack';
const ALLOW_TRAFFIC = 'NodeLocal DNS Cache: allow DNS traffic';

interface CacheRule {
  readonly table: 'raw' | 'filter';
  readonly chain: 'PREROUTING' | 'INPUT' | 'OUTPUT';
  /** The words behind the chain's name. */
  readonly args: string;
}

/** initIptables: the rules of one address in the order they are put in. */
export function cacheRules(address: IpAddr): readonly CacheRule[] {
  const to = `-d ${address} --dport`;
  const from = `-s ${address} --sport`;
  return [
    ...both('raw', 'PREROUTING', to),
    ...both('filter', 'INPUT', to),
    ...both('raw', 'OUTPUT', from),
    ...both('filter', 'OUTPUT', from),
    ...both('raw', 'OUTPUT', to),
    rule('raw', 'OUTPUT', `-p tcp ${to} ${HEALTH_PORT}`),
    rule('raw', 'OUTPUT', `-p tcp ${from} ${HEALTH_PORT}`),
  ];
}

function both(table: CacheRule['table'], chain: CacheRule['chain'], end: string): readonly CacheRule[] {
  return (['tcp', 'udp'] as const).map((protocol) => rule(table, chain, `-p ${protocol} ${end} ${DNS_PORT}`));
}

function rule(table: CacheRule['table'], chain: CacheRule['chain'], match: string): CacheRule {
  const [target, comment] = table === 'raw' ? ['NOTRACK', SKIP_CONNTRACK] : ['ACCEPT', ALLOW_TRAFFIC];
  return { table, chain, args: `${match} -j ${target} -m comment --comment "${comment}"` };
}

export interface NodeCacheSpec {
  readonly netns: Netns;
  /** `-localip`. */
  readonly addresses: readonly IpAddr[];
  /** Whose process it is: `Pod namespace/name`. */
  readonly pod: string;
}

export class NodeCache {
  readonly #spec: NodeCacheSpec;
  readonly #rules: readonly CacheRule[];
  readonly #periodic: PeriodicWork;

  constructor(spec: NodeCacheSpec) {
    this.#spec = spec;
    this.#rules = spec.addresses.flatMap(cacheRules);
    this.#periodic = new PeriodicWork(spec.netns.kernel.sim);
  }

  begin(): void {
    this.#ensureDevice();
  }

  serve(): void {
    this.#setupNetworking();
    this.#periodic.every(SYNC_INTERVAL_NS, `node-cache sync ${this.#spec.netns.kernel.name}`, () => {
      this.#setupNetworking();
    });
  }

  end(how: 'SIGTERM' | 'crash'): void {
    this.#periodic.stop();
    if (how === 'SIGTERM') this.#teardown();
  }

  #setupNetworking(): void {
    const by = this.#by('setupNetworking');
    for (const each of this.#rules) if (!this.#iptables('C', each, by)) this.#iptables('I', each, by);
    this.#ensureDevice();
  }

  /** EnsureDummyDevice: makes it, or gives it back the addresses it has lost. */
  #ensureDevice(): void {
    const { netns, addresses } = this.#spec;
    const by = this.#by('setupNetworking');
    if (netns.link(INTERFACE) === undefined) netns.addDummy({ name: INTERFACE }, by);
    for (const address of addresses) netns.addAddress(INTERFACE, cidrOf(address, 32), {}, by);
  }

  #teardown(): void {
    const by = this.#by('TeardownNetworking');
    for (const each of this.#rules) while (this.#iptables('D', each, by));
    this.#spec.netns.deleteLink(INTERFACE, by);
  }

  #iptables(operation: 'C' | 'I' | 'D', { table, chain, args }: CacheRule, by: Provenance): boolean {
    const { netns } = this.#spec;
    const run = netns.netfilter.command(`-t ${table} -${operation} ${chain} ${args}`, by);
    return run.exitCode === 0;
  }

  #by(action: string): Provenance {
    return { actor: 'node-cache', action, object: this.#spec.pod };
  }
}

/** What a template's names stand for. */
export interface CorefileValues {
  /** `-localip`. */
  readonly local: readonly IpAddr[];
  /** Address of the Service of `-upstreamsvc`; null where the process found none at its start. */
  readonly clusterDNS: string | null;
}

/** updateCorefile: the Corefile of a template, forwarding other names to the servers of the process' own /etc/resolv.conf. */
export function corefileOf(template: string, { local, clusterDNS }: CorefileValues): string {
  const values: Readonly<Record<string, string>> = {
    UPSTREAM__SERVERS: '/etc/resolv.conf',
    CLUSTER__DNS: clusterDNS ?? '<nil>',
    LOCAL__DNS: local.join(' '),
    DNS__SERVER: '',
  };
  return template.replace(/__PILLAR__(\w+?)__(?!\w)/g, (whole, name: string) => values[name] ?? whole);
}
