/**
 * Routing tables of a namespace: longest prefix first, then lowest metric (net/ipv4/fib_trie.c fib_table_lookup).
 *
 * Look-ups return the route chosen and those passed over. Seen with `ip route show table all`.
 * Simplification: policy routing is the fixed order local, main, default of a fresh system (`ip rule`); no multipath.
 */
import { cidrOf, maskOf, prefixOf, type Cidr, type Prefix } from '../../lib/cidr.ts';
import { ipFromU32, ipToU32, type IpAddr } from '../../lib/ip.ts';
import type { Provenance } from '../../lib/provenance.ts';
import type { Instant } from '../../sim/sim.ts';
import type { RouteView } from '../trace/trace.ts';
import { routeText } from './print.ts';

export type RouteType = RouteView['type'];
export type RouteScope = RouteView['scope'];

/** A route to be added; what is left out has iproute2's default. */
export interface RouteSpec {
  readonly table?: 'main' | 'local' | 'default';
  readonly type?: RouteType;
  readonly dst: Cidr | 'default';
  readonly via?: IpAddr | null;
  readonly dev?: string | null;
  /** Preferred source address. */
  readonly src?: IpAddr | null;
  readonly scope?: RouteScope;
  readonly proto?: string;
  readonly metric?: number;
  readonly onlink?: boolean;
}

/** A route in its table: the view and its prefix ready to match. */
export interface Route extends RouteView {
  readonly prefix: Prefix;
}

const TABLE_ORDER = ['local', 'main', 'default'] as const;
type TableName = (typeof TABLE_ORDER)[number];

/** Routes by prefix length, then network, lowest metric first. */
class RouteTable {
  readonly #byLength = new Map<number, Map<number, Route[]>>();
  /** Lengths in use, longest first. */
  #lengths: number[] = [];

  add(route: Route): boolean {
    const { length, network } = route.prefix;
    const byNetwork = this.#byLength.get(length) ?? new Map<number, Route[]>();
    this.#byLength.set(length, byNetwork);
    const same = byNetwork.get(network) ?? [];
    // What an address brings with it goes behind what is there (fib_magic, NLM_F_APPEND).
    const appended = route.type === 'local' || route.proto === 'kernel';
    if (
      same.some((other) => other.metric === route.metric && other.type === route.type && (!appended || other.dev === route.dev))
    )
      return false;
    byNetwork.set(
      network,
      [...same, route].sort((a, b) => a.metric - b.metric),
    );
    if (!this.#lengths.includes(length)) this.#lengths = [...this.#lengths, length].sort((a, b) => b - a);
    return true;
  }

  remove(matches: (route: Route) => boolean): number {
    let removed = 0;
    for (const byNetwork of this.#byLength.values()) {
      for (const [network, routes] of byNetwork) {
        const kept = routes.filter((route) => !matches(route));
        removed += routes.length - kept.length;
        if (kept.length === 0) byNetwork.delete(network);
        else if (kept.length < routes.length) byNetwork.set(network, kept);
      }
    }
    this.#lengths = this.#lengths.filter((length) => (this.#byLength.get(length)?.size ?? 0) > 0);
    return removed;
  }

  /** The best route that matches, or null. */
  first(addr: number): Route | null {
    for (const length of this.#lengths) {
      const routes = this.#byLength.get(length)?.get((addr & maskOf(length)) >>> 0);
      if (routes?.[0] !== undefined) return routes[0];
    }
    return null;
  }

  /** Puts every route that matches into `found`, best first. */
  collect(addr: number, found: Route[]): void {
    for (const length of this.#lengths) {
      const routes = this.#byLength.get(length)?.get((addr & maskOf(length)) >>> 0);
      if (routes !== undefined) for (const route of routes) found.push(route);
    }
  }

  *all(): Generator<Route> {
    for (const byNetwork of this.#byLength.values()) for (const routes of byNetwork.values()) yield* routes;
  }
}

/** As a dump walks the trie: by network; of one network the longest prefix first, as a leaf keeps its aliases. */
function addressOrder(a: Route, b: Route): number {
  return a.prefix.network - b.prefix.network || b.prefix.length - a.prefix.length || a.metric - b.metric;
}

export class Fib {
  readonly #tables: Readonly<Record<TableName, RouteTable>> = {
    local: new RouteTable(),
    main: new RouteTable(),
    default: new RouteTable(),
  };

  /** Adds a route; false when one with this destination and metric is there already (EEXIST). */
  add(spec: RouteSpec, madeBy: Provenance, madeAt: Instant): boolean {
    const route = makeRoute(spec, madeBy, madeAt);
    return this.#tables[route.table as TableName].add(route);
  }

  /** Removes the routes that agree with every field given; returns how many went. */
  remove(spec: RouteSpec): number {
    const prefix = specPrefix(spec);
    return this.#tables[spec.table ?? 'main'].remove(
      (route) =>
        route.prefix.network === prefix.network &&
        route.prefix.length === prefix.length &&
        (spec.type === undefined || route.type === spec.type) &&
        (spec.via === undefined || route.via === spec.via) &&
        (spec.dev === undefined || route.dev === spec.dev) &&
        (spec.src === undefined || route.src === spec.src) &&
        (spec.metric === undefined || route.metric === spec.metric),
    );
  }

  /** Removes what `matches`, in every table. */
  removeWhere(matches: (route: Route) => boolean): void {
    for (const name of TABLE_ORDER) this.#tables[name].remove(matches);
  }

  /** Matching routes over all tables, best first; the first is the one taken. */
  matching(dst: IpAddr): readonly Route[] {
    const addr = ipToU32(dst);
    const found: Route[] = [];
    for (const name of TABLE_ORDER) this.#tables[name].collect(addr, found);
    return found;
  }

  /** The route taken to `dst`, limited to those through `oif` when given; null when none matches. */
  lookup(dst: IpAddr, oif: string | null): Route | null {
    if (oif === null) {
      const addr = ipToU32(dst);
      return this.#tables.local.first(addr) ?? this.#tables.main.first(addr) ?? this.#tables.default.first(addr);
    }
    for (const route of this.matching(dst)) if (route.dev === oif || route.table === 'local') return route;
    return null;
  }

  /** The best match in the local table: what the address is to this host; null for strangers. */
  localRoute(addr: IpAddr): Route | null {
    return this.#tables.local.first(ipToU32(addr));
  }

  /** All routes, by table in look-up order and then by address. */
  routes(): readonly Route[] {
    return TABLE_ORDER.flatMap((name) => [...this.#tables[name].all()].sort(addressOrder));
  }
}

function specPrefix(spec: RouteSpec): Prefix {
  return spec.dst === 'default' ? { network: 0, mask: 0, length: 0 } : prefixOf(spec.dst);
}

/** Written out field by field: objects made by spreading do not share their shape, and there are many routes. */
function makeRoute(spec: RouteSpec, madeBy: Provenance, madeAt: Instant): Route {
  const prefix = specPrefix(spec);
  const type = spec.type ?? 'unicast';
  const via = spec.via ?? null;
  const route = {
    table: spec.table ?? 'main',
    type,
    dst: cidrOf(ipFromU32(prefix.network), prefix.length),
    via,
    dev: spec.dev ?? null,
    src: spec.src ?? null,
    scope: spec.scope ?? defaultScope(type, via),
    proto: spec.proto ?? 'boot',
    metric: spec.metric ?? 0,
    onlink: spec.onlink ?? false,
    madeBy,
    madeAt,
    prefix,
    text: '',
  };
  route.text = routeText(route);
  return route;
}

/** iproute2's choice (ip/iproute.c iproute_modify). */
function defaultScope(type: RouteType, via: IpAddr | null): RouteScope {
  if (type === 'local') return 'host';
  return type === 'broadcast' || (type === 'unicast' && via === null) ? 'link' : 'global';
}
