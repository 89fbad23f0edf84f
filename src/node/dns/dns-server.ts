/**
 * CoreDNS as its Corefile makes it (core/dnsserver Server.ServeDNS): a query goes to the block of the longest zone, and there through the
 * plugins in CoreDNS' own order (plugin.cfg): loadbalance, cache, hosts, kubernetes, forward.
 *
 * The Corefile is read anew when it changes, as `reload` does.
 * Simplification: reload is at once and without being asked for; every other plugin is taken as it is not there.
 */
import { assertExists } from '../../lib/assert.ts';
import { parseIp } from '../../lib/ip.ts';
import type { Netns } from '../../net/netns.ts';
import { hostsLookup, type ResolvConf } from '../../net/resolv/resolv-conf.ts';
import type { Datagram } from '../../net/socket/sockets.ts';
import { dnsAnswer, isBelow, type DnsAnswer, type DnsContent, type DnsQuestion, type DnsRecord } from '../../net/wire/dns.ts';
import { NS_PER_S } from '../../sim/sim.ts';
import { parseCorefile, zoneName, type Directive, type ServerBlock } from './corefile.ts';
import { DnsCache, type CacheLimits } from './dns-cache.ts';
import { forward, type ForwardSpec } from './forwarder.ts';
import { answerFromObjects, zoneAuthority, zoneOf, type ApiReader, type ZoneConfig } from './kubernetes-zone.ts';
import { UpstreamPool } from './upstream-pool.ts';

export interface DnsServerSpec {
  readonly netns: Netns;
  /** Name of the process in traces. */
  readonly process: string;
  readonly api: ApiReader;
  /** The kubernetes plugin has listed what there is, if only once (HasSynced). */
  readonly synced: () => boolean;
  /** Its own Pod's, for `forward . /etc/resolv.conf`. */
  readonly resolvConf: ResolvConf;
  /** The Corefile as it is now; null when there is none. */
  readonly corefile: () => string | null;
}

/** A query's answer, and whether it had been kept. */
interface Served {
  readonly answer: DnsAnswer;
  readonly cached: boolean;
}

type Flow = Pick<Datagram, 'protocol' | 'recorder' | 'packetId' | 'role'>;
type Done = (answer: DnsAnswer) => void;

const SERVFAIL: DnsAnswer = { rcode: 'SERVFAIL' };
const REFUSED: DnsAnswer = { rcode: 'REFUSED' };
const DNS_PORT = 53;
const DEFAULT_TTL = 5;
const MAX_CACHE_SECONDS = { success: 3_600, denial: 1_800 };
/** An alias may lead to an alias so many times. */
const MAX_ALIASES = 8;

export class DnsServer {
  readonly #spec: DnsServerSpec;
  readonly #caches = new Map<string, DnsCache>();
  readonly #connections: UpstreamPool;
  #read: { readonly text: string; readonly blocks: readonly ServerBlock[] } = { text: '', blocks: [] };

  constructor(spec: DnsServerSpec) {
    this.#spec = spec;
    this.#connections = new UpstreamPool(spec.netns, spec.process);
    // Caches are made before any query, so that a checkpoint knows them all.
    for (const block of this.blocks()) this.#cacheOf(block);
  }

  /** Takes a message: queries are answered, everything else is not. */
  readonly onDatagram = (datagram: Datagram): void => {
    const { payload, local, protocol, reply } = datagram;
    if (payload.kind !== 'dns' || payload.response) return;
    const query: DnsContent = payload;
    const block = this.#blockFor(query.question.name, local.port);
    if (block === null) reply(dnsAnswer(query, REFUSED, protocol));
    else
      this.#serve(block, query.question, datagram, 0, ({ answer, cached }) => {
        reply(dnsAnswer(query, this.#balanced(block, answer), protocol), cached ? 'DNS answer from its cache' : 'DNS answer');
      });
  };

  /** The process ends: what it keeps open is closed. */
  close(): void {
    this.#connections.close();
  }

  checkpoint(): () => void {
    const restores = [...this.#caches.values(), this.#connections].map((each) => each.checkpoint());
    return () => {
      for (const restore of restores) restore();
    };
  }

  /** The server blocks; those of the last Corefile that could be read while the present one cannot. */
  blocks(): readonly ServerBlock[] {
    const text = this.#spec.corefile() ?? '';
    if (text !== this.#read.text) {
      const parsed = parseCorefile(text);
      this.#read = { text, blocks: parsed.ok ? parsed.value : this.#read.blocks };
    }
    return this.#read.blocks;
  }

  #blockFor(name: string, port: number): ServerBlock | null {
    const length = ({ zones }: ServerBlock): number =>
      Math.max(-1, ...zones.filter((zone) => isBelow(name, zone)).map((zone) => zone.length));
    const fitting = this.blocks().filter((block) => block.port === port && length(block) >= 0);
    return fitting.sort((a, b) => length(b) - length(a))[0] ?? null;
  }

  #serve(block: ServerBlock, question: DnsQuestion, flow: Flow, depth: number, done: (served: Served) => void): void {
    const directive = find(block, 'cache');
    if (directive === null) {
      this.#resolve(block, question, flow, depth, (answer) => done({ answer, cached: false }));
      return;
    }
    const cache = this.#cacheOf(block);
    const kept = cache.get(question, this.#spec.netns.now);
    if (kept !== null) {
      done({ answer: kept, cached: true });
      return;
    }
    this.#resolve(block, question, flow, depth, (answer) => {
      cache.put(question, answer, cacheLimits(directive), this.#spec.netns.now);
      done({ answer, cached: false });
    });
  }

  #cacheOf({ zones, port }: ServerBlock): DnsCache {
    const key = `${zones.join(' ')}:${port}`;
    const cache = this.#caches.get(key) ?? new DnsCache();
    this.#caches.set(key, cache);
    return cache;
  }

  /** hosts, kubernetes, forward. */
  #resolve(block: ServerBlock, question: DnsQuestion, flow: Flow, depth: number, done: Done): void {
    const fixed = hostsAnswer(block, question);
    if (fixed !== null) {
      done(fixed);
      return;
    }
    const kubernetes = find(block, 'kubernetes');
    const config = kubernetes === null ? null : zoneConfig(kubernetes, block);
    const zone = config === null ? null : zoneOf(config, question.name);
    if (kubernetes === null || config === null || zone === null) {
      this.#forward(block, question, flow, done);
      return;
    }
    const found = answerFromObjects(this.#spec.api, config, zone, question);
    if (found.kind === 'records') done({ aa: true, answers: found.answers, additional: found.additional });
    else if (found.kind === 'alias') this.#follow(question, found, flow, depth, done);
    else if (found.kind === 'no such name' && fallsThrough(kubernetes, question.name))
      this.#forward(block, question, flow, done);
    else if (!this.#spec.synced()) done(SERVFAIL);
    else {
      const serial = Math.floor(this.#spec.netns.now / NS_PER_S);
      done({
        rcode: found.kind === 'no data' ? 'NOERROR' : 'NXDOMAIN',
        aa: true,
        authority: [zoneAuthority(zone, config.ttl, serial)],
      });
    }
  }

  /** An alias and what its target stands for, asked of this server itself. */
  #follow(
    question: DnsQuestion,
    { record, target }: { readonly record: DnsRecord; readonly target: string },
    flow: Flow,
    depth: number,
    done: Done,
  ): void {
    const next = { name: zoneName(target), type: question.type };
    const block = depth >= MAX_ALIASES || question.type === 'CNAME' ? null : this.#blockFor(next.name, DNS_PORT);
    if (block === null) done({ aa: true, answers: [record] });
    else
      this.#serve(block, next, flow, depth + 1, ({ answer }) => {
        done(answer.rcode === 'SERVFAIL' ? SERVFAIL : { aa: true, answers: [record, ...(answer.answers ?? [])] });
      });
  }

  #forward(block: ServerBlock, question: DnsQuestion, flow: Flow, done: Done): void {
    const directive = find(block, 'forward');
    const upstreams = directive === null ? [] : this.#upstreams(directive, question.name);
    if (upstreams.length === 0) {
      done(directive === null ? REFUSED : SERVFAIL);
      return;
    }
    const { netns, process } = this.#spec;
    const { recorder, packetId, role } = flow;
    const protocol = protocolOf(directive, flow);
    const connections = this.#connections;
    forward(question, { netns, process, protocol, connections, upstreams, recorder, packetId, role }, (message) => {
      done(
        message === null
          ? SERVFAIL
          : {
              rcode: message.rcode,
              aa: message.flags.aa,
              ra: message.flags.ra,
              answers: message.answers,
              authority: message.authority,
              additional: message.additional,
              compressed: message.compressed,
            },
      );
    });
  }

  /** `forward ZONE TO…`: addresses, and files whose nameservers are meant. */
  #upstreams({ args }: Directive, name: string): ForwardSpec['upstreams'] {
    const [zone = '.', ...targets] = args;
    if (!isBelow(name, zoneName(zone))) return [];
    return targets
      .flatMap((target) => (target.startsWith('/') ? this.#spec.resolvConf.nameservers : [target]))
      .map((target) => {
        const [, address = target, port] = /^(?:dns:\/\/)?([\d.]+)(?::(\d+))?$/.exec(target) ?? [];
        return { address, port: Number(port ?? DNS_PORT) };
      });
  }

  /** loadbalance round_robin: aliases first, then the addresses in random order (plugin/loadbalance). */
  #balanced(block: ServerBlock, answer: DnsAnswer): DnsAnswer {
    const answers = answer.answers ?? [];
    if (find(block, 'loadbalance') === null || answers.length < 2) return answer;
    const addresses = answers.filter(({ type }) => type === 'A');
    return { ...answer, answers: [...answers.filter(({ type }) => type !== 'A'), ...this.#shuffled(addresses)] };
  }

  /** Which is first is drawn as rules draw, so that whoever explores all outcomes meets each; the rest is for the order alone. */
  #shuffled<T>(items: readonly T[]): readonly T[] {
    const { kernel } = this.#spec.netns;
    const left = [...items];
    let first = 0;
    while (first < left.length - 1 && !kernel.happens(1 / (left.length - first))) first++;
    const shuffled = left.splice(first, 1);
    const draw = kernel.random('dns.loadbalance');
    while (left.length > 0) shuffled.push(...left.splice(draw.below(left.length), 1));
    return shuffled;
  }
}

function find({ directives }: ServerBlock, name: string): Directive | null {
  return directives.find((directive) => directive.name === name) ?? null;
}

/** By TCP where `force_tcp` says so, else as it was itself asked. */
function protocolOf(forward: Directive | null, { protocol }: Flow): 'tcp' | 'udp' {
  return forward?.block.some(({ name }) => name === 'force_tcp') === true ? 'tcp' : protocol;
}

/** `kubernetes [ZONE…] { pods MODE, ttl SECONDS, fallthrough [ZONE…] }`. */
function zoneConfig({ args, block }: Directive, server: ServerBlock): ZoneConfig {
  const option = (name: string): string | undefined => block.find((each) => each.name === name)?.args[0];
  const pods = option('pods');
  const ttl = Number(option('ttl') ?? DEFAULT_TTL);
  return {
    zones: args.length > 0 ? args.map(zoneName) : server.zones,
    pods: pods === 'insecure' || pods === 'verified' ? pods : 'disabled',
    ttl: Number.isInteger(ttl) && ttl >= 0 ? ttl : DEFAULT_TTL,
  };
}

function fallsThrough({ block }: Directive, name: string): boolean {
  const directive = block.find((each) => each.name === 'fallthrough');
  if (directive === undefined) return false;
  return directive.args.length === 0 || directive.args.some((zone) => isBelow(name, zoneName(zone)));
}

/** `cache [SECONDS] { success N [SECONDS], denial N [SECONDS] }`. */
function cacheLimits({ args, block }: Directive): CacheLimits {
  const seconds = args[0] === undefined ? Infinity : Number(args[0]);
  const own = (name: 'success' | 'denial'): number =>
    Number(block.find((each) => each.name === name)?.args[1] ?? Math.min(seconds, MAX_CACHE_SECONDS[name]));
  return { success: own('success'), denial: own('denial') };
}

/** `hosts { ADDRESS NAME… }` (plugin/hosts): fixed addresses before everything else. */
function hostsAnswer(block: ServerBlock, { name, type }: DnsQuestion): DnsAnswer | null {
  const directive = find(block, 'hosts');
  if (directive === null) return null;
  const entries = directive.block
    .filter((each) => parseIp(each.name) !== null)
    .map((each) => ({ address: each.name, names: each.args }));
  const addresses = hostsLookup(entries, name);
  if (addresses.length === 0) return null;
  const ttl = 3_600;
  const answers = addresses.map((address): DnsRecord => ({
    name,
    type: 'A',
    address: assertExists(parseIp(address), 'checked'),
    ttl,
  }));
  return { aa: true, answers: type === 'A' ? answers : [] };
}
